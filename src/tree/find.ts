/**
 * From the number of a place back to what stands there: for events.
 *
 * @module
 */
import { TemplateNode } from "../jsx/node.ts";
import { Hole } from "../jsx/template.ts";
import { Group, Instance, List, placeOf, type Region, SignalSlot } from "./live.ts";

/** A place with a handler, found. */
export interface FoundHandler {
  readonly node: TemplateNode;
  /** Index of the place within its template. */
  readonly relative: number;
  /** The slot's value: a function or a `Handler`. */
  readonly handler: unknown;
}

/** Places remembered at most; then the memory starts anew. */
const MAX_REMEMBERED = 1024;

/** One more than the largest number that a place can have. */
const MAX_PLACES = 2 ** 31;

/**
 * Finds handlers by place. What was found once is remembered: numbers are never used again, and a
 * node that left the tree says so itself, so nothing has to be kept in step.
 */
export class HandlerIndex {
  #known: Map<number, TemplateNode> | undefined = undefined;

  /** The handler for `type` at `place`, if the player was shown one and it is not disabled. */
  find(region: Region, place: number, type: string): FoundHandler | undefined {
    // Each region counts from 1.
    const key = region.id * MAX_PLACES + place;
    const known = this.#known ??= new Map<number, TemplateNode>();
    let node = known.get(key);
    let relative = node ? relativePlace(node, place) : -1;
    if (relative < 0) {
      node = search(region.root, place);
      if (!node) return undefined;
      relative = relativePlace(node, place);
      if (known.size === MAX_REMEMBERED) known.clear();
      known.set(key, node);
    }
    for (const event of node!.tpl.events) {
      if (event.place !== relative || event.type !== type) continue;
      const handler = node!.slots[event.slot];
      if (!handler || isDisabled(node!, relative)) return undefined;
      return { node: node!, relative, handler };
    }
    return undefined;
  }

  clear(): void {
    this.#known = undefined;
  }
}

/** Which of its places `place` is, or -1. */
function relativePlace(node: TemplateNode, place: number): number {
  if (node.base <= 0) return -1;
  const last = node.tpl.size - 1;
  if (!node.shifts) {
    const relative = place - node.base;
    return relative >= 0 && relative <= last ? relative : -1;
  }
  for (let relative = last; relative >= 0; relative--) {
    const at = placeOf(node, relative);
    if (at === place) return relative;
    if (at < place) return -1;
  }
  return -1;
}

function search(value: unknown, place: number): TemplateNode | undefined {
  if (value instanceof TemplateNode) {
    if (relativePlace(value, place) >= 0) return value;
    const { tpl, slots } = value;
    for (let i = 0; i < tpl.kinds.length; i++) {
      if (tpl.kinds[i]! > Hole.CHILD) continue;
      const slot = slots[tpl.slots[i]!];
      if (typeof slot !== "object" || slot === null) continue;
      const found = search(slot, place);
      if (found) return found;
    }
  } else if (value instanceof Instance) return search(value.output, place);
  else if (value instanceof List) {
    for (const item of value.items) {
      const found = search(item, place);
      if (found) return found;
    }
  } else if (value instanceof SignalSlot) return search(value.live, place);
  else if (value instanceof Group) return search(value.value, place);
  return undefined;
}

/** Whether the element at a place was shown as disabled: it cannot have sent an event. */
function isDisabled(node: TemplateNode, relative: number): boolean {
  const { tpl, slots } = node;
  for (let i = 0; i < tpl.kinds.length; i++) {
    if (tpl.places[i] !== relative) continue;
    let value = slots[tpl.slots[i]!];
    if (value instanceof SignalSlot) value = value.live;
    if (tpl.kinds[i] === Hole.BOOL && value === "disabled") return true;
    if (tpl.names[i] === "disabled" && value !== null) return true;
  }
  return false;
}

/**
 * Notes that the player's control shows `value` because the user made it so: the next render then
 * compares with what stands there and sends no echo.
 */
export function noteTyped(node: TemplateNode, relative: number, value: unknown): void {
  const { tpl, slots } = node;
  for (let i = 0; i < tpl.kinds.length; i++) {
    if (tpl.places[i] !== relative) continue;
    const slot = tpl.slots[i]!;
    const kind = tpl.kinds[i]!;
    if (typeof value === "string" && kind !== Hole.ATTR && tpl.names[i] === "value") {
      setShown(slots, slot, value);
    } else if (typeof value === "boolean") {
      if (tpl.names[i] === "checked") setShown(slots, slot, value ? true : null);
      // One that was never on has no known name, and may be `disabled`: then there is an echo.
      else if (kind === Hole.BOOL && tpl.bools[i] === "checked") {
        slots[slot] = value ? "checked" : "";
      }
    }
  }
}

function setShown(slots: unknown[], slot: number, value: string | true | null): void {
  const before = slots[slot];
  if (before instanceof SignalSlot) before.live = value;
  else slots[slot] = value;
}
