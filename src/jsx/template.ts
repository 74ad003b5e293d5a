/**
 * Templates: what JSX's constant strings are compiled to, once per place in the source.
 *
 * A template knows its *places*: the elements and text positions that a patch can reach, numbered
 * in document order. In markup a place is an element with the attribute `v` or a slot between the
 * comments `<!>` and `<?>` (the shortest comments that the HTML parser accepts).
 *
 * Worked example, `<p class={c}>Hi {name}, <b onclick={f}>{n}</b></p>`:
 *
 * ```
 * strings   ['<p ', '>Hi ', ', <b ', '>', '</b></p>']     slots c, name, f, n
 * chunks    ['<p v', '>Hi <!>', '<?>, <b v=a>', '</b></p>']
 * holes     [ATTR class → slot 0 @0], [CHILD → slot 1 @1], [FILL → slot 3 @2]
 * events    slot 2 @2 click
 * ```
 *
 * The slot of the handler writes nothing: its letter stands in the mark. `{n}` fills its element
 * and needs no comments. The alternative, one number per mark, would cost about 5 bytes a mark and
 * compress badly; a player counts instead.
 *
 * @module
 */
import {
  checkEventName,
  checkFields,
  checkName,
  isPlainText,
  isProperty,
  isVoid,
  plainName,
  reservedName,
} from "./attributes.ts";
import { TemplateError } from "./errors.ts";
import { eventMark } from "../internal/event_types.ts";
import { checkNesting } from "./nesting.ts";
import { Attr, Handler } from "./node.ts";

/** What a hole is filled with. */
export const Hole = {
  /** A child slot that is the only content of its element: no comments. */
  FILL: 0,
  /** A child slot between `<!>` and `<?>`. */
  CHILD: 1,
  /** An attribute. */
  ATTR: 2,
  /** A boolean attribute, precompiled: the slot is its name or the empty string. */
  BOOL: 3,
  /** An attribute that a property shadows (`value`, `checked`, …). */
  PROPERTY: 4,
  /** `value` of a `<textarea>`: written as content. */
  TEXTAREA: 5,
  /** `value` of a `<select>`: starts collecting its options. */
  SELECT: 6,
  /** The end of that `<select>`: marks the chosen option. */
  SELECT_END: 7,
  /** Text of `<title>` and the like, which cannot hold comments: always set whole. */
  RCDATA: 8,
  /** `dangerouslySetInnerHTML`. */
  HTML: 9,
} as const;

/** A handler slot of a template. */
export interface EventSlot {
  /** Where the handler stands among the slots. */
  readonly slot: number;
  /** Index of its place within the template. */
  readonly place: number;
  /** Event type, such as `click`. */
  readonly type: string;
}

/** A text made of several slots in an element that cannot hold comments. */
export interface RcdataParts {
  /** The static text around the slots; one more than these. */
  readonly texts: readonly string[];
  /** The slots, in order. */
  readonly slots: readonly number[];
}

/** A compiled template. Immutable but for its caches. */
export interface Template {
  /** The strings it was compiled from; their identity is the template's. */
  readonly strings: readonly string[];
  /** Markup between the holes; one longer than `kinds`. */
  readonly chunks: readonly string[];
  /** The chunks without marks, for pages that no player connects to. */
  readonly plain: readonly string[];
  /** What fills each hole, as in {@linkcode Hole}. */
  readonly kinds: readonly number[];
  /** Slot of each hole. */
  readonly slots: readonly number[];
  /** Attribute name of each hole, or "". */
  readonly names: readonly string[];
  /** Place (relative) of each hole. */
  readonly places: readonly number[];
  /** ` name="` of each attribute that takes any text as it is; else "". */
  readonly prefixes: readonly string[];
  /** Tag of the element around each hole, "" at the template's root. */
  readonly parents: readonly string[];
  /** Tags of all elements of the template around each hole, outermost first. */
  readonly ancestors: readonly (readonly string[])[];
  /** Tags of the elements at the template's root. */
  readonly roots: readonly string[];
  /** Number of places. */
  readonly size: number;
  /** Whether each place is a comment pair (true) or an element. */
  readonly comments: readonly boolean[];
  /** Whether the template is one element (which is then place 0). */
  readonly single: boolean;
  /** Its handlers. */
  readonly events: readonly EventSlot[];
  /** Slot of `key`, or -1. */
  readonly keySlot: number;
  /** Hole of each slot, or -1 for keys and handlers. */
  readonly holeOf: readonly number[];
  /** The texts that are set whole, by each of their slots. */
  readonly rcdata: ReadonlyMap<number, RcdataParts>;
  /** The template that this is a variant of (other marks), or itself. */
  readonly origin: Template;
  /** Value of the mark attribute of each place ("" for a constant mark). */
  readonly marks: readonly string[];
  /** Tag of the root when it is a single element. */
  readonly rootTag: string;
  /** Variants of the origin by their marks. */
  readonly variants: Map<string, Template>;
}

const RCDATA_ELEMENTS = new Set(["title", "textarea"]);
/** Elements whose content is no part of the page: text to browsers with script, or a fragment. */
const UNREACHED = new Set(["noscript", "template"]);
/** The parser drops one line feed right behind these start tags. */
const EATS_LINE_FEED = new Set(["pre", "textarea", "listing"]);
const RAW_TEXT_ELEMENTS = new Set(["script", "style", "iframe", "noembed", "noframes", "xmp"]);

interface OpenElement {
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
}

type Piece =
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

type HolePiece = Extract<Piece, { type: "hole" }>;
type MarkPiece = Extract<Piece, { type: "mark" }>;

/**
 * Compiles a template.
 *
 * @param strings Markup around the slots.
 * @param values The slots of the call that met the template first: they name the attributes.
 * @param marks Marks that differ from the usual ones, by event slot: for {@linkcode variantOf}.
 *
 * @throws {TemplateError} for markup that would not survive the parser, for `<script>` or
 * `<style>` with slots, and for attribute names that cannot be written.
 */
export function compileTemplate(
  strings: readonly string[],
  values: readonly unknown[],
  marks?: ReadonlyMap<number, string>,
  origin?: Template,
): Template {
  const parser = new TemplateParser(strings, values);
  const pieces = parser.run();
  return assemble(strings, pieces, parser, marks, origin);
}

class TemplateParser {
  readonly pieces: Piece[] = [];
  readonly events: { slot: number; type: string; element: OpenElement }[] = [];
  readonly rcdata = new Map<number, RcdataParts>();
  keySlot = -1;
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
        this.#push(trimAttributes(text.slice(from, i)) + ">");
        this.#endOfStartTag();
        return i + 1;
      }
      if (c === '"') {
        const end = text.indexOf('"', i + 1);
        i = end < 0 ? text.length : end + 1;
      } else i++;
    }
    this.#push(trimAttributes(text.slice(from)));
    return text.length;
  }

  #endOfStartTag(): void {
    const element = this.#tag!;
    this.#tag = undefined;
    if (isVoid(element.tag)) return;
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
    if (name.length > 2 && /^on[a-z]/i.test(name) && isHandlerLike(value.value)) {
      this.#mark(element);
      const type = name.slice(2).toLowerCase();
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

/** Numbers the places in document order and merges the pieces into chunks and holes. */
function assemble(
  strings: readonly string[],
  pieces: readonly Piece[],
  parser: TemplateParser,
  variant: ReadonlyMap<number, string> | undefined,
  origin: Template | undefined,
): Template {
  const single = parser.rootElements === 1 && parser.rootOthers === 0;
  const comments: boolean[] = [];
  const placeOf = new Map<OpenElement, number>();
  const holes: HolePiece[] = [];
  let root = single;
  for (const piece of pieces) {
    if (piece.type === "mark" && (root || piece.element.hasSlots)) {
      root = false;
      piece.place = comments.length;
      placeOf.set(piece.element, piece.place);
      comments.push(false);
    } else if (piece.type === "hole") {
      if (piece.kind === Hole.CHILD) {
        piece.place = comments.length;
        comments.push(true);
      } else piece.place = placeOf.get(piece.element!)!;
      holes.push(piece);
    }
  }
  const events = parser.events.map(({ slot, type, element }): EventSlot => ({
    slot,
    type,
    place: placeOf.get(element)!,
  }));
  const marks: string[] = comments.map(() => "");
  for (const event of events) {
    const mark = variant?.get(event.slot) ?? eventMark(event.type);
    if (mark) marks[event.place] += (marks[event.place] && " ") + mark;
  }
  for (const hole of holes) {
    if (hole.kind === Hole.HTML) marks[hole.place] = (marks[hole.place] + " !").trim();
  }
  const chunks: string[] = [];
  const plain: string[] = [];
  let chunk = "";
  let bare = "";
  for (const piece of pieces) {
    if (piece.type === "text") {
      chunk += piece.text;
      bare += piece.text;
    } else if (piece.type === "mark") chunk += markText(piece, marks);
    else {
      if (piece.kind === Hole.CHILD) chunk += "<!>";
      chunks.push(chunk);
      plain.push(bare);
      chunk = piece.kind === Hole.CHILD ? "<?>" : "";
      bare = "";
    }
  }
  chunks.push(chunk);
  plain.push(bare);
  const holeOf = Array.from({ length: strings.length - 1 }, () => -1);
  holes.forEach((hole, i) => {
    if (hole.kind !== Hole.SELECT_END) holeOf[hole.slot] = i;
  });
  for (const [slot, parts] of parser.rcdata) holeOf[slot] = holeOf[parts.slots[0]!]!;
  const template: Template = {
    strings,
    chunks: chunks.map(flattened),
    plain: plain.map(flattened),
    kinds: holes.map((hole) => hole.kind),
    slots: holes.map((hole) => hole.slot),
    names: holes.map((hole) => hole.name),
    places: holes.map((hole) => hole.place),
    prefixes: holes.map(({ kind, name }) =>
      kind === Hole.ATTR && isPlainText(name) ? ` ${name}="` : ""
    ),
    parents: holes.map((hole) => hole.element?.tag ?? ""),
    ancestors: holes.map((hole) => hole.ancestors),
    roots: parser.roots,
    size: comments.length,
    comments,
    single,
    events,
    keySlot: parser.keySlot,
    holeOf,
    rcdata: parser.rcdata,
    origin: undefined as unknown as Template,
    marks,
    rootTag: single ? parser.rootTag : "",
    variants: origin?.variants ?? new Map(),
  };
  (template as { origin: Template }).origin = origin ?? template;
  return template;
}

/**
 * The same text in one piece. `+=` makes a tree of pieces, and every page would copy that tree
 * instead of a string: a fifth of the time of a first render. A property's name is always whole.
 */
function flattened(text: string): string {
  return Object.keys({ [text]: 0 })[0]!;
}

/** ` v`, ` v=a` or ` v="a keydown"`: an unquoted value needs no quotes while it has no blank. */
function markText(piece: MarkPiece, marks: readonly string[]): string {
  if (piece.place < 0) return "";
  const mark = marks[piece.place]!;
  if (!mark) return " v";
  return /^[a-z!:,]+$/i.test(mark) ? ` v=${mark}` : ` v="${mark}"`;
}

/**
 * The template to use for these slots: `tpl` itself when every handler is a plain function (the
 * usual case), else a variant whose marks leave out missing handlers and name declared fields.
 */
export function variantOf(tpl: Template, slots: readonly unknown[]): Template {
  let usual = true;
  for (const event of tpl.events) {
    if (typeof unwrap(slots[event.slot]) !== "function") usual = false;
  }
  if (usual) return tpl.origin;
  const marks = new Map<number, string>();
  let id = "";
  for (const event of tpl.events) {
    const mark = handlerMark(event, unwrap(slots[event.slot]));
    marks.set(event.slot, mark);
    id += mark + "|";
  }
  const known = tpl.variants.get(id);
  if (known) return known;
  const attributes = slots.map((slot, i) => slot instanceof Attr ? slot : nameOfSlot(tpl, i, slot));
  const variant = compileTemplate(tpl.strings, attributes, marks, tpl.origin);
  tpl.variants.set(id, variant);
  return variant;
}

/** Rebuilds the named value of a slot that was unwrapped when its node was mounted. */
function nameOfSlot(tpl: Template, slot: number, value: unknown): unknown {
  if (slot === tpl.keySlot) return new Attr("key", value);
  for (const event of tpl.events) {
    if (event.slot === slot) return new Attr("on" + event.type, value);
  }
  const hole = tpl.holeOf[slot]!;
  const name = hole < 0 ? "" : tpl.names[hole]!;
  return name ? new Attr(name, value) : value;
}

function unwrap(value: unknown): unknown {
  return value instanceof Attr ? value.value : value;
}

function handlerMark(event: EventSlot, handler: unknown): string {
  if (typeof handler === "function") return eventMark(event.type);
  if (handler instanceof Handler) {
    checkFields(event.type, handler.fields);
    return eventMark(event.type) + ":" + handler.fields.join(",");
  }
  if (handler === null || handler === undefined || handler === false) return "";
  throw new TemplateError(
    "handler",
    `cannot use on${event.type}: its value is neither a function nor on(fn, options)`,
  );
}
