/**
 * What the page is told: the connection's state as classes, events and `hidden`, and custom events.
 *
 * @module
 */

/** `connecting`: soon live again; `offline`: an attempt failed; `live`: patches come. */
export type State = "connecting" | "live" | "offline";

export let state: State | undefined;

/** Dispatches a `CustomEvent` on the document. */
export function tell(name: string, detail?: unknown): void {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

/** Shows a new state: its class on `<html>`, its event, and what stands only while offline. */
export function setState(next: State): void {
  if (state === next) return;
  const { classList } = document.documentElement;
  classList.remove("vango-" + state);
  classList.add("vango-" + next);
  state = next;
  for (const element of document.querySelectorAll<HTMLElement>("[data-vango-offline]")) {
    element.hidden = next !== "offline";
  }
  tell("vango:" + (next === "connecting" ? "connect" : next));
}

/** Loads the page again, but not for ever: what a reload did not help is left to the backoff. */
export function reload(): boolean {
  const now = Date.now();
  try {
    if (now - +sessionStorage.vango < 1e4) return false;
    sessionStorage.vango = now;
  } catch {
    // Without storage nothing says that this reload is not the hundredth.
    return false;
  }
  location.reload();
  return true;
}

interface HeadEntry {
  k: string;
  t?: string;
  a?: Record<string, string>;
  x?: string;
}

/** Sets or removes an entry of the head. */
export function setHead({ k, t, a, x }: HeadEntry): void {
  if (k === "title") {
    document.title = x ?? "";
    return;
  }
  const old = [...document.head.children].find((element) => element.getAttribute("data-vh") === k);
  if (!t) {
    old?.remove();
    return;
  }
  const element = document.createElement(t);
  for (const name in a) element.setAttribute(name, a[name]!);
  element.setAttribute("data-vh", k);
  if (x) element.textContent = x;
  const { nonce } = document.querySelector<HTMLElement>("script[nonce]") ?? {};
  if (nonce) element.nonce = nonce;
  // A stylesheet whose address stays must not be loaded again: that flashes.
  if (!old?.isEqualNode(element)) old ? old.replaceWith(element) : document.head.append(element);
}
