/**
 * Patches of one element: its attributes and properties, raw HTML, its mark, which option is chosen,
 * and the text of elements that are set whole.
 *
 * @module
 */
import { Signal } from "@preact/signals-core";
import { attributeValue } from "../jsx/attributes.ts";
import { Attr, type TemplateNode } from "../jsx/node.ts";
import { Hole } from "../jsx/template.ts";
import { Op } from "../protocol/codes.ts";
import type { PatchEncoder } from "./encoder.ts";
import { placeOf, SignalSlot, unmount } from "./live.ts";
import { attributeSlot, type AttributeText, rawMarkup, rcdataSlots } from "./slots.ts";

/** Handlers came, went or declare other fields: their marks change, the nodes stay. */
export function patchMarks(encoder: PatchEncoder, old: TemplateNode, next: TemplateNode): void {
  const before = old.tpl.marks;
  const after = next.tpl.marks;
  for (let i = 0; i < after.length; i++) {
    if (before[i] === after[i]) continue;
    encoder.out.at(Op.ATTR, placeOf(old, i));
    encoder.name("v");
    encoder.out.string(after[i]!);
  }
  old.tpl = next.tpl;
}

/** A hole of an attribute or of raw HTML. */
export function patchHole(
  encoder: PatchEncoder,
  old: TemplateNode,
  hole: number,
  slot: number,
  given: unknown,
): void {
  const { tpl, slots } = old;
  const value = unwrap(given);
  const before = slots[slot];
  switch (tpl.kinds[hole]) {
    case Hole.SELECT:
      return;
    case Hole.BOOL:
      slots[slot] = value;
      if (value) tpl.bools[hole] ??= String(value);
      if (before !== value) patchBoolean(encoder, placeOf(old, tpl.places[hole]!), before, value);
      if (before !== value && value === "autofocus") encoder.focusOn(old, tpl.places[hole]!);
      return;
    case Hole.HTML: {
      const place = placeOf(old, tpl.places[hole]!);
      slots[slot] = value;
      const html = rawMarkup(old, slot);
      if (html === before) return;
      encoder.out.at(Op.HTML, place);
      encoder.out.string(html);
      return;
    }
    default:
      patchAttribute(encoder, old, hole, slot, value);
  }
}

/** The text of an element that takes no comments is set whole when one of its slots changed. */
export function patchRcdata(
  encoder: PatchEncoder,
  old: TemplateNode,
  hole: number,
  next: TemplateNode,
): void {
  const { tpl, slots } = old;
  let changed = false;
  for (const at of tpl.rcdata.get(tpl.slots[hole]!)!.slots) {
    const before = slots[at];
    const after = next.slots[at];
    if (before === after || (before instanceof SignalSlot && before.signal === after)) continue;
    unmount(before);
    slots[at] = after;
    changed = true;
  }
  if (changed) writeRcdata(encoder, old, hole);
}

export function writeRcdata(encoder: PatchEncoder, node: TemplateNode, hole: number): void {
  const text = rcdataSlots(encoder, node, node.tpl.slots[hole]!);
  encoder.out.at(Op.TEXT, placeOf(node, node.tpl.places[hole]!));
  encoder.out.string(text);
}

function patchBoolean(encoder: PatchEncoder, place: number, before: unknown, after: unknown): void {
  encoder.out.at(Op.PROPERTY, place);
  encoder.name(String(after || before));
  encoder.out.varint(after ? 1 : 0);
}

function patchAttribute(
  encoder: PatchEncoder,
  old: TemplateNode,
  hole: number,
  slot: number,
  value: unknown,
): void {
  const before = old.slots[slot];
  if (before instanceof SignalSlot && before.signal === value) return;
  const shown = before instanceof SignalSlot ? before.live as AttributeText : before;
  const name = old.tpl.names[hole]!;
  // The usual case, compared before any work: a text that stays.
  const text = value instanceof Signal ? undefined : attributeValue(name, value);
  if (text !== undefined && text === before) return;
  unmount(before);
  old.slots[slot] = value;
  const now = attributeSlot(encoder, old, name, slot);
  if (now !== shown) writeAttribute(encoder, old, hole, now);
}

export function writeAttribute(
  encoder: PatchEncoder,
  node: TemplateNode,
  hole: number,
  text: AttributeText,
): void {
  const { out } = encoder;
  const { tpl } = node;
  const name = tpl.names[hole]!;
  const place = placeOf(node, tpl.places[hole]!);
  if (tpl.kinds[hole] !== Hole.ATTR && name === "value") {
    out.at(Op.VALUE, place);
    out.string(text === null || text === true ? "" : text);
  } else if (tpl.kinds[hole] === Hole.PROPERTY) {
    out.at(Op.PROPERTY, place);
    encoder.name(name);
    out.varint(text === null ? 0 : 1);
  } else if (text === null) {
    out.at(Op.REMOVE_ATTR, place);
    encoder.name(name);
  } else {
    out.at(Op.ATTR, place);
    encoder.name(name);
    out.string(text === true ? "" : text);
    if (name === "autofocus") encoder.focusOn(node, tpl.places[hole]!);
  }
}

/** Options came or went: the one that the select's value means is to be the chosen one. */
export function chooseAgain(encoder: PatchEncoder, node: TemplateNode): void {
  const hole = node.tpl.kinds.indexOf(Hole.SELECT_END);
  if (hole < 0 || node.base <= 0) return;
  const shown = shownAttribute(node.slots[node.tpl.slots[hole]!]);
  if (typeof shown === "string") writeAttribute(encoder, node, hole, shown);
}

/** The text of an attribute slot, as the player was last sent it. */
function shownAttribute(slot: unknown): unknown {
  return slot instanceof SignalSlot ? slot.live : slot;
}

export function unwrap(value: unknown): unknown {
  return value instanceof Attr ? value.value : value;
}
