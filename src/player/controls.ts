/**
 * Form controls: what they hold, what the user has typed, and what must wait for it.
 *
 * ```
 * user types "a"     edited, told by no event yet
 * EVENT 5 "a"        told by event 5
 * user types "ab"    edited again
 * PATCH acks 5       VALUE "A" is kept aside
 * EVENT 6 "ab"       told by event 6
 * PATCH acks 6       free: VALUE "AB", or, when none comes, the one kept
 * ```
 *
 * @module
 */
import type { PlayerElement } from "./dom.ts";

const CONTROLS: ReadonlySet<string> = new Set(["input", "select", "textarea"]);
/** Attributes that only say how the control begins; what it is now is a property. */
const SHADOWED: ReadonlySet<string> = new Set(["value", "checked", "selected", "muted"]);

/** A chosen file. */
export interface PlayerFile {
  /** Its name, without a path. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** MIME type. */
  readonly type: string;
}

/** What a control holds: its text, whether it is on, the chosen values, or the chosen files. */
export type ControlValue = string | boolean | readonly string[] | readonly PlayerFile[];

/** The `type` of an input, in lower case; `""` for other elements. */
export function inputType(element: PlayerElement): string {
  return element.tag === "input" ? (element.get("type") ?? "text").toLowerCase() : "";
}

/** Whether a checkbox, radio button, option or sound is on. */
export function isOn(element: PlayerElement, name: "checked" | "selected" | "muted"): boolean {
  const property = element.properties.get(name);
  return property === undefined ? element.attributes.has(name) : property === true;
}

/** The text of a control, an option or a button. */
export function textValue(element: PlayerElement): string {
  if (element.tag === "select") return chosen(element)[0] ?? "";
  const property = element.properties.get("value");
  if (typeof property === "string") return property;
  if (element.tag === "textarea") return element.text;
  if (element.tag === "option") return element.get("value") ?? plainText(element);
  const type = inputType(element);
  return element.get("value") ?? (type === "checkbox" || type === "radio" ? "on" : "");
}

/** Text without blanks around it, others as one: what an option says. */
function plainText(element: PlayerElement): string {
  return element.text.replace(/[\t\n\f\r ]+/g, " ").replace(/^ | $/g, "");
}

/** The values of a select's chosen options; a single one shows its first option by itself. */
export function chosen(select: PlayerElement): string[] {
  const options = [...select.descendants()].filter((element) => element.tag === "option");
  const on = options.filter((option) => isOn(option, "selected"));
  if (select.attributes.has("multiple")) return on.map(textValue);
  const shown = on.at(-1) ?? options.find((option) => !option.attributes.has("disabled"));
  return shown ? [textValue(shown)] : [];
}

/** What an `input` or `change` event says of a control. */
export function controlValue(control: PlayerElement): ControlValue {
  const type = inputType(control);
  if (type === "checkbox") return isOn(control, "checked");
  if (type === "file") return (control.properties.get("files") ?? []) as readonly PlayerFile[];
  if (control.tag === "select" && control.attributes.has("multiple")) return chosen(control);
  return textValue(control);
}

/** Chooses the options of a select that have one of the values. */
export function choose(select: PlayerElement, values: readonly string[]): void {
  for (const option of select.descendants()) {
    if (option.tag === "option") {
      option.properties.set("selected", values.includes(textValue(option)));
    }
  }
}

/** Gives the controls of a form back what their markup says. */
export function resetForm(form: PlayerElement): void {
  for (const element of form.descendants()) {
    if (CONTROLS.has(element.tag) || element.tag === "option") element.properties.clear();
  }
}

/** The controls of a page that the user has edited, and what is kept aside for them. */
export class EditedControls {
  /** The event that tells the server of the last edit; infinity while there is none. */
  readonly #toldBy: Map<PlayerElement, number> = new Map();
  readonly #kept: Map<PlayerElement, Map<string, string | boolean>> = new Map();

  /** The user has edited a control. */
  edit(control: PlayerElement): void {
    this.#toldBy.set(control, Infinity);
  }

  /** An event that says what the control holds was sent. */
  tell(control: PlayerElement, event: number): void {
    if (this.#toldBy.has(control)) this.#toldBy.set(control, event);
  }

  /** The events that were sent are lost. */
  untell(): void {
    for (const control of this.#toldBy.keys()) this.#toldBy.set(control, Infinity);
  }

  isEdited(element: PlayerElement): boolean {
    for (let at: PlayerElement | undefined = element; at; at = at.parent) {
      if (CONTROLS.has(at.tag)) return this.#toldBy.has(at);
    }
    return false;
  }

  /** Events up to this one were run. */
  acknowledge(event: number): void {
    for (const [control, by] of this.#toldBy) if (by <= event) this.#toldBy.delete(control);
  }

  /** Applies what was kept aside for controls that are free now. */
  applyKept(): void {
    for (const [element, properties] of this.#kept) {
      if (this.isEdited(element)) continue;
      this.#kept.delete(element);
      for (const [name, value] of properties) this.set(element, name, value);
    }
  }

  /** Sets an attribute and the property that shadows it, or keeps the value for later. */
  set(element: PlayerElement, name: string, value: string | boolean): void {
    if (SHADOWED.has(name) && this.isEdited(element)) {
      const kept = this.#kept.get(element) ?? new Map();
      this.#kept.set(element, kept.set(name, value));
      return;
    }
    this.#kept.get(element)?.delete(name);
    setNow(element, name, value);
  }

  /** Forgets controls that have left the page. */
  sweep(root: PlayerElement): void {
    for (const map of [this.#toldBy, this.#kept]) {
      for (const element of map.keys()) if (!element.isIn(root)) map.delete(element);
    }
  }
}

function setNow(element: PlayerElement, name: string, value: string | boolean): void {
  if (typeof value === "boolean") {
    if (value) element.attributes.set(name, "");
    else element.attributes.delete(name);
    if (SHADOWED.has(name)) element.properties.set(name, value);
    return;
  }
  if (element.tag === "select") return choose(element, [value]);
  if (element.tag !== "textarea") element.attributes.set(name, value);
  element.properties.set(name, value);
}
