/**
 * A region's new markup into the page, node by node: what is the same stays, with what the user has
 * typed.
 *
 * Siblings are paired in order. Where the two at hand are not alike, the nearer way to a pair wins:
 *
 * ```
 * page     a  ad  b  c          b is 1 step ahead in the page, ad nowhere in the new markup:
 * new      a  b  c              ad goes
 * ```
 *
 * @module
 */
import type { EditedControls } from "./controls.ts";
import type { PlayerElement, PlayerNode, PlayerText } from "./dom.ts";

/** How far a pair is looked for; past it nodes come and go, and the work stays linear. */
const REACH = 50;

/** Makes the children of `parent` from `from` up to `end` like the children of `fresh`. */
export function morph(
  parent: PlayerElement,
  from: PlayerNode | undefined,
  end: PlayerNode | undefined,
  fresh: PlayerElement,
  edited: EditedControls,
): void {
  let node = from;
  for (const wanted of fresh) {
    const ahead = stepsTo(node, end, wanted);
    const behind = node && node !== end ? stepsTo(wanted, undefined, node) : Infinity;
    if (ahead === Infinity || behind < ahead) {
      parent.insert(wanted, node);
      continue;
    }
    for (let i = 0; i < ahead; i++) node = dropped(node!);
    become(node!, wanted, edited);
    node = node!.next;
  }
  while (node && node !== end) node = dropped(node);
}

function dropped(node: PlayerNode): PlayerNode | undefined {
  const { next } = node;
  node.remove();
  return next;
}

/** How many siblings stand before the first that is like `like`. */
function stepsTo(
  from: PlayerNode | undefined,
  end: PlayerNode | undefined,
  like: PlayerNode,
): number {
  let steps = 0;
  for (let node = from; node && node !== end && steps <= REACH; node = node.next) {
    if (isLike(node, like)) return steps;
    steps++;
  }
  return Infinity;
}

function isLike(a: PlayerNode, b: PlayerNode): boolean {
  if (a.type === "element") {
    return b.type === "element" && a.tag === b.tag && a.namespace === b.namespace &&
      a.get("id") === b.get("id") && a.get("name") === b.get("name");
  }
  return a.type === b.type && (a.type === "text" || a.data === (b as typeof a).data);
}

function become(node: PlayerNode, wanted: PlayerNode, edited: EditedControls): void {
  node.place = 0;
  if (node.type === "text") node.data = (wanted as PlayerText).data;
  else if (node.type === "comment") node.closing = undefined;
  else becomeElement(node, wanted as PlayerElement, edited);
}

function becomeElement(
  element: PlayerElement,
  wanted: PlayerElement,
  edited: EditedControls,
): void {
  for (const name of [...element.attributes.keys()]) {
    if (!wanted.attributes.has(name)) element.attributes.delete(name);
  }
  for (const [name, value] of wanted.attributes) element.attributes.set(name, value);
  // What the user has not touched shows what the new markup says.
  if (!edited.isEdited(element)) element.properties.clear();
  if (element.tag === "textarea" && edited.isEdited(element)) return;
  morph(element, element.first, undefined, wanted, edited);
}
