/**
 * Writes renderables as markup and mounts them in the live tree on the way: one walk, in which
 * every place gets its number.
 *
 * @module
 */
import { Attr, type RawHtml, type TemplateNode } from "../jsx/node.ts";
import { Hole, type Template } from "../jsx/template.ts";
import { type AsyncSlot, placeholderClass } from "../tree/async_slot.ts";
import { type Region, unmounted } from "../tree/live.ts";
import type { Gap } from "../tree/tree.ts";
import { Mounter } from "../tree/mounter.ts";
import { attributeSlot, rawMarkup, rcdataSlots, unwrapRest } from "../tree/slots.ts";
import { escapeHtml } from "./escape.ts";
import { selectOption } from "./select.ts";

/** How a page is written. */
export interface HtmlOptions {
  /** Write the marks that a player needs. Default: true. */
  readonly marks?: boolean;
  /** Wait for async regions and write their content in place. Default: false. */
  readonly whole?: boolean;
  /** Keep the page's markup apart at its placeholders, in `Tree.gapped`, too. Default: false. */
  readonly gaps?: boolean;
}

/** The placeholders of a page that is being written. */
class OpenGaps {
  readonly closed: Gap[] = [];
  /** The one that is being written, and the markup before it. */
  open: AsyncSlot | undefined;
  before = "";

  save(): () => void {
    const { open, before } = this;
    const { length } = this.closed;
    return () => {
      this.open = open;
      this.before = before;
      this.closed.length = length;
    };
  }
}

/** Shared by all passes that wait for nothing: nearly all of them. Never added to. */
const NONE: Promise<void>[] = [];

/**
 * One pass over a region. When an async component has not settled, the pass goes on to start the
 * others and leaves them in {@linkcode HtmlWriter.pending}; the caller waits and writes again: what
 * is mounted is written anew without running.
 */
export class HtmlWriter extends Mounter {
  html = "";
  /** Async components that this pass met unsettled. */
  pending: Promise<void>[] = NONE;
  /** Markup before the selects that are open. */
  #selects: string[] | undefined = undefined;
  readonly #marks: boolean;
  readonly #whole: boolean;
  /** Placeholders that are written; what `html` holds begins behind the last of them. */
  readonly #gaps: OpenGaps | undefined;

  constructor(region: Region, options?: HtmlOptions) {
    super(region);
    this.#marks = options?.marks ?? true;
    this.#whole = options?.whole ?? false;
    this.#gaps = options?.gaps ? new OpenGaps() : undefined;
  }

  /** Writes `root` as the content of the region. */
  writeRegion(root: unknown): void {
    const { region } = this;
    region.next = 1;
    region.root = this.value(root, region, 0);
    this.#closeGaps();
  }

  /** Writes the mounted content of the region again and numbers it anew. */
  rewriteRegion(): void {
    const { region } = this;
    this.html = "";
    this.pending = NONE;
    if (this.#gaps) this.#gaps.closed.length = 0;
    region.next = 1;
    this.again = true;
    const placeholder = region.slot?.complete === false ? region.slot : undefined;
    if (placeholder) this.html += placeholderStart(placeholder);
    region.root = this.value(region.root, region, 0);
    if (placeholder) this.html += `</${placeholder.tag}>`;
    this.#closeGaps();
  }

  /** The markup is complete again. */
  #closeGaps(): void {
    const gaps = this.#gaps?.closed;
    if (!gaps || gaps.length === 0) return;
    const rest = this.html;
    let whole = "";
    for (const { before, placeholder } of gaps) whole += before + placeholder;
    this.html = whole += rest;
    this.region.tree.gapped = { gaps, rest, whole };
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
    if (this.pending === NONE) this.pending = [pending];
    else this.pending.push(pending);
  }

  protected override openRegion(slot: AsyncSlot): void {
    // A select is looked through as a whole when it ends.
    const gaps = this.#gaps;
    if (gaps && !slot.complete && !gaps.open && !this.#selects?.length) {
      gaps.open = slot;
      gaps.before = this.html;
      this.html = "";
    }
    if (this.#marks) this.html += `<!--v${slot.shown.id}-->`;
    if (!slot.complete) this.html += placeholderStart(slot);
  }

  protected override closeRegion(slot: AsyncSlot): void {
    if (!slot.complete) this.html += `</${slot.tag}>`;
    if (this.#marks) this.html += `<!--/v${slot.shown.id}-->`;
    const gaps = this.#gaps;
    if (gaps?.open !== slot) return;
    gaps.open = undefined;
    gaps.closed.push({ slot, before: gaps.before, placeholder: this.html });
    this.html = "";
  }

  /** A whole page waits for its async regions and has no placeholders. */
  protected override asyncSlot(slot: AsyncSlot): AsyncSlot {
    if (!this.#whole) return super.asyncSlot(slot);
    if (slot.complete && !slot.settled) {
      const undo = this.savepoint();
      try {
        return super.asyncSlot(slot);
      } catch (error) {
        // An async component in it: its siblings are not to fail with it.
        undo();
        slot.fail(error, true);
      }
    }
    if (slot.settled) {
      slot.region.tree.forget(slot);
      const { content } = slot;
      if (this.#marks) this.html += `<!--v${content.id}-->`;
      this.reveal(slot);
      if (this.#marks) this.html += `<!--/v${content.id}-->`;
      return slot;
    }
    slot.shown.root = null;
    this.wait(slot.done);
    return slot;
  }

  protected override save(): () => void {
    const { html, region } = this;
    const { next } = region;
    const selects = this.#selects?.length ?? 0;
    const undoGaps = this.#gaps?.save();
    return () => {
      this.html = html;
      undoGaps?.();
      if (this.#selects) this.#selects.length = selects;
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
          slots[slot] = this.child(value, node, slot, i);
          html = this.html;
          if (region.next !== after) {
            shift += region.next - after;
            // Not `[]` and `push`, which makes room for eight pairs: most nodes have one.
            if (node.shifts) node.shifts.push(tpl.places[i]!, shift);
            else node.shifts = [tpl.places[i]!, shift];
          }
        }
      } else {
        const given = slots[slot];
        const prefix = tpl.prefixes[i]!;
        if (prefix !== "" && given instanceof Attr && typeof given.value === "string") {
          html += prefix + escapeHtml(given.value) + '"';
          slots[slot] = given.value;
        } else {
          this.html = html;
          this.#attribute(node, tpl, i);
          html = this.html;
        }
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
        if (node.slots[slot]) {
          this.html += " " + node.slots[slot];
          tpl.bools[hole] ??= String(node.slots[slot]);
        }
        return;
      case Hole.RCDATA:
        this.html += escapeHtml(rcdataSlots(this, node, slot));
        return;
      case Hole.HTML:
        this.html += rawMarkup(node, slot);
        return;
      case Hole.TEXTAREA: {
        const text = attributeSlot(this, node, name, slot);
        if (typeof text === "string") this.html += escapeHtml(text);
        return;
      }
      case Hole.SELECT:
        (this.#selects ??= []).push(this.html);
        this.html = "";
        this.chooser = node;
        return;
      case Hole.SELECT_END:
        this.chooser = undefined;
        this.html = this.#selects!.pop()! +
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

/** The start tag of what stands for a region until its content is there. */
function placeholderStart(slot: AsyncSlot): string {
  const transition = slot.node.options.transition ? " data-async-transition" : "";
  return `<${slot.tag} data-async-id="${slot.shown.id}" class="` +
    `${escapeHtml(placeholderClass(slot))}" aria-busy="true"${transition}>`;
}
