import * as nodeAssert from "node:assert";

/** Thrown by every assertion that does not hold. */
export class AssertionError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

/** Fails at once. */
export function fail(msg?: string): never {
  throw new AssertionError(`Failed assertion${suffix(msg)}`);
}

/** Marks a place that is never reached. */
export function unreachable(msg?: string): never {
  throw new AssertionError(`Unreachable${suffix(msg)}`);
}

/** The end of a message: the caller's words, if any. */
export function suffix(msg?: string): string {
  return msg ? `: ${msg}` : ".";
}

/** What differs between two values, line by line, as `node:assert` draws it. */
export function difference(actual: unknown, expected: unknown): string {
  const { message } = new nodeAssert.AssertionError({
    actual,
    expected,
    operator: "deepStrictEqual",
  });
  return message.slice(message.indexOf("\n") + 1).trim();
}
