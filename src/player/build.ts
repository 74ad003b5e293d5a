/**
 * Values to nodes: templates are parsed once, cloned, numbered and filled.
 *
 * The order of the numbers is the protocol's: a template's places up to and with the one of a hole,
 * then the places of what fills the hole, then the template's next.
 *
 * @module
 */
import {
  type AttributeValue,
  HoleKind,
  type PatchValue,
  type PlaceholderElement,
  type TemplateDefinition,
} from "../protocol/patch_reader.ts";
import { choose } from "./controls.ts";
import { clone, PlayerComment, PlayerElement, type PlayerNode, PlayerText, walk } from "./dom.ts";
import { parseNodes, templateContext } from "./parse.ts";
import type { PageRegion, PageRegions } from "./places.ts";

type TemplateValue = Extract<PatchValue, { kind: "template" }>;

/** Where nodes go: into `parent`, before `before` or at the end. */
export interface Spot {
  readonly parent: PlayerElement;
  readonly before: PlayerNode | undefined;
}

/** Builds values in the page. */
export class PageBuilder {
  readonly #regions: PageRegions;
  /** Parsed markup of templates, by namespace. */
  readonly #parsed: WeakMap<TemplateDefinition, Map<string, PlayerElement>> = new WeakMap();
  /** Called when a template's markup does not have the places that it says. */
  readonly #mismatch: (region: PageRegion) => void;

  constructor(regions: PageRegions, mismatch: (region: PageRegion) => void) {
    this.#regions = regions;
    this.#mismatch = mismatch;
  }

  /** Inserts a value as it is. */
  value(value: PatchValue, region: PageRegion, spot: Spot): void {
    switch (value.kind) {
      case "nothing":
        return;
      case "text":
        if (value.text !== "") spot.parent.insert(new PlayerText(value.text), spot.before);
        return;
      case "list":
        for (const item of value.items) this.item(item, region, spot);
        return;
      case "raw": {
        const inside = { parent: spot.parent, before: pair("v!", spot)[1] };
        insertAll(parseNodes(value.html, spot.parent), inside);
        return;
      }
      case "async": {
        const [start, end] = pair(`v${value.region}`, spot);
        const inner = this.#regions.open(value.region, start, region);
        if (!value.placeholder) {
          return this.value(value.value, inner, { parent: spot.parent, before: end });
        }
        const element = placeholderElement(value.region, value.placeholder, spot.parent);
        spot.parent.insert(element, end);
        return this.value(value.value, inner, { parent: element, before: undefined });
      }
      case "template":
        return this.#instance(value, region, spot);
    }
  }

  /** Inserts a value as an item: what is not a single element gets comments of its own. */
  item(value: PatchValue, region: PageRegion, spot: Spot): void {
    if (value.kind === "template" && isSingle(this.#content(value.template, spot.parent))) {
      return this.#instance(value, region, spot);
    }
    const [start, end] = pair("", spot);
    region.add(start);
    this.value(value, region, { parent: spot.parent, before: end });
  }

  #content(template: TemplateDefinition, parent: PlayerElement): PlayerElement {
    const context = templateContext(parent);
    const namespace = context?.namespace ?? "";
    let parsed = this.#parsed.get(template);
    if (!parsed) this.#parsed.set(template, parsed = new Map());
    let content = parsed.get(namespace);
    if (!content) parsed.set(namespace, content = parseNodes(template.html, context));
    return content;
  }

  #instance(value: TemplateValue, region: PageRegion, spot: Spot): void {
    const { template, holes } = value;
    const content = clone(this.#content(template, spot.parent)) as PlayerElement;
    const places = placesOf(content);
    if (!fits(template, places)) return this.#mismatch(region);
    insertAll(content, spot);
    let numbered = 0;
    const number = (upTo: number): void => {
      while (numbered <= upTo) region.add(places[numbered++]!);
    };
    for (let i = 0; i < template.holes.length; i++) {
      const { kind, place, name } = template.holes[i]!;
      number(place);
      this.#fill(kind, name, holes[i]!, places[place]!, region);
    }
    number(places.length - 1);
  }

  #fill(
    kind: number,
    name: string,
    value: PatchValue | AttributeValue,
    node: PlayerNode,
    region: PageRegion,
  ): void {
    if (kind === HoleKind.CHILD) {
      const spot = { parent: node.parent!, before: node.next };
      return this.value(value as PatchValue, region, spot);
    }
    const element = node as PlayerElement;
    if (kind === HoleKind.FILL) {
      return this.value(value as PatchValue, region, { parent: element, before: undefined });
    }
    if (value === null) return;
    const text = value === true ? "" : value as string;
    switch (kind) {
      case HoleKind.ATTR:
      case HoleKind.PROPERTY:
        element.attributes.set(name, text);
        return;
      case HoleKind.BOOL:
        element.attributes.set(text.toLowerCase(), "");
        return;
      case HoleKind.SELECT:
        return choose(element, [text]);
      case HoleKind.HTML:
        return insertAll(parseNodes(text, element), { parent: element, before: undefined });
      default:
        if (text !== "") element.insert(new PlayerText(text));
    }
  }
}

/** Whether a template's markup has the places that its holes need. */
function fits(template: TemplateDefinition, places: readonly PlayerNode[]): boolean {
  return places.length === template.places &&
    template.holes.every(({ kind, place }) =>
      places[place]?.type === (kind === HoleKind.CHILD ? "comment" : "element")
    );
}

/** The places in a template's markup, in document order. */
function placesOf(content: PlayerElement): PlayerNode[] {
  const places: PlayerNode[] = [];
  for (const node of walk(content)) {
    if (node.type === "element" ? node.attributes.has("v") : isSlot(node)) places.push(node);
  }
  return places;
}

function isSlot(node: PlayerNode): boolean {
  return node.type === "comment" && node.data === "";
}

function isSingle(content: PlayerElement): boolean {
  return content.first?.type === "element" && content.first === content.last;
}

/** Inserts a pair of comments. */
function pair(data: string, spot: Spot): [start: PlayerComment, end: PlayerComment] {
  const start = new PlayerComment(data);
  const end = new PlayerComment(data === "" ? "?" : "/" + data);
  spot.parent.insert(start, spot.before);
  spot.parent.insert(end, spot.before);
  start.closing = end;
  return [start, end];
}

function placeholderElement(
  region: number,
  { tag, class: classes, transition }: PlaceholderElement,
  parent: PlayerElement,
): PlayerElement {
  const element = new PlayerElement(tag, templateContext(parent)?.namespace);
  element.attributes.set("data-async-id", String(region));
  element.attributes.set("class", classes);
  element.attributes.set("aria-busy", "true");
  if (transition) element.attributes.set("data-async-transition", "");
  return element;
}

/** Moves all children of `from` to the spot. */
export function insertAll(from: PlayerElement, spot: Spot): void {
  for (const node of from) spot.parent.insert(node, spot.before);
}
