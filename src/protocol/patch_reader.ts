/**
 * Reads a PATCH frame into plain values: what it says, before anything is changed.
 *
 * Reading and applying are two steps, so that a frame that is broken at its end has changed
 * nothing. A player that counts microseconds may fuse them; this one is for players that are read,
 * tested and compared with.
 *
 * @module
 */
import { AttrTag, Frame, Op, Tag } from "./codes.ts";
import { ProtocolError } from "./errors.ts";
import { MAX_JSON_DEPTH, MAX_NUMBER, MAX_VALUE_DEPTH } from "./limits.ts";
import { ByteReader, parseJson } from "./reader.ts";

/** Kinds of holes on the wire; the numbers are `docs/protocol.md` §4's. */
export const HoleKind = {
  FILL: 0,
  CHILD: 1,
  ATTR: 2,
  BOOL: 3,
  PROPERTY: 4,
  TEXTAREA: 5,
  SELECT: 6,
  RCDATA: 8,
  HTML: 9,
} as const;

/** A hole of a template. */
export interface HoleDefinition {
  /** One of {@linkcode HoleKind}. */
  readonly kind: number;
  /** Its place, counted from the template's first. */
  readonly place: number;
  /** Name of its attribute, or `""`. */
  readonly name: string;
}

/** A template as the wire tells it, once for each connection. */
export interface TemplateDefinition {
  /** Number on the connection. */
  readonly number: number;
  /** Markup with empty holes. */
  readonly html: string;
  /** Number of places. */
  readonly places: number;
  readonly holes: readonly HoleDefinition[];
}

/** What an attribute is: its text, `true` without a value, `null` when it is not there. */
export type AttributeValue = string | true | null;

/** A value of a slot. */
export type PatchValue =
  | { readonly kind: "nothing" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly PatchValue[] }
  | { readonly kind: "raw"; readonly html: string }
  | {
    readonly kind: "async";
    readonly region: number;
    /** While the region waits for its content. */
    readonly placeholder: PlaceholderElement | undefined;
    readonly value: PatchValue;
  }
  | {
    readonly kind: "template";
    readonly template: TemplateDefinition;
    /** One for each hole of the template: a value, an attribute or a text, as the kind says. */
    readonly holes: readonly (PatchValue | AttributeValue)[];
  };

/** The element that stands for an async region. */
export interface PlaceholderElement {
  readonly tag: string;
  readonly class: string;
  /** Whether its replacement may be shown as a view transition. */
  readonly transition: boolean;
}

/** An operation at a place of a region. */
export type PlaceOp =
  & { readonly region: number; readonly place: number }
  & (
    | { readonly op: "text" | "value" | "html"; readonly text: string }
    | { readonly op: "attr"; readonly name: string; readonly text: string }
    | { readonly op: "remove-attr"; readonly name: string }
    | { readonly op: "insert"; readonly before: number; readonly values: readonly PatchValue[] }
    | { readonly op: "remove" | "focus" }
    | { readonly op: "move"; readonly before: number; readonly list: number }
    | { readonly op: "replace" | "substitute"; readonly value: PatchValue }
    | { readonly op: "property"; readonly name: string; readonly on: boolean }
    | { readonly op: "swap"; readonly other: number }
  );

/** An operation that names no place. */
export type PageOp =
  | { readonly op: "head"; readonly entry: unknown }
  | { readonly op: "render"; readonly region: number; readonly html: string }
  | { readonly op: "emit"; readonly name: string; readonly data: unknown }
  | { readonly op: "url"; readonly mode: "push" | "replace"; readonly url: string }
  | { readonly op: "navigate"; readonly mode: "push" | "replace"; readonly url: string }
  | { readonly op: "transition" }
  | { readonly op: "ticket"; readonly ticket: string }
  | { readonly op: "async-replace"; readonly region: number; readonly value: PatchValue }
  | { readonly op: "native-view"; readonly component: string; readonly data: unknown }
  | { readonly op: "native"; readonly what: NativeRequest; readonly data: unknown };

/** What the native side of a player can be asked for. */
export type NativeRequest = "navigate" | "haptic" | "share";

/** One operation of a PATCH. */
export type PatchOp = PlaceOp | PageOp;

/** A PATCH, read. */
export interface PatchFrame {
  readonly seq: number;
  /** Events run since the PATCH before. */
  readonly acks: number;
  readonly ops: readonly PatchOp[];
}

/** Templates and names that a connection has told, by their numbers. */
export class WireVocabulary {
  readonly templates: TemplateDefinition[] = [];
  readonly names: string[] = [];
}

/**
 * Reads a PATCH frame.
 *
 * @param bytes The frame, type byte included.
 * @param words What the connection told so far; what is new in the frame is added, unless it is
 * broken.
 * @throws {ProtocolError} for anything but a whole PATCH frame.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readPatch, WireVocabulary } from "./patch_reader.ts";
 * // PATCH 1, one event run, TEXT of place 2: all the text.
 * const frame = new Uint8Array([0x10, 1, 1, 2, 0x01, 8, 0x34, 0x32]);
 * assertEquals(readPatch(frame, new WireVocabulary()).ops, [
 *   { op: "text", region: 0, place: 2, text: "42" },
 * ]);
 * ```
 */
export function readPatch(bytes: Uint8Array, words: WireVocabulary): PatchFrame {
  const { length: templates } = words.templates;
  const { length: names } = words.names;
  try {
    return new PatchReader(bytes, words).read();
  } catch (error) {
    words.templates.length = templates;
    words.names.length = names;
    throw error;
  }
}

class PatchReader {
  readonly #in: ByteReader;
  readonly #words: WireVocabulary;
  #text = "";
  #cut = 0;
  #region = 0;
  #place = 0;
  readonly #ops: PatchOp[] = [];

  constructor(bytes: Uint8Array, words: WireVocabulary) {
    this.#in = new ByteReader(bytes);
    this.#words = words;
  }

  read(): PatchFrame {
    const input = this.#in;
    if (input.byte() !== Frame.PATCH) {
      throw new ProtocolError("unknown-frame", "cannot read a patch: the frame is another one");
    }
    const seq = input.varint();
    const acks = input.varint();
    const length = input.varint();
    const from = input.position;
    input.raw(length);
    this.#text = input.rest();
    input.position = from;
    input.end = from + length;
    while (!input.done) this.#operation(input.byte());
    if (this.#cut !== this.#text.length) {
      throw new ProtocolError("truncated", "cannot read a patch: text is left over");
    }
    return { seq, acks, ops: this.#ops };
  }

  #operation(op: number): void {
    if (op === Op.REGION) {
      this.#region = this.#in.varint();
      this.#place = 0;
    } else if (op <= Op.SWAP || op === Op.HTML) this.#entries(op);
    else this.#ops.push(this.#pageOp(op));
  }

  #entries(op: number): void {
    const region = this.#region;
    let more: boolean;
    do {
      const entry = this.#in.varint();
      more = (entry & 1) === 1;
      const zigzag = entry >>> 1;
      this.#place += zigzag & 1 ? -(zigzag >>> 1) - 1 : zigzag >>> 1;
      const place = this.#place;
      if (place < 0 || place > MAX_NUMBER) {
        throw new ProtocolError("varint", "cannot read a patch: a place is out of range");
      }
      this.#ops.push({ region, place, ...this.#placeOp(op) } as PlaceOp);
    } while (more);
  }

  #placeOp(op: number): object {
    switch (op) {
      case Op.TEXT:
        return { op: "text", text: this.#string() };
      case Op.ATTR:
        return { op: "attr", name: this.#name(), text: this.#string() };
      case Op.REMOVE_ATTR:
        return { op: "remove-attr", name: this.#name() };
      case Op.INSERT:
        return { op: "insert", before: this.#in.varint(), values: this.#values(0) };
      case Op.REMOVE:
        return { op: "remove" };
      case Op.MOVE: {
        const before = this.#in.varint();
        return { op: "move", before, list: before === 0 ? this.#in.varint() : 0 };
      }
      case Op.REPLACE:
        return { op: "replace", value: this.#value(0) };
      case Op.VALUE:
        return { op: "value", text: this.#string() };
      case Op.PROPERTY:
        return { op: "property", name: this.#name(), on: this.#flag() };
      case Op.SUBSTITUTE:
        return { op: "substitute", value: this.#value(0) };
      case Op.FOCUS:
        return { op: "focus" };
      case Op.SWAP:
        return { op: "swap", other: this.#in.varint() };
      default:
        return { op: "html", text: this.#string() };
    }
  }

  #pageOp(op: number): PageOp {
    switch (op) {
      case Op.HEAD:
        return { op: "head", entry: this.#json() };
      case Op.RENDER:
        return { op: "render", region: this.#in.varint(), html: this.#string() };
      case Op.EMIT:
        return { op: "emit", name: this.#string(), data: this.#json() };
      case Op.URL_PUSH:
      case Op.URL_REPLACE:
        return { op: "url", mode: op === Op.URL_PUSH ? "push" : "replace", url: this.#string() };
      case Op.NAVIGATE_PUSH:
      case Op.NAVIGATE_REPLACE: {
        const mode = op === Op.NAVIGATE_PUSH ? "push" : "replace";
        return { op: "navigate", mode, url: this.#string() };
      }
      case Op.TICKET:
        return { op: "ticket", ticket: this.#string() };
      case Op.TRANSITION:
        return { op: "transition" };
      case Op.ASYNC_REPLACE:
        return { op: "async-replace", region: this.#in.varint(), value: this.#value(0) };
      case Op.NATIVE_VIEW:
        return { op: "native-view", component: this.#string(), data: this.#json() };
      case Op.NATIVE_NAVIGATE:
        return { op: "native", what: "navigate", data: this.#json() };
      case Op.NATIVE_HAPTIC:
        return { op: "native", what: "haptic", data: this.#json() };
      case Op.NATIVE_SHARE:
        return { op: "native", what: "share", data: this.#json() };
      default:
        throw new ProtocolError("unknown-op", "cannot read a patch: an operation is unknown");
    }
  }

  #flag(): boolean {
    const flag = this.#in.byte();
    if (flag > 1) {
      throw new ProtocolError("varint", "cannot read a patch: a flag is neither 0 nor 1");
    }
    return flag === 1;
  }

  /** The next part of the text; all that is left where the operations end. */
  #string(): string {
    const input = this.#in;
    const from = this.#cut;
    const to = input.done ? this.#text.length : from + input.varint();
    if (to > this.#text.length) {
      throw new ProtocolError("truncated", "cannot read a patch: its text is too short");
    }
    this.#cut = to;
    return this.#text.slice(from, to);
  }

  #json(): unknown {
    const text = this.#string();
    return text === "" ? undefined : parseJson(text, MAX_JSON_DEPTH);
  }

  #name(): string {
    const { names } = this.#words;
    const number = this.#in.varint();
    if (number > names.length) {
      throw new ProtocolError("sequence", "cannot read a patch: a name was never told");
    }
    if (number === names.length) names.push(this.#string());
    return names[number]!;
  }

  #values(depth: number): PatchValue[] {
    const values: PatchValue[] = [];
    for (let left = this.#in.varint(); left > 0; left--) values.push(this.#value(depth));
    return values;
  }

  #value(depth: number): PatchValue {
    if (depth > MAX_VALUE_DEPTH) {
      throw new ProtocolError("limit", "cannot read a patch: its values nest too deep");
    }
    const tag = this.#in.varint();
    switch (tag) {
      case Tag.EMPTY:
        return { kind: "nothing" };
      case Tag.TEXT:
        return { kind: "text", text: this.#string() };
      case Tag.LIST:
        return { kind: "list", items: this.#values(depth + 1) };
      case Tag.RAW:
        return { kind: "raw", html: this.#string() };
      case Tag.ASYNC:
        return this.#async(depth);
    }
    if (tag < Tag.TEMPLATE) {
      throw new ProtocolError("unknown-op", "cannot read a patch: a value's tag is unknown");
    }
    const template = this.#template(tag - Tag.TEMPLATE);
    const holes = template.holes.map((hole) => this.#hole(hole.kind, depth));
    return { kind: "template", template, holes };
  }

  #async(depth: number): PatchValue {
    const region = this.#in.varint();
    const placeholder = region % 2 === 0
      ? undefined
      : { tag: this.#name(), class: this.#name(), transition: this.#in.varint() === 1 };
    return { kind: "async", region, placeholder, value: this.#value(depth + 1) };
  }

  #hole(kind: number, depth: number): PatchValue | AttributeValue {
    if (kind <= HoleKind.CHILD) return this.#value(depth + 1);
    if (kind >= HoleKind.RCDATA) return this.#string();
    switch (this.#in.varint()) {
      case AttrTag.NONE:
        return null;
      case AttrTag.TEXT:
        return this.#string();
      case AttrTag.TRUE:
        return true;
      default:
        throw new ProtocolError("unknown-op", "cannot read a patch: an attribute's tag is unknown");
    }
  }

  #template(number: number): TemplateDefinition {
    const { templates } = this.#words;
    const known = templates[number];
    if (known) return known;
    if (number !== templates.length) {
      throw new ProtocolError("sequence", "cannot read a patch: a template was never told");
    }
    const input = this.#in;
    const html = this.#string();
    const places = input.varint();
    const holes: HoleDefinition[] = [];
    for (let left = input.varint(); left > 0; left--) {
      const kind = input.byte();
      const place = input.varint();
      if (kind > HoleKind.HTML || kind === 7 || place >= places) {
        throw new ProtocolError("unknown-op", "cannot read a patch: a template's hole is unknown");
      }
      const named = kind === HoleKind.ATTR || kind === HoleKind.PROPERTY;
      holes.push({ kind, place, name: named ? this.#name() : "" });
    }
    const template = { number, html, places, holes };
    templates.push(template);
    return template;
  }
}
