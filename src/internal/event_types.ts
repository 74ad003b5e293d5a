/**
 * Event types and their codes: one letter in the marks of the page, one byte on the wire.
 *
 * @module
 */

/** Event types with a code of their own; the index is the code on the wire (0: named in full). */
export const EVENT_TYPES: readonly string[] = [
  "",
  "click",
  "input",
  "change",
  "submit",
  "keydown",
  "keyup",
  "focus",
  "blur",
  "pointerdown",
  "pointerup",
  "pointermove",
  "pointerenter",
  "pointerleave",
  "dblclick",
  "contextmenu",
  "wheel",
  "scroll",
  "toggle",
  "reset",
  "dragstart",
  "dragover",
  "drop",
  "dragend",
  "touchstart",
  "touchend",
  "mousedown",
  "mouseup",
];

/** The letter of a type in a mark: `a` for click, `b` for input, and so on; else the full name. */
export function eventMark(type: string): string {
  const code = EVENT_TYPES.indexOf(type);
  return code > 0 && code <= 26 ? String.fromCharCode(96 + code) : type;
}

/** The code of a type on the wire, 0 when it has none. */
export function eventCode(type: string): number {
  const code = EVENT_TYPES.indexOf(type);
  return code < 0 ? 0 : code;
}
