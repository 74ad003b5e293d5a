/**
 * Events: one pair of listeners for each type that a mark names, on the document.
 *
 * @module
 */
import { EVENT_TYPES } from "../src/internal/event_types.ts";
import { EVENT } from "./codes.ts";
import { type Control, told } from "./controls.ts";
import { awaitAnswer } from "./heartbeat.ts";
import { bytes, sendEvent, utf8 } from "./outbox.ts";
import type { PlaceNode } from "./places.ts";
import { upload } from "./upload.ts";

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
 * must work for wheel and touch. On the document: to the window alone Chromium sends no
 * `pointerenter`.
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
    if (says(element, "data-prevent-default", type)) event.preventDefault();
    if (!bubbles || says(element, "data-stop-propagation", type)) return;
    element = element.parentElement;
  }
}

/** Whether an attribute is there that is empty or names the type. */
function says(element: Element, name: string, type: string): boolean {
  const types = element.getAttribute(name);
  return types === "" || !!types?.split(" ").includes(type);
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
  let data = payloads[code]?.(event as never, element);
  let id: string | undefined;
  const form = data instanceof FormData ? data : undefined;
  if (form) {
    const values = [...form];
    if (values.some(([, value]) => value instanceof File && value.name)) {
      id = Math.random().toString(36).slice(2);
    }
    data = values.map(([name, value]) => [name, value instanceof File ? describe(value) : value]);
  }
  if (names || id) {
    const fields = (names ? names.split(",") : []).map((
      name,
    ) => [name, event[name as keyof Event]]);
    data = { p: data, f: Object.fromEntries(fields), u: id };
  }
  const name = code ? [] : utf8(type);
  schedule(element, type, () => {
    const number = sendEvent(EVENT, [
      ...region ? [code | 128, ...bytes(region)] : [code],
      ...bytes(element.$place!),
      ...code ? name : [...bytes(name.length), ...name],
    ], data);
    awaitAnswer();
    if (id && number) upload(id, number, form!);
    for (const control of target.elements as Iterable<Node> ?? [target]) told(control, number);
  });
  if (form && element.hasAttribute("data-reset")) (element as unknown as HTMLFormElement).reset();
}

/** What events carry, by their types' codes; the others carry nothing. */
const payloads: Record<number, (event: never, element: Element) => unknown> = {
  0: (event: Event) => event instanceof CustomEvent ? event.detail ?? undefined : undefined,
  2: valueOf,
  3: valueOf,
  4: ({ target, submitter }: SubmitEvent) => {
    const form = new FormData(target as HTMLFormElement);
    const { name, value } = submitter as HTMLButtonElement | null ?? {};
    if (name) form.append(name, value!);
    return form;
  },
  5: keyOf,
  6: keyOf,
  9: pointOf,
  10: pointOf,
  11: pointOf,
  16: ({ deltaX, deltaY }: WheelEvent) => [deltaX, deltaY],
  17: ({ target }: Event) => [(target as Element).scrollLeft, (target as Element).scrollTop],
  18: ({ target, newState }: ToggleEvent) =>
    newState === "open" || (target as HTMLDetailsElement).open === true,
};

function keyOf(event: KeyboardEvent): unknown {
  const held =
    ["ctrl", "shift", "alt", "meta"].filter((name) => event[`${name}Key` as keyof KeyboardEvent])
      .map((name) => name[0]).join("") + (event.repeat ? "r" : "");
  return held ? [event.key, held] : [event.key];
}

function pointOf({ clientX, clientY, button }: PointerEvent, element: Element): unknown {
  const { left, top } = element.getBoundingClientRect();
  return [Math.round(clientX - left), Math.round(clientY - top), button];
}

function valueOf({ target }: Event): unknown {
  const { type, checked, files, selectedOptions, value, textContent } = target as
    & Control
    & Pick<HTMLSelectElement, "selectedOptions">;
  switch (type) {
    case "checkbox":
      return checked;
    case "file":
      return [...files!].map(describe);
    case "select-multiple":
      return [...selectedOptions].map((option) => option.value);
    default:
      return value ?? textContent;
  }
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
