/**
 * Live navigation: links and the back button without loading a page.
 *
 * @module
 */
import { NAVIGATE } from "./codes.ts";
import { flush } from "./events.ts";
import { awaitAnswer } from "./heartbeat.ts";
import { live, sendEvent } from "./outbox.ts";

type Position = [x: number, y: number];

/** Where each entry of the history was scrolled to when it was left. */
const positions: Record<string, Position> = {};
let key: string | number = 0;
/** The address without its hash: a step to another hash is none of ours. */
let path: string;
/** A navigation under way: the event that asked for it, and where to scroll when it is there. */
let arriving: [event: number, position: Position] | undefined;

function here(): string {
  return location.pathname + location.search;
}

function leave(): void {
  positions[key] = [scrollX, scrollY];
}

/** Sends NAVIGATE. */
function navigate(url: string, mode: string, position: Position): void {
  history.scrollRestoration = "manual";
  flush();
  leave();
  arriving = [sendEvent(NAVIGATE, [], { url, mode }), position];
  awaitAnswer();
}

/** Shows another address. */
export function pushUrl(url: string, replace: boolean): void {
  if (!replace) {
    if (!arriving) leave();
    key = Math.random();
  }
  history[replace ? "replaceState" : "pushState"]({ vango: key }, "", url);
  path = here();
}

/** Scrolls when the page that was asked for is there: events up to `event` were run. */
export function arrive(event: number): void {
  if (!arriving || event < arriving[0]) return;
  const [, [x, y]] = arriving;
  arriving = undefined;
  const anchor = y < 0 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (anchor) anchor.scrollIntoView();
  else scrollTo(x, Math.max(y, 0));
}

/** Takes over links and the back button. Must be called when clicks are listened to already. */
export function startNavigation(): void {
  path = here();
  key = history.state?.vango ?? 0;
  addEventListener("click", (event) => {
    const link = (event.target as Element).closest?.("a[href]") as HTMLAnchorElement;
    const same = link?.pathname + link?.search === path;
    if (
      !live || !link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey ||
      event.shiftKey || event.altKey || link.origin !== location.origin ||
      link.matches("[target],[download],[data-reload]") ||
      link.hash && same
    ) return;
    event.preventDefault();
    navigate(
      link.pathname + link.search + link.hash,
      same ? "replace" : "push",
      [0, -1],
    );
  });
  addEventListener("popstate", (event) => {
    if (here() === path) return;
    if (!live) return location.reload();
    const entry = event.state?.vango ?? 0;
    navigate(here() + location.hash, "pop", positions[entry] ?? [0, 0]);
    key = entry;
    path = here();
  });
  // Where a page is loaded anew the browser knows best.
  addEventListener("pagehide", () => history.scrollRestoration = "auto");
}
