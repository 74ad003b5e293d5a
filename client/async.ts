/**
 * Async regions: a placeholder (region n) gives way to its content (region n + 1), which comes in
 * the page's own stream until the server is told hello, and by patches from then on.
 *
 * @module
 */
import { contextOf, parse } from "./markup.ts";
import { addRegion, closing, type PlaceNode, type Region, regions, scan } from "./places.ts";

/** The stream is not read any more: what hello did not name, the server sends. */
let greeted = false;

/** Whether a hello is out. Without an answer to it, the stream is all there is. */
export function setGreeted(now: boolean): void {
  greeted = now;
  takeStream();
}

/**
 * Makes room for the content of async region `id`, in whichever of its forms it stands. `put`
 * inserts it before `end`.
 *
 * @returns Whether the region is in the page.
 */
export function replaceRegion(
  id: number,
  put: (region: Region, parent: Node, end: Node) => void,
): boolean {
  const old = regions[id]?.start.isConnected ? regions[id] : regions[id + 1];
  const start = old?.start as PlaceNode & Comment;
  const end = start?.isConnected && closing(start);
  if (!end) return false;
  const parent = start.parentNode!;
  fade(start.nextSibling as HTMLElement);
  while (start.nextSibling !== end) start.nextSibling!.remove();
  start.data = "v" + (id + 1);
  (end as Comment).data = "/" + start.data;
  delete regions[id];
  put(addRegion(id + 1, start, old!.outer), parent, end);
  return true;
}

/** A picture of the placeholder stays for a moment, above the page and outside of its places. */
function fade(old: HTMLElement): void {
  if (!/^(DIV|SPAN)$/.test(old.nodeName) || !old.dataset.asyncId) return;
  const { left, top, width, height } = old.getBoundingClientRect();
  const picture = old.cloneNode(true) as HTMLElement;
  picture.classList.add("vango-async-replacing");
  const px = "px";
  Object.assign(picture.style, {
    position: "fixed",
    left: left + px,
    top: top + px,
    width: width + px,
    height: height + px,
    pointerEvents: "none",
    margin: 0,
  });
  picture.inert = true;
  document.body.append(picture);
  // Without the animation (no style, no wish for motion) there is nothing to wait for.
  Promise.all(picture.getAnimations().map((animation) => animation.finished))
    .catch(() => {}).then(() => picture.remove());
}

/** Puts the contents that have come in the page's stream where they belong. */
function takeStream(): void {
  if (greeted) return;
  for (const template of document.querySelectorAll<HTMLTemplateElement>("template[data-vango]")) {
    replaceRegion(+template.dataset.vango!, (region, parent, end) => {
      parent.insertBefore(template.content, end);
      scan(region.start.nextSibling, end, region);
    });
    template.nextSibling?.remove();
    template.remove();
  }
}

/** Begins to read the page's stream: each content is followed by an element that says so. */
export function readStream(): void {
  customElements.define(
    "vango-async",
    class extends HTMLElement {
      connectedCallback(): void {
        takeStream();
      }
    },
  );
}

/** Markup of a placeholder, empty. */
export function placeholder(
  id: number,
  tag: string,
  classes: string,
  transition: boolean,
  parent: Node,
): Element {
  const element = parse(`<${tag}></${tag}>`, contextOf(parent)).firstChild as HTMLElement;
  element.dataset.asyncId = "" + id;
  element.setAttribute("class", classes);
  element.setAttribute("aria-busy", "true");
  if (transition) element.dataset.asyncTransition = "";
  return element;
}
