/**
 * Reads the constant strings of a template: elements, slots, and what each slot is for.
 *
 * @module
 */
import {
  checkEventName,
  checkName,
  isProperty,
  isVoid,
  plainName,
  reservedName,
} from "./attributes.ts";
import { TemplateError } from "./errors.ts";
import { Hole } from "./hole.ts";
import { checkNesting } from "./nesting.ts";
import { Attr } from "./node.ts";
import type { RcdataParts } from "./template.ts";

const RCDATA_ELEMENTS = new Set(["title", "textarea"]);
const KEY_ATTRIBUTE = /\skey="([^"]*)"/;
const AUTOFOCUS = /\sautofocus(?=[\s=]|$)/;
const VALUE_ATTRIBUTE = /\svalue="([^"]*)"/;
/** Elements whose content is no part of the page: text to browsers with script, or a fragment. */
const UNREACHED = new Set(["noscript", "template"]);
/** The parser drops one line feed right behind these start tags. */
const EATS_LINE_FEED = new Set(["pre", "textarea", "listing"]);
const RAW_TEXT_ELEMENTS = new Set(["script", "style", "iframe", "noembed", "noframes", "xmp"]);

/** An element whose end tag has not come. */
export interface OpenElement {
  tag: string;
  /** Token index of its mark position. */
  mark: number;
  attributes: Piece[];
  hasSlots: boolean;
  children: number;
  childSlots: Piece[];
  texts: string[];
  events: { slot: number; type: string }[];
  select: Piece | undefined;
  content: Piece | undefined;
  /** Constant `value` of a text area, escaped: it is the content. */
  constantValue: string | undefined;
}

/** A part of the markup on its way to chunks and holes. */
export type Piece =
  | { readonly type: "text"; text: string }
  | { readonly type: "mark"; element: OpenElement; place: number }
  | {
    readonly type: "hole";
    kind: number;
    slot: number;
    name: string;
    element: OpenElement | undefined;
    /** Tags around a child, outermost first. */
    ancestors: readonly string[];
    place: number;
  };

/** A slot. */
export type HolePiece = Extract<Piece, { type: "hole" }>;
/** Where an element's mark goes, if it needs one. */
export type MarkPiece = Extract<Piece, { type: "mark" }>;

/** One pass over the strings. */
export class TemplateParser {
  readonly pieces: Piece[] = [];
  readonly events: { slot: number; type: string; element: OpenElement }[] = [];
  readonly rcdata = new Map<number, RcdataParts>();
  keySlot = -1;
  /** A key that stands in the source as it is. */
  key: string | undefined = undefined;
  /** The last element that asks for the focus, and the slot that says whether it does, or -1. */
  focus: { element: OpenElement; slot: number } | undefined = undefined;
  rootElements = 0;
  rootOthers = 0;
  rootTag = "";
  readonly roots: string[] = [];
  #stack: OpenElement[] = [];
  #tag: OpenElement | undefined;
  readonly #strings: readonly string[];
  readonly #values: readonly unknown[];

  constructor(strings: readonly string[], values: readonly unknown[]) {
    this.#strings = strings;
    this.#values = values;
  }

  run(): Piece[] {
    for (let i = 0; i < this.#strings.length; i++) {
      this.#text(this.#strings[i]!);
      if (i < this.#strings.length - 1) {
        if (this.#tag) this.#attributeSlot(i, this.#values[i]);
        else this.#childSlot(i);
      }
    }
    return this.pieces;
  }

  #push(text: string): void {
    const last = this.pieces[this.pieces.length - 1];
    if (last?.type === "text") last.text += text;
    else this.pieces.push({ type: "text", text });
  }

  #text(text: string): void {
    let i = 0;
    while (i < text.length) {
      if (this.#tag) {
        i = this.#insideTag(text, i);
        continue;
      }
      const open = text.indexOf("<", i);
      const end = open < 0 ? text.length : open;
      if (end > i) this.#staticText(text.slice(i, end));
      if (open < 0) return;
      const close = text[open + 1] === "/";
      const name = /^[^\s>/]+/.exec(text.slice(open + (close ? 2 : 1)))?.[0] ?? "";
      if (close) {
        this.#endTag(name);
        i = text.indexOf(">", open) + 1;
      } else {
        this.#startTag(name);
        i = open + 1 + name.length;
      }
    }
  }

  /** A line feed for the parser to drop, so that it keeps the content's own. */
  #lineFeed(element: OpenElement): void {
    if (EATS_LINE_FEED.has(element.tag)) this.#push("\n");
  }

  #staticText(given: string): void {
    const parent = this.#stack[this.#stack.length - 1];
    const text = parent && RAW_TEXT_ELEMENTS.has(parent.tag) ? rawText(parent.tag, given) : given;
    if (parent) {
      if (parent.children === 0 && text.startsWith("\n")) this.#lineFeed(parent);
      parent.children++;
      if (RCDATA_ELEMENTS.has(parent.tag)) {
        parent.texts[parent.childSlots.length] = text;
        return;
      }
    } else this.rootOthers++;
    this.#push(text);
  }

  #startTag(tag: string): void {
    const parent = this.#stack[this.#stack.length - 1];
    checkNesting(tag, this.#stack.map((open) => open.tag));
    if (parent) parent.children++;
    else {
      this.rootElements++;
      this.rootTag = tag;
      this.roots.push(tag);
    }
    const element: OpenElement = {
      tag,
      mark: 0,
      attributes: [],
      hasSlots: false,
      children: 0,
      childSlots: [],
      texts: [],
      events: [],
      select: undefined,
      content: undefined,
      constantValue: undefined,
    };
    this.#push("<" + tag);
    this.pieces.push({ type: "mark", element, place: -1 });
    this.#tag = element;
  }

  /** Copies static attributes up to the end of the tag; returns where to go on. */
  #insideTag(text: string, from: number): number {
    let i = from;
    while (i < text.length) {
      const c = text[i]!;
      if (c === ">") {
        this.#push(this.#attributes(text.slice(from, i)) + ">");
        this.#endOfStartTag();
        return i + 1;
      }
      if (c === '"') {
        const end = text.indexOf('"', i + 1);
        i = end < 0 ? text.length : end + 1;
      } else i++;
    }
    this.#push(this.#attributes(text.slice(from)));
    return text.length;
  }

  /** Constant attributes, without those that are none in HTML. */
  #attributes(text: string): string {
    const element = this.#tag!;
    const attributes = trimAttributes(text).replace(KEY_ATTRIBUTE, (_, key: string) => {
      if (this.#stack.length === 0) this.key = unescapeText(key);
      return "";
    });
    if (AUTOFOCUS.test(attributes.replace(/"[^"]*"/g, ""))) this.#focusOn(element, -1);
    if (element.tag !== "textarea" && element.tag !== "select") return attributes;
    return attributes.replace(VALUE_ATTRIBUTE, (_, value: string) => {
      if (element.tag === "select") throw constantChoice();
      element.constantValue = value;
      return "";
    });
  }

  #endOfStartTag(): void {
    const element = this.#tag!;
    this.#tag = undefined;
    if (isVoid(element.tag)) return;
    const constant = element.constantValue;
    if (constant !== undefined) {
      this.#push("\n" + constant);
      element.children++;
    }
    this.#stack.push(element);
    if (element.content) {
      this.#lineFeed(element);
      this.pieces.push(element.content);
    }
    if (element.select) {
      this.pieces.push({ ...(element.select as HolePiece), kind: Hole.SELECT });
    }
  }

  #endTag(tag: string): void {
    const element = this.#stack.pop();
    if (!element || element.tag !== tag) {
      throw new TemplateError(
        "markup",
        `cannot compile markup near </${tag}>: it closes <${element?.tag ?? "nothing"}>`,
      );
    }
    const slots = element.childSlots as HolePiece[];
    if (RCDATA_ELEMENTS.has(tag)) this.#rcdata(element, slots);
    else if (slots.length === 1 && element.children === 1) {
      slots[0]!.kind = Hole.FILL;
      element.hasSlots = true;
    }
    if (element.select) {
      this.pieces.push({ ...(element.select as HolePiece), kind: Hole.SELECT_END });
    }
    this.#push(`</${tag}>`);
  }

  /** `<title>` and `<textarea>` cannot hold comments: their text is one hole, set whole. */
  #rcdata(element: OpenElement, slots: HolePiece[]): void {
    const texts = Array.from({ length: slots.length + 1 }, (_, i) => element.texts[i] ?? "");
    if (slots.length === 0) {
      this.#push(texts[0]!);
      return;
    }
    element.hasSlots = true;
    const parts = { texts: texts.map(unescapeText), slots: slots.map((slot) => slot.slot) };
    for (const slot of slots) this.rcdata.set(slot.slot, parts);
    this.pieces.push({ ...slots[0]!, kind: Hole.RCDATA, element });
  }

  #childSlot(slot: number): void {
    const element = this.#stack[this.#stack.length - 1];
    const hidden = this.#stack.find((open) => UNREACHED.has(open.tag));
    if (hidden) throw unreached(hidden.tag);
    if (!element) this.rootOthers++;
    else {
      if (RAW_TEXT_ELEMENTS.has(element.tag)) {
        throw new TemplateError(
          "raw-text-element",
          `cannot fill <${element.tag}> from a slot: its content is not markup and cannot be ` +
            `escaped; put it in a file, or use dangerouslySetInnerHTML`,
        );
      }
      if (element.children === 0) this.#lineFeed(element);
      element.children++;
    }
    const piece: HolePiece = {
      type: "hole",
      kind: Hole.CHILD,
      slot,
      name: "",
      element,
      ancestors: this.#stack.map((open) => open.tag),
      place: -1,
    };
    element?.childSlots.push(piece);
    if (!element || !RCDATA_ELEMENTS.has(element.tag)) this.pieces.push(piece);
  }

  /** An element that gets the focus when it is inserted: a player must find it. */
  #focusOn(element: OpenElement, slot: number): void {
    if (this.#stack.some((open) => UNREACHED.has(open.tag))) return;
    element.hasSlots = true;
    this.focus = { element, slot };
  }

  /** An element that patches reach: a player must find it when it walks the page. */
  #mark(element: OpenElement): void {
    const outer = this.#stack.find((open) => UNREACHED.has(open.tag));
    if (outer) throw unreached(outer.tag);
    element.hasSlots = true;
  }

  #attributeSlot(slot: number, value: unknown): void {
    const element = this.#tag!;
    if (!(value instanceof Attr)) {
      // Precompile turns `checked={x}` into `x ? "checked" : ""`.
      this.#mark(element);
      this.pieces.push({
        type: "hole",
        kind: Hole.BOOL,
        slot,
        name: "",
        element,
        ancestors: [],
        place: -1,
      });
      return;
    }
    const name = plainName(value.name);
    if (name === "key") {
      if (this.#stack.length === 0) this.keySlot = slot;
      return;
    }
    if (/^on[:-]?[a-z]/.test(name) && isHandlerLike(value.value)) {
      this.#mark(element);
      const type = name.replace(/^on[:-]?/, "");
      checkEventName(type);
      this.events.push({ slot, type, element });
      return;
    }
    if (name === "children" || name === "ref") return;
    if (name === "dangerouslySetInnerHTML") {
      this.#mark(element);
      element.content = {
        type: "hole",
        kind: Hole.HTML,
        slot,
        name,
        element,
        ancestors: [],
        place: -1,
      };
      return;
    }
    checkName(name);
    this.#mark(element);
    if (name === "autofocus") this.#focusOn(element, slot);
    const piece: HolePiece = {
      type: "hole",
      kind: Hole.ATTR,
      slot,
      name,
      element,
      ancestors: [],
      place: -1,
    };
    if (name === "value" && element.tag === "textarea") {
      piece.kind = Hole.TEXTAREA;
      element.content = piece;
    } else if (name === "value" && element.tag === "select") element.select = piece;
    else {
      if (isProperty(element.tag, name)) piece.kind = Hole.PROPERTY;
      this.pieces.push(piece);
    }
  }
}

function constantChoice(): TemplateError {
  return new TemplateError(
    "markup",
    `cannot write a constant value of <select>: HTML has no such attribute; write selected on the ` +
      `option, or give the value from a variable or a signal`,
  );
}

function unreached(tag: string): TemplateError {
  return new TemplateError(
    "raw-text-element",
    `cannot fill <${tag}> from a slot: players do not look into it; write its content as constant ` +
      `markup, or use dangerouslySetInnerHTML`,
  );
}

/** A value that belongs in a handler slot: functions, declared handlers, and "no handler". */
function isHandlerLike(value: unknown): boolean {
  return typeof value !== "string" && typeof value !== "number";
}

/** Static attributes as precompile spaces them, without the blanks that slots leave behind. */
function trimAttributes(text: string): string {
  const trimmed = text.trim();
  if (/(?:^|\s)v(?:[\s=]|$)/i.test(trimmed.replace(/"[^"]*"/g, '""'))) throw reservedName();
  return trimmed ? " " + trimmed : "";
}

/** Text of `<style>` and the like: precompile escapes it, but these elements know no escapes. */
function rawText(tag: string, escaped: string): string {
  const text = unescapeText(escaped);
  if (new RegExp(`</${tag}|<!--`, "i").test(text)) {
    throw new TemplateError(
      "raw-text-element",
      `cannot write the content of <${tag}>: it has "</${tag}" or "<!--" in it, which ends or ` +
        `changes the element; put it in a file`,
    );
  }
  return text;
}

function unescapeText(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'").replaceAll("&amp;", "&");
}
