/**
 * Typed text: what the user has entered and the server has not yet seen is never overwritten.
 *
 * ```
 * user types "a"     marked, by no event yet
 * EVENT 5 "a"        marked until 5
 * user types "ab"    marked, by no event yet
 * PATCH acks 5       VALUE "A" is kept aside
 * EVENT 6 "ab"       marked until 6
 * PATCH acks 6       free: VALUE "AB", or, when none comes, the one kept
 * ```
 *
 * @module
 */

/** A form control, or anything else with such a property. */
export type Control = HTMLInputElement & { name: string; [property: string]: unknown };

/** The event that tells the server of the last edit; infinity while there is none. */
const marks = new Map<Node, number>();
const kept = new Map<Element, Record<string, string | boolean>>();

/** The user has edited a control. */
export function edited(control: Node): void {
  marks.set(control, Infinity);
}

/** An event that carries the control's state was sent. */
export function told(control: Node, event: number): void {
  if (event && marks.has(control)) marks.set(control, event);
}

/** Events up to this one were run. */
export function freeControls(event: number): void {
  marks.forEach((by, control) => by <= event && marks.delete(control));
}

/** The events that were sent are lost: the edits are still to be told. */
export function untell(): void {
  marks.forEach((_, control) => edited(control));
}

/** Applies what was kept aside for controls that are free now. */
export function applyKept(): void {
  kept.forEach((properties, node) => {
    if (isMarked(node)) return;
    kept.delete(node);
    for (const name in properties) setProperty(node, name, properties[name]!);
  });
}

function isMarked(node: Element): boolean {
  return marks.has(node.closest("input,select,textarea")!);
}

/** Sets an attribute and the property that shadows it, or keeps the value for later. */
export function setProperty(node: Element, name: string, value: string | boolean): void {
  const control = node as Control;
  const shadowed = /^(value|checked|selected|muted)$/.test(name);
  if (shadowed && isMarked(node)) {
    kept.set(node, { ...kept.get(node), [name]: value });
    return;
  }
  const { selectionStart, selectionEnd, nodeName } = control;
  delete kept.get(node)?.[name];
  if (name !== "value") node.toggleAttribute(name, value as boolean);
  else if (nodeName === "TEXTAREA") node.textContent = value as string;
  else if (nodeName !== "SELECT") node.setAttribute(name, value as string);
  if (!shadowed) return;
  if (control[name] !== value) control[name] = value;
  if (selectionStart != null && node === document.activeElement) {
    control.setSelectionRange(selectionStart, selectionEnd);
  }
}
