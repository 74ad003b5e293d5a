/**
 * Typed text: what the user has entered and the server has not yet seen is never overwritten.
 *
 * ```
 * user types "a"     marked, by no event yet
 * EVENT 5 "a"        marked until 5
 * user types "ab"    marked, by no event yet
 * PATCH acks 5       VALUE "A" is left out
 * EVENT 6 "ab"       marked until 6
 * PATCH acks 6       free: VALUE "AB", else what was typed stays
 * ```
 *
 * @module
 */

/** A form control, or anything else with such properties. */
export type Control = HTMLInputElement & {
  [property: string]: unknown;
  /** The type of the last event of the user's that changed it. */
  $typed?: string;
};

const SHADOWED = ["value", "checked", "selected", "muted"];

/** The event that tells the server of the last edit; infinity while there is none. */
const marks = new Map<Node, number>();

/** The user has edited a control. */
export function edited({ target, type }: Event): void {
  (target as Control).$typed = type;
  // What `change` says, `input` has said.
  if (type === "input") marks.set(target as Node, Infinity);
}

/** An event that carries the control's state was sent. */
export function told(control: Node, event: number): void {
  if (event && marks.has(control)) marks.set(control, event);
}

/**
 * Events up to this one were run: the server knows what their controls show, and says what is to be
 * otherwise. What it said before it knew is not worth keeping.
 */
export function freeControls(event: number): void {
  marks.forEach((by, control) => by <= event && marks.delete(control));
}

/** The events that were sent are lost: the edits are still to be told, if they count there. */
export function untell(): void {
  marks.forEach((_, control) =>
    (control as Control).$typed ? marks.set(control, Infinity) : marks.delete(control)
  );
}

/**
 * Tells the server what stands in controls and not in its markup: typed before the page was live,
 * or told to a server that is no more.
 */
export function tellEdits(): void {
  for (const control of document.querySelectorAll<Control>("input,textarea,select")) {
    const { $typed, value, defaultValue, type, selectionStart } = control;
    // Only texts tell by themselves: a slider's value differs from its markup's from the start.
    if (
      $typed
        ? type === "radio" && !control.checked
        : selectionStart == null || value === defaultValue
    ) {
      continue;
    }
    for (const type of new Set(["input", $typed ?? "input"])) {
      control.dispatchEvent(new Event(type, { bubbles: true }));
    }
  }
}

/**
 * Sets or removes an attribute, and the property that no longer follows it once the user has
 * touched the control. A marked control keeps what the user entered.
 */
export function setAttribute(node: Element, name: string, value: string | null): void {
  if (!SHADOWED.includes(name)) {
    value === null ? node.removeAttribute(name) : node.setAttribute(name, value);
    return;
  }
  if (marks.has(node.closest("input,select,textarea")!)) return;
  const { selectionStart, selectionEnd, nodeName, type } = node as Control & { type: string };
  if (nodeName === "TEXTAREA") node.textContent = value;
  else if (value === null) node.removeAttribute(name);
  else if (nodeName !== "SELECT") node.setAttribute(name, value);
  const property = name === "value" ? value ?? "" : value !== null;
  if ((node as Control)[name] !== property) (node as Control)[name] = property;
  // A value that no option has: what the parser chooses then.
  if (type === "select-one" && (node as Control).selectedIndex as number < 0) {
    (node as Control).selectedIndex = 0;
  }
  if (selectionStart != null && node === document.activeElement) {
    (node as Control).setSelectionRange(selectionStart, selectionEnd);
  }
}
