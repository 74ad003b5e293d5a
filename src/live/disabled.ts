/**
 * Controls that are disabled by their template's own markup, or by a `<fieldset disabled>` around
 * them in it: what is disabled was shown so, and cannot have sent an event.
 *
 * @module
 */
import type { TemplateNode } from "../jsx/node.ts";
import type { Template } from "../jsx/template.ts";
import { SignalSlot } from "../tree/live.ts";

/** What is known of a place before any value is. */
interface Disablers {
  /** Whether the markup itself says so, on the control or on a fieldset around it. */
  readonly always: boolean;
  /** Places of the fieldsets around it that may be disabled by a value. */
  readonly fieldsets: readonly number[];
}

const CONTROL = /^(?:button|fieldset|input|optgroup|option|select|textarea)$/;
/** A comment, or a tag with its attributes. */
const TOKEN =
  /<!(?:--.*?--)?>|<(\/?)([a-z][^\s>/]*)((?:\s+[^\s=>]+(?:="[^"]*"|=[^\s>]*)?)*)\s*>/gis;

const known: WeakMap<Template, readonly (Disablers | undefined)[]> = new WeakMap();

/** Whether the place's control was shown as disabled, for reasons other than a value of its own. */
export function isDisabledByMarkup(node: TemplateNode, relative: number): boolean {
  const { tpl } = node;
  let places = known.get(tpl);
  if (!places) known.set(tpl, places = readDisablers(tpl));
  const found = places[relative];
  if (!found) return false;
  return found.always || found.fieldsets.some((place) => hasDisabled(node, place));
}

/** A walk over the markup that counts places as a player does. */
function readDisablers(tpl: Template): readonly (Disablers | undefined)[] {
  const places: (Disablers | undefined)[] = [];
  /** Fieldsets around the current tag: `true` when disabled for ever, else their place. */
  const around: (true | number | undefined)[] = [];
  let place = 0;
  for (const [token, closing, tag, attributes = ""] of tpl.chunks.join("").matchAll(TOKEN)) {
    if (tag === undefined) {
      if (token === "<!>") place++;
      continue;
    }
    const name = tag.toLowerCase();
    if (closing) {
      if (name === "fieldset") around.pop();
      continue;
    }
    const mark = /\sv(?=[=\s]|$)/i.test(attributes) ? place++ : undefined;
    const off = CONTROL.test(name) && /\sdisabled(?=[=\s]|$)/i.test(attributes);
    if (mark !== undefined && CONTROL.test(name)) {
      const fieldsets = around.filter((each) => typeof each === "number");
      const always = off || around.includes(true);
      places[mark] = always || fieldsets.length > 0 ? { always, fieldsets } : undefined;
    }
    if (name === "fieldset") around.push(off || mark);
  }
  return places;
}

/** Whether a value disables the element at a place. */
function hasDisabled({ tpl, slots }: TemplateNode, place: number): boolean {
  return tpl.kinds.some((_, hole) => {
    if (tpl.places[hole] !== place) return false;
    const slot = slots[tpl.slots[hole]!];
    const value = slot instanceof SignalSlot ? slot.live : slot;
    return value === "disabled" || tpl.names[hole] === "disabled" && value !== null;
  });
}
