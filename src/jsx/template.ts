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
import { checkFields, isPlainText } from "./attributes.ts";
import { TemplateError } from "./errors.ts";
import { eventMark } from "../internal/event_types.ts";
import { Hole } from "./hole.ts";
import { Attr, Handler } from "./node.ts";
import {
  type HolePiece,
  type MarkPiece,
  type OpenElement,
  type Piece,
  TemplateParser,
} from "./template_parser.ts";

export { Hole };

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
  /**
   * Names of boolean attributes, by hole, as far as they were seen: precompile gives the name with
   * the value, and none while it is off.
   */
  readonly bools: string[];
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
  /** Place (relative) of the element that asks for the focus, or -1. */
  readonly focus: number;
  /** Slot that says whether it does, or -1 when it always does. */
  readonly focusSlot: number;
  /** Slot of `key`, or -1. */
  readonly keySlot: number;
  /** The key that all its instances have, for one that is constant in the source. */
  readonly key: string | undefined;
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
    bools: [],
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
    focus: parser.focus ? placeOf.get(parser.focus.element)! : -1,
    focusSlot: parser.focus?.slot ?? -1,
    keySlot: parser.keySlot,
    key: parser.key,
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
    if (event.slot === slot) return new Attr("on:" + event.type, value);
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
