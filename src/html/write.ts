/**
 * Writes renderables as markup and mounts them in the live tree on the way: one walk, in which
 * every place gets its number.
 *
 * @module
 */
import type { RawHtml, TemplateNode } from "../jsx/node.ts";
import { Hole, type Template } from "../jsx/template.ts";
import { type Region, unmounted } from "../tree/live.ts";
import { Mounter } from "../tree/mounter.ts";
import { attributeSlot, rawMarkup, rcdataSlots, unwrapRest } from "../tree/slots.ts";
import { escapeHtml } from "./escape.ts";
import { selectOption } from "./select.ts";

/**
 * One pass over a region. When an async component has not settled, the pass goes on to start the
 * others and leaves them in {@linkcode HtmlWriter.pending}; the caller waits and writes again: what
 * is mounted is written anew without running.
 */
export class HtmlWriter extends Mounter {
  html = "";
  /** Async components that this pass met unsettled. */
  pending: Promise<void>[] = [];
  readonly #selects: string[] = [];
  readonly #marks: boolean;

  /** @param marks Whether to write the marks that a player needs. */
  constructor(region: Region, marks = true) {
    super(region);
    this.#marks = marks;
  }

  /** Writes `root` as the content of the region. */
  writeRegion(root: unknown): void {
    const { region } = this;
    region.next = 1;
    region.root = this.value(root, region, 0);
  }

  /** Writes the mounted content of the region again and numbers it anew. */
  rewriteRegion(): void {
    const { region } = this;
    this.html = "";
    this.pending = [];
    region.next = 1;
    this.again = true;
    region.root = this.value(region.root, region, 0);
  }

  protected override text(value: string | number | bigint): void {
    this.html += typeof value === "string" ? escapeHtml(value) : value;
  }

  override beginNothing(): void {}

  protected override raw(value: RawHtml): void {
    this.html += this.#marks ? "<!--v!-->" + value.html + "<!--/v!-->" : value.html;
  }

  override beginList(): void {}

  protected override openGroup(): void {
    if (this.#marks) this.html += "<!>";
  }

  protected override closeGroup(): void {
    if (this.#marks) this.html += "<?>";
  }

  protected override wait(pending: Promise<void>): void {
    this.pending.push(pending);
  }

  protected override save(): () => void {
    const { html, region } = this;
    const { next } = region;
    const selects = this.#selects.length;
    return () => {
      this.html = html;
      this.#selects.length = selects;
      region.next = next;
    };
  }

  protected override node(given: TemplateNode): TemplateNode {
    const { region } = this;
    const node = this.again ? given : unmounted(given);
    const { tpl, slots } = node;
    const { kinds } = tpl;
    const chunks = this.#marks ? tpl.chunks : tpl.plain;
    const base = region.next;
    node.base = base;
    node.shifts = undefined;
    // Numbers taken by nested places so far.
    let shift = 0;
    // In a local while only text is written: most slots of most pages.
    let html = this.html;
    for (let i = 0; i < kinds.length; i++) {
      const slot = tpl.slots[i]!;
      html += chunks[i]!;
      if (kinds[i]! <= Hole.CHILD) {
        const value = slots[slot];
        if (typeof value === "string") html += escapeHtml(value);
        else if (typeof value === "number") html += value;
        else if (value !== null && value !== undefined) {
          const after = base + tpl.places[i]! + shift + 1;
          region.next = after;
          this.html = html;
          slots[slot] = this.value(value, node, slot);
          html = this.html;
          if (region.next !== after) {
            shift += region.next - after;
            (node.shifts ??= []).push(tpl.places[i]!, shift);
          }
        }
      } else {
        this.html = html;
        this.#attribute(node, tpl, i);
        html = this.html;
      }
    }
    this.html = html + chunks[kinds.length]!;
    region.next = base + tpl.size + shift;
    if (tpl.keySlot >= 0 || tpl.events.length > 0) unwrapRest(node);
    return node;
  }

  #attribute(node: TemplateNode, tpl: Template, hole: number): void {
    const slot = tpl.slots[hole]!;
    const name = tpl.names[hole]!;
    switch (tpl.kinds[hole]) {
      case Hole.BOOL:
        if (node.slots[slot]) this.html += " " + node.slots[slot];
        return;
      case Hole.RCDATA:
        this.html += escapeHtml(rcdataSlots(this, node, slot));
        return;
      case Hole.HTML:
        this.html += rawMarkup(node, slot);
        return;
      case Hole.TEXTAREA: {
        const text = attributeSlot(this, node, name, slot);
        // The parser drops a line feed right behind the start tag.
        if (typeof text === "string") {
          this.html += (text.startsWith("\n") ? "\n" : "") + escapeHtml(text);
        }
        return;
      }
      case Hole.SELECT:
        this.#selects.push(this.html);
        this.html = "";
        return;
      case Hole.SELECT_END:
        this.html = this.#selects.pop()! +
          selectOption(this.html, attributeSlot(this, node, name, slot));
        return;
      default: {
        const text = attributeSlot(this, node, name, slot);
        if (text === true) this.html += " " + name;
        else if (text !== null) this.html += " " + name + '="' + escapeHtml(text) + '"';
      }
    }
  }
}
