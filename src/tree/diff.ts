/**
 * Patches: what must change in the page so that it shows a new output.
 *
 * Values are compared by position against what the player was last sent, which is what stands in
 * the live tree's slots. Same template: compare the slots. Other template: replace. What is an
 * element's own: `diff_element.ts`. Lists: `reconcile.ts`.
 *
 * @module
 */
import { attributeValue } from "../jsx/attributes.ts";
import { AsyncNode, ComponentNode, RawHtml, TemplateNode } from "../jsx/node.ts";
import { Hole } from "../jsx/template.ts";
import { invariant } from "../internal/invariant.ts";
import { Op } from "../protocol/codes.ts";
import type { PatchEncoder } from "./encoder.ts";
import {
  type Holder,
  Instance,
  isSingle,
  List,
  type Live,
  owned,
  placeIn,
  put,
  type Region,
  SignalSlot,
  unmount,
  unmounted,
} from "./live.ts";
import { AsyncSlot } from "./async_slot.ts";
import { wrapError } from "./component_error.ts";
import {
  chooseAgain,
  patchHole,
  patchMarks,
  patchRcdata,
  unwrap,
  writeAttribute,
  writeRcdata,
} from "./diff_element.ts";
import { keyOf } from "./lists.ts";
import { reconcile } from "./reconcile.ts";
import type { Stale } from "./tree.ts";
import { textOf, watchSlot } from "./slots.ts";

/** Brings the page from `old`, which is mounted, to `value`. Returns what is mounted then. */
export function patchValue(
  encoder: PatchEncoder,
  old: Live,
  value: unknown,
  holder: Holder,
  index: number,
): Live {
  if (old === value) return old;
  if (canPatch(old, value)) return patchSame(encoder, old, value, holder, index);
  if (isText(value) && (isText(old) || isEmpty(old))) {
    if (!isText(old) || String(old) !== String(value)) {
      encoder.out.at(Op.TEXT, placeIn(holder, index));
      encoder.out.string(String(value));
    }
    return value;
  }
  if (isEmpty(old) && isEmpty(value)) return value as Live;
  unmount(old);
  encoder.out.at(Op.REPLACE, placeIn(holder, index));
  return encoder.value(value, holder, index);
}

/** Whether `old` can become `value` in place, keeping its nodes and its state. */
export function canPatch(old: unknown, value: unknown): boolean {
  if (old === value) return true;
  if (old instanceof TemplateNode) {
    return value instanceof TemplateNode && old.tpl.origin === value.tpl.origin &&
      (old.tpl.keySlot < 0 || keyOf(old) === keyOf(value));
  }
  if (old instanceof Instance) {
    return value instanceof ComponentNode && old.type === value.type &&
      old.node.key === value.key;
  }
  if (old instanceof List) {
    return typeof value === "object" && value !== null && Symbol.iterator in value;
  }
  if (old instanceof SignalSlot) return value === old.signal;
  if (old instanceof AsyncSlot) {
    return value instanceof AsyncNode && old.node.options.key === value.options.key;
  }
  return old instanceof RawHtml && value instanceof RawHtml && value.html === old.html;
}

/**
 * Brings what stands in `holder` to `value` in place.
 *
 * @param value What {@linkcode canPatch} said yes to.
 */
export function patchSame(
  encoder: PatchEncoder,
  old: Live,
  value: unknown,
  holder: Holder,
  index: number,
): Live {
  if (old === value) return old;
  if (old instanceof TemplateNode) {
    return patchNode(encoder, old, value as TemplateNode, holder, index);
  }
  if (old instanceof Instance) updateProps(encoder, old, value as ComponentNode);
  else if (old instanceof List) return reconcile(encoder, old, value as Iterable<unknown>);
  return old;
}

function isText(value: unknown): value is string | number | bigint {
  return typeof value === "string" || typeof value === "number" || typeof value === "bigint";
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || typeof value === "boolean";
}

function patchNode(
  encoder: PatchEncoder,
  given: TemplateNode,
  wanted: TemplateNode,
  holder: Holder,
  index: number,
): TemplateNode {
  const next = unmounted(wanted);
  const { tpl } = given;
  if (tpl === next.tpl && sameSlots(given, next)) return given;
  const old = owned(given);
  // At once: what is thrown below must not leave the live tree with a node that is none of its own.
  if (old !== given) put(holder, index, old);
  const { slots } = old;
  if (tpl !== next.tpl) patchMarks(encoder, old, next);
  // Where the operations on a select's options begin.
  let options = 0;
  for (let i = 0; i < tpl.kinds.length; i++) {
    const slot = tpl.slots[i]!;
    const before = slots[slot];
    const after = next.slots[slot];
    if (tpl.kinds[i] === Hole.SELECT) options = encoder.out.length;
    else if (tpl.kinds[i] === Hole.SELECT_END) {
      const { length } = encoder.out;
      if (before !== after) patchHole(encoder, old, i, slot, after);
      if (length !== options && encoder.out.length === length) chooseAgain(encoder, old);
    } else if (tpl.kinds[i] === Hole.RCDATA) patchRcdata(encoder, old, i, next);
    else if (before === after) continue;
    else if (tpl.kinds[i]! <= Hole.CHILD) {
      slots[slot] = patchValue(encoder, before as Live, after, old, slot);
    } else patchHole(encoder, old, i, slot, after);
  }
  for (const event of tpl.events) slots[event.slot] = unwrap(next.slots[event.slot]);
  return old;
}

function sameSlots(old: TemplateNode, next: TemplateNode): boolean {
  const { slots, tpl } = old;
  for (let i = 0; i < slots.length; i++) {
    if (slots[i] !== next.slots[i] && i !== tpl.keySlot) return false;
  }
  return true;
}

function updateProps(encoder: PatchEncoder, instance: Instance, node: ComponentNode): void {
  const before = instance.node;
  instance.node = node;
  if (before.props === node.props || sameProps(before.props, node.props)) return;
  const { props } = instance;
  before.releaseProps(props);
  for (const name in props) if (!(name in node.props)) delete props[name];
  Object.assign(props, node.props);
  update(encoder, instance);
}

function sameProps(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  let names = 0;
  for (const name in a) {
    if (a[name] !== b[name] || !(name in b)) return false;
    names++;
  }
  for (const _ in b) names--;
  return names === 0;
}

/**
 * Brings the page up to date with a stale component or signal slot.
 *
 * @throws what the component threw; the caller rewinds and calls {@linkcode giveUp}.
 */
export function update(encoder: PatchEncoder, stale: Stale): void {
  const { parent, chooser } = encoder;
  const { length } = encoder.out;
  encoder.chooser = stale.chooser;
  try {
    if (stale instanceof AsyncSlot) {
      if (stale.settled) showSettled(encoder, stale);
    } else if (stale instanceof Instance) {
      encoder.parent = stale;
      updateInstance(encoder, stale);
    } else {
      encoder.parent = stale.parent;
      updateSlot(encoder, stale);
    }
    if (stale.chooser && encoder.out.length !== length) chooseAgain(encoder, stale.chooser);
  } finally {
    encoder.parent = parent;
    encoder.chooser = chooser;
  }
}

function showSettled(encoder: PatchEncoder, slot: AsyncSlot): void {
  const { content } = slot;
  if (slot.complete) {
    // The view of an error in place of the content, whose numbers must not be used again.
    encoder.select(content);
    encoder.out.at(Op.REPLACE, 0);
    encoder.reveal(slot, content.next);
  } else {
    encoder.out.op(Op.ASYNC_REPLACE);
    encoder.out.varint(slot.shown.id);
    encoder.reveal(slot);
  }
}

function updateInstance(encoder: PatchEncoder, instance: Instance): void {
  const { tree } = instance.region;
  const output = tree.runComponent(instance);
  if (!instance.catchError) return patchOutput(encoder, instance, output);
  const restore = encoder.savepoint();
  try {
    patchOutput(encoder, instance, output);
  } catch (error) {
    restore();
    const wrapped = wrapError(error, instance);
    if (!instance.catchError(wrapped)) throw wrapped;
    instance.broken = true;
    patchOutput(encoder, instance, tree.runComponent(instance));
  }
}

function patchOutput(encoder: PatchEncoder, instance: Instance, output: unknown): void {
  const old = instance.output;
  const { broken } = instance;
  instance.broken = false;
  if (!broken && canPatch(old, output)) {
    instance.output = patchSame(encoder, old, output, instance, 0);
    return;
  }
  const place = placeIn(instance, 0);
  if (place < 0) substitute(encoder, instance, output);
  else if (!broken) instance.output = patchValue(encoder, old, output, instance, 0);
  else {
    unmount(old);
    encoder.out.at(Op.REPLACE, place);
    instance.output = encoder.value(output, instance, 0);
  }
}

/** Another root for a list item: the component that is the item stays, its element does not. */
function substitute(encoder: PatchEncoder, instance: Instance, output: unknown): void {
  let top: Instance = instance;
  while (top.holder instanceof Instance) top = top.holder;
  const root = rootNode(top);
  const place = root.base;
  encoder.out.at(Op.SUBSTITUTE, place);
  unmount(instance.output);
  try {
    instance.output = instance.region.tree.mounted(output, instance) as Live;
    if (!isSingle(instance)) {
      top.group = instance.region.next++;
      encoder.openGroup();
    }
    instance.output = encoder.value(instance.output, instance, 0);
    encoder.closeGroup();
  } catch (error) {
    // The page still has the old root: what is shown instead must find it.
    root.base = place;
    top.group = 0;
    instance.output = root;
    throw error;
  }
}

/** The element that a list item is. */
function rootNode(item: Instance): TemplateNode {
  let value: Live = item;
  while (value instanceof Instance) value = value.output;
  invariant(value instanceof TemplateNode, "a list item without an element or a group");
  return value;
}

function updateSlot(encoder: PatchEncoder, slot: SignalSlot): void {
  const value = watchSlot(slot);
  const { holder, index } = slot;
  if (holder instanceof TemplateNode) {
    const { tpl } = holder;
    const hole = tpl.holeOf[index]!;
    const kind = tpl.kinds[hole]!;
    if (kind === Hole.RCDATA) {
      slot.live = textOf(value);
      return writeRcdata(encoder, holder, hole);
    }
    if (kind > Hole.CHILD) {
      const text = attributeValue(tpl.names[hole]!, value);
      if (text === slot.live) return;
      slot.live = text;
      writeAttribute(encoder, holder, hole, text);
      return;
    }
  }
  slot.live = patchValue(encoder, slot.live, value, slot, 0);
}

/**
 * Shows the error of a failed update where a boundary wants it, or in place of the part. What is
 * mounted there is half old and half new, so it is replaced whole.
 */
export function giveUp(stale: Stale, error: unknown): void {
  const { tree } = stale.region;
  const failed = stale instanceof Instance ? stale : stale.parent;
  const wrapped = wrapError(error, failed);
  if (failed) tree.fail(failed, wrapped, stale);
  else tree.host.report(wrapped, undefined);
}

/** Brings a region from the page that it shows to another. */
export function patchRoot(encoder: PatchEncoder, region: Region, root: unknown): void {
  encoder.select(region);
  region.root = patchValue(encoder, region.root, root, region, 0);
  encoder.settle();
}
