/**
 * Attributes: what a value from a slot becomes in markup, and what is refused.
 *
 * @module
 */
import { TemplateError } from "./errors.ts";

/** Elements without content. Source: HTML standard, "Void elements". */
const VOID = new Set(
  "area base br col embed hr img input link meta param source track wbr".split(" "),
);

/** Attributes whose value is an address that a click or a load follows. */
const URL_ATTRIBUTES = new Set(
  "href src action formaction xlink:href data poster cite background ping manifest".split(" "),
);

/** Attributes that a DOM property shadows once the user touched the element, by their elements. */
const PROPERTY_ATTRIBUTES: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["value", new Set(["input", "select", "textarea"])],
  ["checked", new Set(["input"])],
  ["selected", new Set(["option"])],
  ["muted", new Set(["audio", "video"])],
]);

/** `false` is written out for these instead of leaving the attribute away. */
const ENUMERATED = new Set(
  "contenteditable draggable spellcheck autocorrect writingsuggestions".split(" "),
);

// deno-lint-ignore no-control-regex
const NAME = /^[^\s"'<>/=\u0000-\u001f\u007f]+$/;
// Browsers strip leading controls and spaces and any tab or newline inside a scheme.
// deno-lint-ignore no-control-regex
const IGNORED_IN_SCHEME = /[\u0000-\u0020\u007f-\u009f]/g;
const REFUSED_SCHEME =
  /^(?:(?:javascript|vbscript|livescript):|data:(?!image\/(?:png|gif|jpe?g|webp|avif|bmp|x-icon)[;,]))/i;
/** What may stand in a mark: there ":" sets off fields, and one letter is a type with a code. */
const EVENT_NAME = /^[\w.-]{2,}$/;
const FIELD_NAME = /^[\w$]+$/;

/** Whether `tag` never has content or an end tag. */
export function isVoid(tag: string): boolean {
  return VOID.has(tag);
}

/** Whether a text for `name` needs no look at what it says: no address, no handler. */
export function isPlainText(name: string): boolean {
  return !URL_ATTRIBUTES.has(name) && !name.startsWith("on");
}

/** Whether setting the attribute is not enough for `name`: the property must follow. */
export function isProperty(tag: string, name: string): boolean {
  return PROPERTY_ATTRIBUTES.get(name)?.has(tag) ?? false;
}

/**
 * The name to go by: HTML does not tell `HREF` from `href`, so neither must any check. Names of SVG
 * that are written with capitals, such as `viewBox`, stay.
 */
export function plainName(name: string): string {
  const lower = name.toLowerCase();
  return lower.startsWith("on") || URL_ATTRIBUTES.has(lower) || PROPERTY_ATTRIBUTES.has(lower) ||
      /^(?:class|style|srcdoc|v|key|children|ref)$/.test(lower)
    ? lower
    : name;
}

/** @throws {TemplateError} `attribute-name` for an event type that cannot stand in a mark. */
export function checkEventName(type: string): void {
  if (EVENT_NAME.test(type)) return;
  throw new TemplateError(
    "attribute-name",
    `cannot listen to ${JSON.stringify(type)}: names of events are two or more letters, digits, ` +
      `"-" and "."; attribute names must not come from data`,
  );
}

/** @throws {TemplateError} `handler` for a declared field that cannot stand in a mark. */
export function checkFields(type: string, fields: readonly string[]): void {
  for (const name of fields) {
    if (FIELD_NAME.test(name)) continue;
    throw new TemplateError(
      "handler",
      `cannot declare the field ${JSON.stringify(name)} of on${type}: fields are the names of ` +
        `properties of the event`,
    );
  }
}

/**
 * Checks an attribute name that comes from a slot or a spread.
 *
 * @throws {TemplateError} `attribute-name` when the name cannot stand in a tag, `handler` for
 * `srcdoc`, whose value would be parsed as a document of its own.
 */
export function checkName(name: string): void {
  if (!NAME.test(name)) {
    throw new TemplateError(
      "attribute-name",
      `cannot render the attribute ${JSON.stringify(name)}: the name has characters that end or ` +
        `split a tag; attribute names must not come from data`,
    );
  }
  if (name === "v") throw reservedName();
  if (name === "srcdoc") {
    throw new TemplateError(
      "attribute-value",
      `cannot render srcdoc from a slot: its value is parsed as a document; serve the document ` +
        `from a route and set src`,
    );
  }
}

/** The error for an attribute that marks places. */
export function reservedName(): TemplateError {
  return new TemplateError(
    "attribute-name",
    `cannot render the attribute v: it marks what the page can change; use a data attribute`,
  );
}

/** Whether `url`, read as a browser reads it, would run script or open a document from data. */
export function isUnsafeUrl(url: string): boolean {
  const colon = url.indexOf(":");
  if (colon < 0) return false;
  return REFUSED_SCHEME.test(url.replace(IGNORED_IN_SCHEME, ""));
}

/**
 * The text of a class list: a string, or nested arrays and `{ name: condition }` records.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { classText } from "./attributes.ts";
 * assertEquals(classText(["a", { b: true, c: false }, null]), "a b");
 * ```
 */
export function classText(value: unknown): string {
  if (typeof value === "string") return value;
  if (!value || value === true) return "";
  if (typeof value === "number") return String(value);
  const parts: string[] = [];
  if (Array.isArray(value)) {
    for (const item of value) {
      const text = classText(item);
      if (text) parts.push(text);
    }
  } else {
    for (const [name, on] of Object.entries(value)) if (on) parts.push(name);
  }
  return parts.join(" ");
}

/**
 * The text of a style attribute: a string, or a record whose camelCase names are dashed.
 * Numbers are written as they are: say the unit.
 */
export function styleText(value: unknown): string {
  if (typeof value === "string") return value;
  if (!value || typeof value !== "object") return "";
  let text = "";
  for (const [name, item] of Object.entries(value)) {
    if (item === null || item === undefined || item === false) continue;
    const property = name.startsWith("--")
      ? name
      : name.replace(/[A-Z]/g, (letter) => "-" + letter.toLowerCase());
    // A value must not be able to close its declaration and open another.
    text += (text && ";") + property + ":" + String(item).replace(/[;{}]/g, "");
  }
  return text;
}

/**
 * What the attribute `name` is in markup for a `value` from a slot: its text, `true` for an
 * attribute without a value, or `null` for no attribute.
 *
 * @throws {TemplateError} `handler` for an `on*` attribute given as text, `url` for a refused
 * scheme, `attribute-value` for a value that has no text form.
 */
export function attributeValue(name: string, value: unknown): string | true | null {
  if (typeof value === "string") {
    if (value.length > 4 && URL_ATTRIBUTES.has(name) && isUnsafeUrl(value)) {
      throw new TemplateError(
        "url",
        `cannot render ${name}=${JSON.stringify(value.slice(0, 60))}: this scheme runs script or ` +
          `opens a document from data; check the address before it reaches the page`,
      );
    }
    if (name.charCodeAt(0) === 111 && name.charCodeAt(1) === 110) refuseTextHandler(name);
    return value;
  }
  if (value === null || value === undefined) return null;
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (typeof value === "boolean") {
    if (name.startsWith("aria-") || name.startsWith("data-") || ENUMERATED.has(name)) {
      return String(value);
    }
    return value ? true : null;
  }
  if (name === "class") return classText(value) || null;
  if (name === "style") return styleText(value) || null;
  if (value instanceof URL) return attributeValue(name, value.href);
  if (value instanceof Date) return value.toISOString();
  throw new TemplateError(
    "attribute-value",
    `cannot render the attribute ${name}: its value is ${describe(value)}, which has no text ` +
      `form; pass a string, number, boolean, null or a signal of one`,
  );
}

function refuseTextHandler(name: string): never {
  throw new TemplateError(
    "handler",
    `cannot render ${name} as text: handlers given as strings are script from data; pass a function`,
  );
}

/** A short name of what a value is, for error messages. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "object") {
    const name = Object.getPrototypeOf(value)?.constructor?.name;
    return name && name !== "Object" ? `an instance of ${name}` : "an object";
  }
  return typeof value === "function"
    ? `the function ${value.name || "(anonymous)"}`
    : `a ${typeof value}`;
}
