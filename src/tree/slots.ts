/**
 * What stands in slots: signals, attributes, text of elements that take no comments.
 *
 * @module
 */
import { Signal } from "@preact/signals-core";
import { attributeValue, describe } from "../jsx/attributes.ts";
import { TemplateError } from "../jsx/errors.ts";
import { Attr, type TemplateNode } from "../jsx/node.ts";
import { watchFor } from "../signals/signals.ts";
import { type Instance, type Region, SignalSlot } from "./live.ts";

/** Where a slot is mounted: what a signal in it needs to mark itself. */
export interface SlotScope {
  readonly region: Region;
  readonly parent: Instance | undefined;
  /** Remembers a watched signal, to end it if the walk is given up. */
  track(made: SignalSlot): void;
}

/** The text form of an attribute: `true` is an attribute without a value, `null` is none. */
export type AttributeText = string | true | null;

/** Reads the signal of a slot and has the slot marked when it changes. */
export function watchSlot(slot: SignalSlot): unknown {
  slot.watching?.dispose();
  return watchFor(slot);
}

/**
 * The text of an attribute slot, read for the first time or again. The slot then holds what the
 * live tree keeps of it: the text, or the watched signal.
 *
 * @throws {TemplateError} for a value that the attribute cannot have.
 */
export function attributeSlot(
  scope: SlotScope,
  node: TemplateNode,
  name: string,
  slot: number,
): AttributeText {
  let value = node.slots[slot];
  if (value instanceof Attr) value = value.value;
  if (value instanceof SignalSlot) return value.live as AttributeText;
  if (value instanceof Signal) {
    const watched = new SignalSlot(value, scope.region, scope.parent, node, slot);
    scope.track(watched);
    node.slots[slot] = watched;
    const text = attributeValue(name, watchSlot(watched));
    watched.live = text;
    return text;
  }
  const text = attributeValue(name, value);
  node.slots[slot] = text;
  return text;
}

/**
 * The whole text of an element that takes no comments (`<title>`), from its static text and slots.
 *
 * @throws {TemplateError} `not-renderable` for a slot that is no text.
 */
export function rcdataSlots(scope: SlotScope, node: TemplateNode, slot: number): string {
  const parts = node.tpl.rcdata.get(slot)!;
  let text = parts.texts[0]!;
  for (let i = 0; i < parts.slots.length; i++) {
    const at = parts.slots[i]!;
    let value = node.slots[at];
    if (value instanceof Signal) {
      const watched = new SignalSlot(value, scope.region, scope.parent, node, at);
      scope.track(watched);
      node.slots[at] = watched;
      watched.live = textOf(watchSlot(watched));
      value = watched;
    }
    text += textOf(value instanceof SignalSlot ? value.live : value) + parts.texts[i + 1]!;
  }
  return text;
}

/** The markup of `dangerouslySetInnerHTML`, given as `{ __html }`. */
export function rawMarkup(node: TemplateNode, slot: number): string {
  let value = node.slots[slot];
  if (value instanceof Attr) value = value.value;
  const html = typeof value === "object" && value !== null
    ? (value as { __html?: unknown }).__html
    : value;
  const text = html === null || html === undefined ? "" : String(html).replaceAll("\0", "\ufffd");
  node.slots[slot] = text;
  return text;
}

/** Takes the key and the handlers of a node out of their named wrappers. */
export function unwrapRest(node: TemplateNode): void {
  const { tpl, slots } = node;
  const key = slots[tpl.keySlot];
  if (key instanceof Attr) slots[tpl.keySlot] = key.value;
  for (const event of tpl.events) {
    const handler = slots[event.slot];
    if (handler instanceof Attr) slots[event.slot] = handler.value;
  }
}

/** Text of a value where only text can stand. @throws {TemplateError} `not-renderable`. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined || typeof value === "boolean") return "";
  if (Array.isArray(value)) return value.map(textOf).join("");
  if (typeof value === "object" || typeof value === "function" || typeof value === "symbol") {
    throw new TemplateError(
      "not-renderable",
      `cannot write ${describe(value)} in an element that takes only text: pass text`,
    );
  }
  return String(value);
}

/** The error for a child that has no form in a page. */
export function notRenderable(value: unknown): TemplateError {
  const hint = typeof value === "function"
    ? "call it, or make it a component: <Name />"
    : value instanceof Promise
    ? "await it in an async component, or stream it with ctx.async.render"
    : value instanceof Date
    ? "say how it is written, such as date.toLocaleDateString()"
    : "render its fields, or its JSON.stringify";
  return new TemplateError(
    "not-renderable",
    `cannot render ${describe(value)} as a child: ${hint}`,
  );
}
