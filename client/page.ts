/**
 * What the page is told: the connection's state as classes, events and `hidden`, and custom events.
 *
 * @module
 */

/** `connecting`: soon live again; `offline`: an attempt failed, or no answer came; `live`: patches come. */
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
  // `connecting` is told as `connect`.
  tell("vango:" + next.slice(0, 7));
}

/** When another page was last asked for, in milliseconds of this page's life. */
let left = -Infinity;

/** Notes that another page is on its way; the Navigation API tells less of what the person asks for. */
export function watchLeaving(): void {
  addEventListener("beforeunload", () => left = performance.now());
}

/**
 * Loads the page again, but not for ever: what a reload did not help is left to the backoff. And not
 * while another page is on its way: that would be called off, a log-in with its answer.
 */
export function reload(): boolean {
  if (performance.now() - left < 1e4) return false;
  const [load] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  // A page that was live has been of use: it may be loaded again at once, if not in a circle.
  const soon = state === "live" ? 1e3 : 1e4;
  if (load?.type === "reload" && performance.now() < soon) return false;
  location.reload();
  return true;
}

/** Where the page's token stands; it changes with the session. */
export const meta: HTMLMetaElement | null = document.querySelector('meta[name="vango"]');

/** Fetches a new session cookie, and the page token that goes with it. */
export function redeem(ticket: string): void {
  fetch("/_vango/session", {
    method: "POST",
    body: JSON.stringify({ ticket, token: meta!.content }),
  }).then((response) => response.json()).then(({ token }) => {
    meta!.content = token;
  }).catch(reload);
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
  const old = document.head.querySelector(`[data-vh="${CSS.escape(k)}"]`);
  if (!t) return old?.remove();
  const element = document.createElement(t);
  for (const name in a) element.setAttribute(name, a[name]!);
  element.setAttribute("data-vh", k);
  if (x) element.textContent = x;
  const { nonce } = document.querySelector<HTMLElement>("script[nonce]") ?? {};
  if (nonce) element.nonce = nonce;
  // A stylesheet whose address stays must not be loaded again: that flashes.
  if (!old?.isEqualNode(element)) old ? old.replaceWith(element) : document.head.append(element);
}
