/**
 * Async regions: a placeholder (region n) gives way to its content (region n + 1), which comes in
 * the page's own stream until the server is told hello, and by patches from then on.
 *
 * @module
 */
import { contextOf, parse } from "./markup.ts";
import { addRegion, closing, type PlaceNode, type Region, regions, scan } from "./places.ts";
import { canTransition, transition } from "./transition.ts";

/** A hello is out: the server sends what it did not name, so the stream waits. */
let greeted = false;
/** The hello was answered: what has come in the stream since is old. */
let closed = false;

/** Whether a hello is out. Without an answer to it, the stream is all there is. */
export function setGreeted(now: boolean): void {
  greeted = now;
  takeStream();
}

/** From now on contents come over the socket. */
export function closeStream(): void {
  closed = true;
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
  // Rows, cells and items are nothing outside of their parents.
  if (/^(T\w+|LI|OPTION|g)$/.test(old.nodeName) || !old.dataset?.asyncId) return;
  if (wantsTransition(old) && canTransition()) return;
  const { left, top, width, height } = old.getBoundingClientRect();
  const picture = old.cloneNode(true) as HTMLElement;
  picture.classList.add("vango-async-replacing");
  for (const each of [picture, ...picture.querySelectorAll("[id]")]) each.removeAttribute("id");
  picture.removeAttribute("data-async-id");
  picture.removeAttribute("aria-busy");
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

function wantsTransition(placeholder: Node | null | undefined): boolean {
  return (placeholder as HTMLElement)?.dataset?.asyncTransition !== undefined;
}

/** The contents that have come whole, in order. */
function arrived(): HTMLTemplateElement[] {
  return [...document.querySelectorAll("template[data-vango]+vango-async")]
    .map((end) => end.previousElementSibling as HTMLTemplateElement);
}

function takeStream(): void {
  const animated = ({ dataset }: HTMLTemplateElement): boolean =>
    wantsTransition(regions[+dataset.vango!]?.start.nextSibling);
  if (!greeted && arrived().some(animated)) transition(putStream);
  else putStream();
}

/** Puts the contents that have come in the page's stream where their placeholders stand. */
function putStream(): void {
  if (greeted && !closed) return;
  for (const template of arrived()) {
    const id = +template.dataset.vango!;
    if (!closed && regions[id]?.start.isConnected) {
      replaceRegion(id, (region, parent, end) => {
        const context = contextOf(parent);
        const content = context ? parse(template.innerHTML, context) : template.content;
        parent.insertBefore(content, end);
        scan(region.start.nextSibling, end, region);
      });
    }
    template.nextSibling!.remove();
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
