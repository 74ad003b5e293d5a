/**
 * Lists: their items and keys.
 *
 * @module
 */
import { TemplateError } from "../jsx/errors.ts";
import { AsyncNode, Attr, ComponentNode, TemplateNode } from "../jsx/node.ts";
import { AsyncSlot } from "./async_slot.ts";
import { Instance } from "./live.ts";

/** The items of nested arrays in one array of its own; values that show nothing are left out. */
export function flatten(values: Iterable<unknown>): unknown[] {
  if (Array.isArray(values) && isPlainList(values)) return values.slice();
  const items: unknown[] = [];
  for (const value of values) {
    if (value === null || value === undefined || typeof value === "boolean") continue;
    if (Array.isArray(value)) { for (const item of flatten(value)) items.push(item); }
    else items.push(value);
  }
  return items;
}

/** Whether a list can be taken as it is. Every rendered list is asked: a loop, not `every`. */
function isPlainList(values: readonly unknown[]): boolean {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!(value instanceof TemplateNode || value instanceof ComponentNode)) return false;
  }
  return true;
}

/** Key of an item, `undefined` when it has none. */
export function keyOf(item: unknown): unknown {
  if (item instanceof TemplateNode) {
    const { keySlot } = item.tpl;
    if (keySlot < 0) return item.tpl.key;
    const key = item.slots[keySlot];
    return (key instanceof Attr ? key.value : key) ?? undefined;
  }
  if (item instanceof ComponentNode) return item.key ?? undefined;
  if (item instanceof Instance) return item.node.key ?? undefined;
  if (item instanceof AsyncNode) return item.options.key;
  if (item instanceof AsyncSlot) return item.node.options.key;
  return undefined;
}

/** @throws {TemplateError} `duplicate-key` when two items have the same key. */
export function checkKeys(items: readonly unknown[]): void {
  if (items.length < 2 || keyOf(items[0]) === undefined) return;
  const seen = new Set<unknown>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    if (seen.has(key)) throw duplicateKey(key);
    seen.add(key);
  }
}

/** The error for a key that two items of a list have. */
export function duplicateKey(key: unknown): TemplateError {
  return new TemplateError(
    "duplicate-key",
    `cannot render a list: two items have the key ${JSON.stringify(key) ?? String(key)}; keys ` +
      `must tell the items of one list apart`,
  );
}
