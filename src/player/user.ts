/**
 * What a person does with a page, and what the page itself does then: a click checks a box, submits
 * a form or follows a link.
 *
 * @module
 */
import {
  choose,
  chosen,
  type ControlValue,
  inputType,
  isOn,
  type PlayerFile,
  textValue,
} from "./controls.ts";
import type { PlayerElement } from "./dom.ts";
import { type EventInit, type EventOutcome, isDisabled } from "./events.ts";
import type { PlayerPage } from "./page.ts";
import { labelsOf, matches, queryAll } from "./query.ts";

/** What a user's actions need of the player. */
export interface UserPort {
  /** Dispatches an event in the page. */
  dispatch(element: PlayerElement, type: string, init?: EventInit): EventOutcome;
  /** Follows a link of this site. */
  navigate(url: string, mode: "push" | "replace"): void;
  /** The page's address. */
  url(): URL;
}

/** Types of inputs that hold text. */
const TEXT_INPUT =
  /^(?:text|search|email|url|tel|password|number|date|time|month|week|color|range|datetime-local)$/;

/** Acts on a page as a person does. Targets are elements, or selectors of the first of them. */
export class PlayerUser {
  readonly #page: PlayerPage;
  readonly #port: UserPort;

  /** Made by the player. */
  constructor(page: PlayerPage, port: UserPort) {
    this.#page = page;
    this.#port = port;
  }

  #element(target: PlayerElement | string): PlayerElement {
    if (typeof target !== "string") return target;
    const [found] = queryAll(this.#page.document, target);
    if (found) return found;
    throw new Error(`cannot act on ${target}: nothing in the page matches`);
  }

  /** Clicks, with everything that comes of it. A disabled control does nothing. */
  click(target: PlayerElement | string, init: EventInit = {}): void {
    const element = this.#element(target);
    const button = enclosing(element, "button, input, select, textarea, option");
    if (button && isDisabled(button)) return;
    this.focus(element);
    const before = this.#toggle(element);
    const { prevented } = this.#port.dispatch(element, "click", init);
    if (prevented) return before?.();
    if (before) {
      this.#edited(element, "input");
      this.#port.dispatch(element, "change");
    } else this.#act(element);
  }

  /** Turns a box on or off, as a click does before its handlers run. @returns Takes it back. */
  #toggle(element: PlayerElement): (() => void) | undefined {
    const type = inputType(element);
    const was = isOn(element, "checked");
    if (type === "checkbox") {
      element.properties.set("checked", !was);
      return () => element.properties.set("checked", was);
    }
    if (type !== "radio" || was) return undefined;
    const name = element.get("name");
    const group = queryAll(this.#page.document, "input").filter((other) =>
      inputType(other) === "radio" && name !== undefined && other.get("name") === name &&
      formOf(other, this.#page) === formOf(element, this.#page)
    );
    const on = group.find((other) => isOn(other, "checked"));
    on?.properties.set("checked", false);
    element.properties.set("checked", true);
    return () => {
      element.properties.set("checked", false);
      on?.properties.set("checked", true);
    };
  }

  /** What the page does with a click by itself. */
  #act(element: PlayerElement): void {
    const button = enclosing(element, "button, input");
    const kind = button &&
      (button.tag === "button" ? button.get("type") ?? "submit" : inputType(button));
    const form = button && formOf(button, this.#page);
    if (kind === "submit" || kind === "image") return form && this.submit(form, button);
    if (kind === "reset") return form && this.#reset(form);
    const label = enclosing(element, "label");
    if (label && !button) return this.#clickLabelled(label);
    const link = enclosing(element, "a[href]");
    if (link) this.#follow(link);
  }

  #clickLabelled(label: PlayerElement): void {
    const controls = queryAll(this.#page.document, "button, input, select, textarea");
    const control = controls.find((each) => labelsOf(each, this.#page.document).includes(label));
    if (control) this.click(control);
  }

  #follow(link: PlayerElement): void {
    const url = new URL(link.get("href")!, this.#port.url());
    const here = this.#port.url();
    const leaves = ["target", "download", "data-reload"].some((name) => link.attributes.has(name));
    const isSame = url.pathname + url.search === here.pathname + here.search;
    // A step within the page is nothing that the server is asked for.
    if (leaves || url.origin !== here.origin || isSame && url.hash !== "") return;
    this.#port.navigate(url.href, isSame ? "replace" : "push");
  }

  #reset(form: PlayerElement): void {
    if (this.#port.dispatch(form, "reset").prevented) return;
    for (const control of queryAll(form, "input, select, textarea, option")) {
      control.properties.clear();
    }
  }

  /** Submits a form, as its button does. @returns Whether the page handled it. */
  submit(target: PlayerElement | string, submitter?: PlayerElement): void {
    this.#port.dispatch(this.#element(target), "submit", submitter ? { submitter } : {});
  }

  /** Puts text into a control in place of what it holds, as one edit. */
  type(target: PlayerElement | string, text: string): void {
    const element = this.#element(target);
    if (isDisabled(element) || element.attributes.has("readonly")) return;
    this.focus(element);
    element.properties.set("value", text);
    this.#edited(element, "input");
  }

  /** As {@linkcode PlayerUser.type}, then leaves the control: the change is told. */
  fill(target: PlayerElement | string, text: string): void {
    const element = this.#element(target);
    this.type(element, text);
    this.#edited(element, "change");
  }

  /** Chooses options of a `<select>` by their values. */
  select(target: PlayerElement | string, ...values: readonly string[]): void {
    const element = this.#element(target);
    if (isDisabled(element)) return;
    choose(element, values);
    this.#edited(element, "input");
    this.#port.dispatch(element, "change");
  }

  /** Chooses files. */
  attach(target: PlayerElement | string, ...files: readonly PlayerFile[]): void {
    const element = this.#element(target);
    element.properties.set("files", files);
    this.#edited(element, "input");
    this.#port.dispatch(element, "change");
  }

  #edited(element: PlayerElement, type: string): void {
    this.#page.edited.edit(element);
    this.#port.dispatch(element, type);
  }

  /** Presses a key and lets it go; Enter submits the form of a text input. */
  press(target: PlayerElement | string, key: string, init: EventInit = {}): void {
    const element = this.#element(target);
    const { prevented } = this.#port.dispatch(element, "keydown", { ...init, key });
    this.#port.dispatch(element, "keyup", { ...init, key });
    if (prevented || key !== "Enter" || !TEXT_INPUT.test(inputType(element))) return;
    const form = formOf(element, this.#page);
    if (form) this.submit(form);
  }

  /** Moves the focus. */
  focus(target: PlayerElement | string): void {
    const element = this.#element(target);
    const focusable = enclosing(element, "a[href], button, input, select, textarea, [tabindex]");
    if (!focusable || focusable === this.#page.focused) return;
    this.blur();
    this.#page.focused = focusable;
    this.#port.dispatch(focusable, "focus");
  }

  /** Takes the focus away from whatever has it. */
  blur(): void {
    const { focused } = this.#page;
    this.#page.focused = undefined;
    if (focused) this.#port.dispatch(focused, "blur");
  }

  /** What a control holds. */
  valueOf(target: PlayerElement | string): ControlValue {
    const element = this.#element(target);
    if (inputType(element) === "checkbox") return isOn(element, "checked");
    return element.tag === "select" && element.attributes.has("multiple")
      ? chosen(element)
      : textValue(element);
  }

  /** Tells the server again what stands in controls that were edited: it has begun anew. */
  tellEdits(): void {
    for (const control of queryAll(this.#page.document, "input, select, textarea")) {
      if (!this.#page.edited.isEdited(control)) continue;
      this.#port.dispatch(control, "input");
      this.#port.dispatch(control, "change");
    }
  }
}

/** The nearest element that a selector names, from `element` outwards. */
function enclosing(element: PlayerElement, selector: string): PlayerElement | undefined {
  for (let at: PlayerElement | undefined = element; at; at = at.parent) {
    if (matches(at, selector)) return at;
  }
  return undefined;
}

function formOf(control: PlayerElement, page: PlayerPage): PlayerElement | undefined {
  const id = control.get("form");
  if (id !== undefined) {
    return queryAll(page.document, "form").find((form) => form.get("id") === id);
  }
  return enclosing(control, "form");
}
