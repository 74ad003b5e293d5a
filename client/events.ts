/**
 * Events: one pair of listeners for each type that a mark names, on the document.
 *
 * @module
 */
import { EVENT_TYPES } from "../src/jsx/events.ts";
import { EVENT } from "./codes.ts";
import { type Control, told } from "./controls.ts";
import { bytes, sendEvent, utf8 } from "./outbox.ts";
import type { PlaceNode } from "./places.ts";

/** The handlers of each mark that was seen: the names of declared fields by type. */
const learned = new Map<string, Map<string, string>>();
const listened = new Set<string>();

/** The handlers that a mark lists; their types are listened to from now on. */
export function learn(mark: string): Map<string, string> {
  let handlers = learned.get(mark);
  if (!handlers) {
    learned.set(mark, handlers = new Map());
    for (const entry of mark.split(" ")) {
      const [name, fields = ""] = entry.split(":");
      const type = name![1] ? name! : EVENT_TYPES[name!.charCodeAt(0) - 96];
      if (!type) continue;
      handlers.set(type, fields);
      listen(type);
    }
  }
  return handlers;
}

/**
 * Listens to a type. Events that do not bubble are seen while they go down, the others when they
 * have come up, so that the page's own scripts are asked first. Not passive: `data-prevent-default`
 * must work for wheel and touch.
 */
export function listen(type: string): void {
  if (listened.has(type)) return;
  listened.add(type);
  for (const capture of [true, false]) {
    const take = (event: Event): void => {
      if (event.bubbles !== capture) dispatch(event);
    };
    document.addEventListener(type, take, { capture, passive: false });
  }
}

function dispatch(event: Event): void {
  const { type, bubbles } = event;
  let element = event.target as PlaceNode | null;
  while (element?.getAttribute) {
    const fields = element.$place && learn(element.getAttribute("v")!).get(type);
    if (fields != null) handle(event, element, fields as string);
    if (says(element, "prevent-default", type)) event.preventDefault();
    if (!bubbles || says(element, "stop-propagation", type)) return;
    element = element.parentElement;
  }
}

/** Whether an attribute is there that is empty or names the type. */
function says(element: Element, name: string, type: string): boolean {
  const types = element.getAttribute("data-" + name);
  return types === "" || !!types && types.split(" ").includes(type);
}

function handle(event: Event, element: PlaceNode, names: string): void {
  const { type } = event;
  const target = event.target as Control;
  const code = Math.max(EVENT_TYPES.indexOf(type), 0);
  const region = element.$region;
  if (
    type === "submit" ||
    type === "click" && element.localName === "a" &&
      /^#?$/.test(element.getAttribute("href") ?? "")
  ) event.preventDefault();
  let data = payload(code, event, element);
  if (names) {
    const fields: Record<string, unknown> = {};
    for (const name of names.split(",")) fields[name] = event[name as keyof Event];
    data = { p: data, f: fields };
  }
  const text = code ? [] : utf8(type);
  schedule(element, type, () => {
    const number = sendEvent(EVENT, [
      ...region ? [code | 128, ...bytes(region)] : [code],
      ...bytes(element.$place!),
      ...code ? [] : bytes(text.length),
      ...text,
    ], data);
    for (const control of target.elements as Iterable<Node> ?? [target]) told(control, number);
  });
}

/** What an event of this type carries. */
function payload(code: number, event: Event, element: Element): unknown {
  const target = event.target as Control;
  switch (code) {
    case 2:
    case 3:
      return valueOf(target);
    case 4: {
      const { submitter } = event as SubmitEvent & { submitter: HTMLButtonElement | null };
      const fields = [...new FormData(event.target as HTMLFormElement)].map(([name, value]) => [
        name,
        value instanceof File ? describe(value) : value,
      ]);
      if (submitter?.name) fields.push([submitter.name, submitter.value]);
      return fields;
    }
    case 5:
    case 6: {
      const key = event as KeyboardEvent;
      const held = (key.ctrlKey ? "c" : "") + (key.shiftKey ? "s" : "") + (key.altKey ? "a" : "") +
        (key.metaKey ? "m" : "") + (key.repeat ? "r" : "");
      return held ? [key.key, held] : [key.key];
    }
    case 9:
    case 10:
    case 11: {
      const { clientX, clientY, button } = event as PointerEvent;
      const { left, top } = element.getBoundingClientRect();
      return [Math.round(clientX - left), Math.round(clientY - top), button];
    }
    case 16:
      return [(event as WheelEvent).deltaX, (event as WheelEvent).deltaY];
    case 17:
      return [target.scrollLeft, target.scrollTop];
    case 18:
      return (event as ToggleEvent).newState === "open" || target.open === true;
    case 0:
      return event instanceof CustomEvent ? event.detail ?? undefined : undefined;
    default:
      return undefined;
  }
}

function valueOf(control: Control): unknown {
  const { type } = control as { type: string };
  if (type === "checkbox") return control.checked;
  if (type === "file") return [...control.files!].map(describe);
  if (type === "select-multiple") {
    const { selectedOptions } = control as unknown as HTMLSelectElement;
    return [...selectedOptions].map((option) => option.value);
  }
  return control.value ?? control.textContent;
}

function describe({ name, size, type }: File): unknown {
  return [name, size, type];
}

/**
 * The one event that is held back. Any event of another element or type sends it first, so there is
 * never a second one.
 */
let held: (() => void) | undefined;
let holder: Element;
let heldType: string;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Sends the event that is held back. */
export function flush(): void {
  const send = held;
  held = undefined;
  send?.();
}

/** Sends now, or later as `data-debounce` and `data-throttle` say; a newer event replaces it. */
function schedule(element: PlaceNode, type: string, send: () => void): void {
  if (element !== holder || type !== heldType) flush();
  clearTimeout(timer);
  holder = element;
  heldType = type;
  const throttle = +element.getAttribute("data-throttle")!;
  const times = element as unknown as Record<string, number | undefined>;
  const delay = +element.getAttribute("data-debounce")! ||
    throttle && (times["$" + type] ?? 0) + throttle - Date.now();
  held = () => {
    if (throttle) times["$" + type] = Date.now();
    send();
  };
  if (delay > 0) timer = setTimeout(flush, delay);
  else flush();
}
