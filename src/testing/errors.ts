/**
 * What can go wrong in a test besides what it tests.
 *
 * @module
 */

/** What a {@linkcode TestingError} is about. */
export type TestingErrorCode =
  /** The address did not answer with a live page. */
  | "mount"
  /** Nothing in the page is what was looked for, or more than one thing is. */
  | "find"
  /** Something did not come to an end. */
  | "settle"
  /** Something of a view is left on the server. */
  | "leak";

/** A test asked for something that is not so; the message says what is. */
export class TestingError extends Error {
  /** Name of the class. */
  override name = "TestingError";
  /** What it is about. */
  readonly code: TestingErrorCode;

  /** Made by the kit. */
  constructor(code: TestingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
