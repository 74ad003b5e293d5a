/**
 * Events: which elements hear one, what they tell the server, and what the page itself would do.
 *
 * @module
 */
import { eventCode, eventMark } from "../internal/event_types.ts";
import { controlValue, inputType, isOn, type PlayerFile, textValue } from "./controls.ts";
import type { PlayerElement } from "./dom.ts";
import { queryAll } from "./query.ts";

/** What an event brings; what its type does not send is not needed. */
export interface EventInit {
  /** `keydown`, `keyup`. */
  readonly key?: string;
  /** Whether it is held. */
  readonly ctrlKey?: boolean;
  /** Whether it is held. */
  readonly shiftKey?: boolean;
  /** Whether it is held. */
  readonly altKey?: boolean;
  /** Whether it is held. */
  readonly metaKey?: boolean;
  /** Whether the key repeats itself. */
  readonly repeat?: boolean;
  /** Pointer events: pixels from the element's corner. */
  readonly x?: number;
  /** Pointer events: pixels from the element's corner. */
  readonly y?: number;
  /** Pointer events: 0 for the main button. */
  readonly button?: number;
  /** `wheel`: pixels. */
  readonly deltaX?: number;
  /** `wheel`: pixels. */
  readonly deltaY?: number;
  /** `scroll`: pixels. */
  readonly left?: number;
  /** `scroll`: pixels. */
  readonly top?: number;
  /** `toggle`. */
  readonly open?: boolean;
  /** `submit`: the button that was used. */
  readonly submitter?: PlayerElement;
  /** Custom events. */
  readonly detail?: unknown;
  /** Values of fields that handlers declare, such as `clientX`. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Whether it goes on to outer elements. Default: as the type does in a browser. */
  readonly bubbles?: boolean;
}

/** An event for one handler. */
export interface HeardEvent {
  /** The element whose handler it is for. */
  readonly element: PlayerElement;
  /** The DOM's name of the type. */
  readonly type: string;
  /** What the server is told, as `docs/protocol.md` §5 has it; `undefined` when nothing is. */
  readonly payload: unknown;
}

/** What became of an event in the page. */
export interface EventOutcome {
  /** One for each handler, from the target outwards. */
  readonly heard: readonly HeardEvent[];
  /** Whether the page's own action (submitting, following a link) is prevented. */
  readonly prevented: boolean;
}

const STAYS = new Set(
  "focus blur pointerenter pointerleave mouseenter mouseleave scroll toggle load error invalid"
    .split(" "),
);

/** Finds the handlers of an event in the page's marks. Nothing is sent. */
export function hear(target: PlayerElement, type: string, init: EventInit = {}): EventOutcome {
  const heard: HeardEvent[] = [];
  let prevented = false;
  const bubbles = init.bubbles ?? !STAYS.has(type);
  for (let at: PlayerElement | undefined = target; at; at = at.parent) {
    for (const fields of handlersOf(at, type)) {
      heard.push({ element: at, type, payload: payloadOf(target, type, init, fields) });
      if (type === "submit" || (type === "click" && isPlainLink(at))) prevented = true;
    }
    if (says(at, "data-prevent-default", type)) prevented = true;
    if (!bubbles || says(at, "data-stop-propagation", type)) break;
  }
  return { heard, prevented };
}

/** The declared fields of each handler that a mark lists for a type; none is an empty list. */
function handlersOf(element: PlayerElement, type: string): string[][] {
  const mark = element.place > 0 ? element.get("v") : undefined;
  if (!mark) return [];
  const found: string[][] = [];
  for (const entry of mark.split(" ")) {
    const [name, fields] = entry.split(":");
    if (name === type || name === eventMark(type)) found.push(fields ? fields.split(",") : []);
  }
  return found;
}

/** A link that leads nowhere: its handler is all that it is for. */
function isPlainLink(element: PlayerElement): boolean {
  return element.tag === "a" && /^#?$/.test(element.get("href") ?? "");
}

/** Whether an attribute is there that is empty or names the type. */
function says(element: PlayerElement, name: string, type: string): boolean {
  const types = element.get(name);
  return types === "" || (types !== undefined && types.split(" ").includes(type));
}

function payloadOf(
  target: PlayerElement,
  type: string,
  init: EventInit,
  fields: readonly string[],
): unknown {
  const payload = plainPayload(target, type, init);
  if (fields.length === 0) return payload;
  const values: Record<string, unknown> = {};
  for (const name of fields) values[name] = init.fields?.[name];
  return payload === undefined ? { f: values } : { p: payload, f: values };
}

function plainPayload(target: PlayerElement, type: string, init: EventInit): unknown {
  switch (type) {
    case "input":
    case "change":
      return plainValue(target);
    case "submit":
      return formFields(target, init.submitter);
    case "keydown":
    case "keyup": {
      const held = (init.ctrlKey ? "c" : "") + (init.shiftKey ? "s" : "") +
        (init.altKey ? "a" : "") + (init.metaKey ? "m" : "") + (init.repeat ? "r" : "");
      return held ? [init.key ?? "", held] : [init.key ?? ""];
    }
    case "pointerdown":
    case "pointerup":
    case "pointermove":
      return [init.x ?? 0, init.y ?? 0, init.button ?? 0];
    case "wheel":
      return [init.deltaX ?? 0, init.deltaY ?? 0];
    case "scroll":
      return [init.left ?? 0, init.top ?? 0];
    case "toggle":
      return init.open ?? target.attributes.has("open");
    default:
      return eventCode(type) === 0 ? init.detail : undefined;
  }
}

function plainValue(control: PlayerElement): unknown {
  const value = controlValue(control);
  return Array.isArray(value) ? value.map(plainEntry) : value;
}

function plainEntry(entry: string | PlayerFile): unknown {
  return typeof entry === "string" ? entry : [entry.name, entry.size, entry.type];
}

/** The fields of a form as its event tells them: `[name, value]`, the submitter's last. */
export function formFields(form: PlayerElement, submitter?: PlayerElement): unknown[] {
  return formEntries(form, submitter).map(([name, value]) => [name, plainEntry(value)]);
}

/** The fields of a form as it would be sent, the submitter's last. */
export function formEntries(
  form: PlayerElement,
  submitter?: PlayerElement,
): [name: string, value: string | PlayerFile][] {
  const fields: [string, string | PlayerFile][] = [];
  for (const control of queryAll(form, "input, select, textarea")) {
    const name = control.get("name");
    if (!name || isDisabled(control)) continue;
    const type = inputType(control);
    if (/^(?:submit|button|image|reset)$/.test(type)) continue;
    if (type === "checkbox" || type === "radio") {
      if (isOn(control, "checked")) fields.push([name, textValue(control)]);
      continue;
    }
    const value = controlValue(control);
    for (const entry of Array.isArray(value) ? value : [value]) fields.push([name, entry]);
  }
  const name = submitter?.get("name");
  if (submitter && name) fields.push([name, submitter.get("value") ?? ""]);
  return fields;
}

/** Whether a control is disabled, by itself or by a fieldset around it. */
export function isDisabled(element: PlayerElement): boolean {
  if (element.attributes.has("disabled")) return true;
  for (let at = element.parent; at; at = at.parent) {
    if (at.tag === "fieldset" && at.attributes.has("disabled")) return true;
  }
  return false;
}
