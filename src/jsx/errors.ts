/** What a template, attribute or child can be refused for. */
export type TemplateErrorCode =
  | "markup"
  | "attribute-name"
  | "attribute-value"
  | "handler"
  | "raw-text-element"
  | "url"
  | "not-renderable"
  | "duplicate-key"
  | "lost-signal"
  | "async-setup";

/**
 * A mistake in the markup of an application: the message says which element
 * or attribute, why it is refused, and what to write instead.
 *
 * @example
 * ```ts
 * import { TemplateError } from "./errors.ts";
 * const error = new TemplateError("url", "cannot render href: the scheme is javascript:");
 * console.assert(error.code === "url");
 * ```
 */
export class TemplateError extends Error {
  /** Name of the class. */
  override name = "TemplateError";
  /** Which rule the markup breaks. */
  readonly code: TemplateErrorCode;

  /** `message` says what to write instead. */
  constructor(code: TemplateErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
