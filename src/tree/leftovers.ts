/**
 * What can be saved of a page that is given up, for when its player comes after all: the contents
 * of async regions, so that their functions need not run a second time.
 *
 * Only contents that could as well have been made by the new render are kept. A handler, signal or
 * component in them is bound to variables of the old one: a click would write a signal that the
 * page no longer shows. And only regions with a key: it names what they show, so that a list that
 * has changed in the meantime cannot get a row's content at another row.
 *
 * @module
 */
import { Attr, RawHtml, TemplateNode } from "../jsx/node.ts";
import type { AsyncSlot } from "./async_slot.ts";
import { Group, type Instance, List, rawOf } from "./live.ts";
import type { Tree } from "./tree.ts";

/** Characters of all contents of a page that are worth keeping. */
const MAX_CHARACTERS = 256 * 1024;

/** Contents by the address of their region. */
export type Leftovers = Map<string, unknown>;

/** Where a region stands: the components around it and their keys; `undefined` without a key. */
export function addressOf(slot: AsyncSlot): string | undefined {
  const { key } = slot.node.options;
  if (key === undefined) return undefined;
  const path = [named(key)];
  for (let at: Instance | undefined = slot.parent; at; at = at.parent) {
    path.push(at.type.name, named(at.node.key));
  }
  return JSON.stringify(path);
}

function named(key: unknown): string {
  return `${typeof key} ${String(key)}`;
}

/** The contents of `tree` that another render of the page can show. */
export function leftoversOf(tree: Tree): Leftovers {
  const found: Leftovers = new Map();
  const ambiguous = new Set<string>();
  let room = MAX_CHARACTERS;
  for (const region of tree.regions.values()) {
    const { slot } = region;
    if (!slot || slot.shown !== region || slot.failed) continue;
    const address = addressOf(slot);
    if (address === undefined) continue;
    if (found.delete(address)) ambiguous.add(address);
    if (ambiguous.has(address)) continue;
    const content = slot.settled ? slot.settled.output : slot.complete ? region.root : undefined;
    const size = content === undefined ? -1 : sizeOf(content);
    if (size < 0 || size > room) continue;
    room -= size;
    found.set(address, rawOf(content));
  }
  return found;
}

/** Characters in a value that is bound to nothing, -1 for any other. */
function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (value instanceof TemplateNode) {
    for (const { slot } of value.tpl.events) if (value.slots[slot]) return -1;
    return sizeOfAll(value.slots);
  }
  if (value instanceof List) return sizeOfAll(value.items);
  if (Array.isArray(value)) return sizeOfAll(value);
  if (value instanceof Group) return sizeOf(value.value);
  if (value instanceof Attr) return sizeOf(value.value);
  if (value instanceof RawHtml) return value.html.length;
  return typeof value === "function" || typeof value === "object" && value !== null ? -1 : 8;
}

function sizeOfAll(values: readonly unknown[]): number {
  let total = 0;
  for (const value of values) {
    const size = sizeOf(value);
    if (size < 0) return -1;
    total += size;
  }
  return total;
}
