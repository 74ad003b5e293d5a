/**
 * Writes renderables as values of patches and mounts them in the live tree on the way.
 *
 * @module
 */
import type { RawHtml, TemplateNode } from "../jsx/node.ts";
import { Hole, type Template } from "../jsx/template.ts";
import { AttrTag, Op, Tag } from "../protocol/codes.ts";
import { PatchWriter } from "../protocol/patch_writer.ts";
import { type AsyncSlot, placeholderClass } from "./async_slot.ts";
import { placeOf, type Region, unmounted } from "./live.ts";
import { Mounter } from "./mounter.ts";
import { attributeSlot, type AttributeText, rawMarkup, rcdataSlots, unwrapRest } from "./slots.ts";

/** What one connection's player has been told: templates and names, by their numbers. */
export class Vocabulary {
  readonly templates: Map<Template, number> = new Map();
  /** Numbers by definition: two places in the source may say the same. */
  readonly definitions: Map<string, number> = new Map();
  readonly names: Map<string, number> = new Map();
}

/** A frame is begun and finished in one turn, so all connections write into the same buffers. */
const WRITER = new PatchWriter();

/** The patch side of the {@linkcode Mounter}: one for each connection. */
export class PatchEncoder extends Mounter {
  readonly out: PatchWriter = WRITER;
  /** Made with the first word. */
  #said: Vocabulary | undefined = undefined;
  /** Where the group began that nothing has been written of yet. */
  #group = -1;
  /** The element that is to have the focus when the frame has been applied. */
  #focus: { region: Region; node: TemplateNode; relative: number } | undefined = undefined;

  constructor(region: Region) {
    super(region);
  }

  /** Forgets what the player was told: a new connection has a new player. */
  reset(): void {
    this.#said = undefined;
    this.#focus = undefined;
    this.out.clear();
  }

  /** The frame's last element that asks for the focus gets it, behind everything else. */
  focusOn(node: TemplateNode, relative: number): void {
    this.#focus = { region: this.region, node, relative };
  }

  /** Writes the operation for {@linkcode focusOn}; what has left the page since is left alone. */
  writeFocus(): void {
    const wanted = this.#focus;
    this.#focus = undefined;
    if (!wanted || wanted.node.base <= 0) return;
    this.select(wanted.region);
    this.out.at(Op.FOCUS, placeOf(wanted.node, wanted.relative));
  }

  get #words(): Vocabulary {
    return this.#said ??= new Vocabulary();
  }

  /** Following operations are for `region`. */
  select(region: Region): void {
    this.region = region;
    this.out.region(region.id);
  }

  /** An attribute's or property's name. */
  name(name: string): void {
    const { names } = this.#words;
    const known = names.get(name);
    this.out.varint(known ?? names.size);
    if (known !== undefined) return;
    names.set(name, names.size);
    this.out.string(name);
  }

  protected override save(): () => void {
    const mark = this.out.mark();
    const { region } = this;
    const { next } = region;
    const { templates, definitions, names } = this.#words;
    const known = definitions.size;
    const named = names.size;
    return () => {
      this.out.rewind(mark);
      this.#group = -1;
      region.next = next;
      shrink(templates, known);
      shrink(definitions, known);
      shrink(names, named);
    };
  }

  protected override text(value: string | number | bigint): void {
    this.out.varint(Tag.TEXT);
    this.out.string(String(value));
  }

  override beginNothing(): void {
    this.out.varint(Tag.EMPTY);
  }

  protected override raw(value: RawHtml): void {
    this.out.varint(Tag.RAW);
    this.out.string(value.html);
  }

  override beginList(length: number): void {
    this.out.varint(Tag.LIST);
    this.out.varint(length);
  }

  /**
   * The player makes the comments of a group by itself, around anything but a single element. A
   * signal's element has them too, because the signal may come to hold something else: it is told
   * as a list of one.
   */
  override openGroup(): void {
    this.#group = this.out.length;
  }

  override closeGroup(): void {
    this.#group = -1;
  }

  /** Nothing for now; the output follows as a patch. */
  protected override wait(): void {
    this.beginNothing();
  }

  protected override node(given: TemplateNode): TemplateNode {
    const { region, out } = this;
    const node = this.again ? given : unmounted(given);
    const { tpl, slots } = node;
    if (tpl.single && this.#group === out.length) this.beginList(1);
    this.#template(tpl);
    const base = region.next;
    node.base = base;
    node.shifts = undefined;
    let shift = 0;
    for (let i = 0; i < tpl.kinds.length; i++) {
      const kind = tpl.kinds[i]!;
      const slot = tpl.slots[i]!;
      if (kind <= Hole.CHILD) {
        const after = base + tpl.places[i]! + shift + 1;
        region.next = after;
        slots[slot] = this.child(slots[slot], node, slot, i);
        if (region.next !== after) {
          shift += region.next - after;
          // Not `[]` and `push`, which makes room for eight pairs: most nodes have one.
          if (node.shifts) node.shifts.push(tpl.places[i]!, shift);
          else node.shifts = [tpl.places[i]!, shift];
        }
      } else if (kind === Hole.RCDATA) out.string(rcdataSlots(this, node, slot));
      else if (kind === Hole.HTML) out.string(rawMarkup(node, slot));
      else if (kind === Hole.BOOL) {
        if (slots[slot]) tpl.bools[i] ??= String(slots[slot]);
        if (slots[slot] === "autofocus") this.focusOn(node, tpl.places[i]!);
        this.#attribute((slots[slot] as string) || null);
      } else if (kind === Hole.SELECT) this.chooser = node;
      else {
        if (kind === Hole.SELECT_END) this.chooser = undefined;
        this.#attribute(attributeSlot(this, node, tpl.names[i]!, slot));
      }
    }
    region.next = base + tpl.size + shift;
    unwrapRest(node);
    if (tpl.focus >= 0 && (tpl.focusSlot < 0 || slots[tpl.focusSlot])) {
      this.focusOn(node, tpl.focus);
    }
    return node;
  }

  protected override openRegion(slot: AsyncSlot): void {
    const { out } = this;
    out.varint(Tag.ASYNC);
    out.varint(slot.shown.id);
    if (slot.complete) return;
    this.name(slot.tag);
    this.name(placeholderClass(slot));
    out.varint(slot.node.options.transition ? 1 : 0);
  }

  protected override closeRegion(): void {}

  /** Writes what an async slot shows again, for a player that was not reached by the stream. */
  resend(slot: AsyncSlot): void {
    this.out.op(Op.ASYNC_REPLACE);
    this.out.varint(slot.content.id - 1);
    const { region } = this;
    this.region = slot.content;
    slot.content.next = 1;
    this.again = true;
    try {
      slot.content.root = this.value(slot.content.root, slot.content, 0);
    } finally {
      this.region = region;
      this.again = false;
    }
  }

  #attribute(text: AttributeText): void {
    if (text === null) this.out.varint(AttrTag.NONE);
    else if (text === true) this.out.varint(AttrTag.TRUE);
    else {
      this.out.varint(AttrTag.TEXT);
      this.out.string(text);
    }
  }

  /** The number of a template, and its definition the first time. */
  #template(tpl: Template): void {
    const { templates, definitions } = this.#words;
    const { out } = this;
    let known = templates.get(tpl);
    if (known !== undefined) return out.varint(Tag.TEMPLATE + known);
    const html = tpl.chunks.join("");
    const definition = [html, tpl.kinds, tpl.places, tpl.names].join("\n");
    known = definitions.get(definition);
    const number = known ?? definitions.size;
    templates.set(tpl, number);
    out.varint(Tag.TEMPLATE + number);
    if (known !== undefined) return;
    definitions.set(definition, number);
    out.string(html);
    out.varint(tpl.size);
    out.varint(tpl.kinds.length - count(tpl.kinds, Hole.SELECT));
    for (let i = 0; i < tpl.kinds.length; i++) {
      const kind = tpl.kinds[i]!;
      if (kind === Hole.SELECT) continue;
      // On the wire a select's value has one hole, behind its options.
      const wire = kind === Hole.SELECT_END ? Hole.SELECT : kind;
      out.varint(wire);
      out.varint(tpl.places[i]!);
      if (wire === Hole.ATTR || wire === Hole.PROPERTY) this.name(tpl.names[i]!);
    }
  }
}

function count(kinds: readonly number[], kind: number): number {
  let found = 0;
  for (const each of kinds) if (each === kind) found++;
  return found;
}

/** Takes the newest entries out of a map until it has `size` again. */
function shrink<K>(map: Map<K, number>, size: number): void {
  for (const [key, number] of map) if (number >= size) map.delete(key);
}
