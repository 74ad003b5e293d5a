/**
 * The async regions of a page that is being sent: each follows the shell when it has settled.
 *
 * ```
 * running ─ settles ─▶ written ──▶ yielded, when the response's reader asks for more
 *                        │           (in its place, when it settled before the shell was read)
 *                        └─ an async component in it has not settled ─▶ held, others go first
 * ```
 *
 * A region is written when the reader wants it, not when it settles: a reader that does not read
 * holds back the work and the memory of encoding, and a player that connects in the meantime is
 * sent the rest over its socket.
 *
 * @module
 */
import type { MarkupSource, Piece } from "../html/stream.ts";
import { HtmlWriter } from "../html/write.ts";
import type { AsyncSlot } from "../tree/async_slot.ts";
import { TURNS } from "../tree/deadlines.ts";
import type { Tree } from "../tree/tree.ts";

/** UTF-16 units after which a piece is handed over although more is ready. */
const PIECE = 16 * 1024;

/** A region whose content waits for components in it. */
interface HeldRegion {
  readonly slot: AsyncSlot;
  readonly writer: HtmlWriter;
  /** Whether what it waited for is there. */
  ready: boolean;
}

/** The regions of one response. */
export class RegionStream implements MarkupSource {
  /** Whether the response is still being written. */
  active = false;
  readonly #tree: Tree;
  /** Whether regions still belong into the response. */
  readonly #open: () => boolean;
  /** Made when there is one: few pages have any. */
  #held: Set<HeldRegion> | undefined;
  /** Writes one region after the other. */
  #writer: HtmlWriter | undefined;
  #wake: (() => void) | undefined;

  /** @param open Asked before each region; `false` once a player has connected or the page ended. */
  constructor(tree: Tree, open: () => boolean) {
    this.#tree = tree;
    this.#open = open;
  }

  /** Something has settled, or {@linkcode RegionStream} may have to end. */
  wake(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  /** Whether nothing follows: all regions are written, or what is left is not the response's. */
  get over(): boolean {
    const over = !this.#open() || !this.#held?.size && !this.#tree.isRunning;
    if (over) this.active = false;
    return over;
  }

  /**
   * The page's content. What has settled before it is read stands in its place: nobody needs its
   * fallback, nor a script to put it there.
   *
   * @param content As it was written, with a placeholder for every region.
   */
  async shell(content: string): Promise<string[]> {
    // What needs no input is there after a few turns, which cost nobody any time.
    for (let turn = 0; turn < TURNS && this.#tree.isRunning; turn++) await undefined;
    const { gapped } = this.#tree;
    this.#tree.gapped = undefined;
    if (gapped?.whole !== content || !this.#open()) return [content];
    const texts: string[] = [];
    let text = "";
    for (const { slot, before, placeholder } of gapped.gaps) {
      text += before;
      const settled = slot.settled ? this.#writeInPlace(slot) : "";
      if (settled === "") text += placeholder;
      else {
        texts.push(text, settled);
        text = "";
      }
    }
    texts.push(text + gapped.rest);
    return texts;
  }

  #writeInPlace(slot: AsyncSlot): string {
    this.#tree.forget(slot);
    const { id } = slot.content;
    const html = this.#write(slot);
    return html === undefined ? "" : `<!--v${id}-->${html}<!--/v${id}-->`;
  }

  /** Adds what is ready now, in the order in which it settled: not all of it, if it is much. */
  take(texts: string[] = []): string[] {
    this.active = true;
    if (!this.#open()) return texts;
    let length = 0;
    const add = (text: string): void => {
      length += text.length;
      if (text !== "") texts.push(text);
    };
    for (const slot of this.#tree.takeSettled()) {
      if (length < PIECE) add(asTemplate(slot, this.#write(slot)));
      else this.#tree.mark(slot);
    }
    for (const held of this.#held ?? []) {
      if (held.ready && length < PIECE) add(asTemplate(held.slot, this.#goOn(held)));
    }
    // What failed in them has settled anew.
    for (const slot of this.#held ? this.#tree.takeSettled() : []) {
      add(asTemplate(slot, this.#write(slot)));
    }
    return texts;
  }

  /** Resolves when it is worth while to look again. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#wake = resolve);
  }

  /** The regions alone, without the page around them. */
  next(): Piece | undefined | Promise<Piece | undefined> {
    const texts = this.take();
    if (texts.length > 0) return texts;
    return this.over ? undefined : this.changed().then(() => this.next());
  }

  /** Nobody wants the rest. */
  cancel(): void {
    this.active = false;
    this.#held = undefined;
    this.wake();
  }

  /** The markup of a region; `undefined` when it must be held. */
  #write(slot: AsyncSlot): string | undefined {
    // It may be held: a component in it has failed, and the whole shows the error's view.
    for (const held of this.#held ?? []) if (held.slot === slot) this.#held!.delete(held);
    const writer = this.#writer ??= new HtmlWriter(slot.content);
    writer.html = "";
    // The one that is written again if it must be held.
    writer.region = slot.content;
    writer.reveal(slot);
    return this.#written(slot, writer);
  }

  /** Writes a region again that was held. */
  #goOn(held: HeldRegion): string | undefined {
    const { slot, writer } = held;
    this.#held!.delete(held);
    const undo = writer.savepoint();
    try {
      writer.rewriteRegion();
    } catch (error) {
      undo();
      slot.fail(error, true);
      return undefined;
    }
    return this.#written(slot, writer);
  }

  #written(slot: AsyncSlot, writer: HtmlWriter): string | undefined {
    writer.settle();
    const { pending } = writer;
    if (pending.length === 0) return writer.html;
    if (writer === this.#writer) this.#writer = undefined;
    const held: HeldRegion = { slot, writer, ready: false };
    (this.#held ??= new Set()).add(held);
    Promise.all(pending).then(() => {
      held.ready = true;
      this.wake();
    });
    return undefined;
  }
}

/** A region behind the shell, with the element that puts it in its place; "" for none. */
function asTemplate({ content }: AsyncSlot, html: string | undefined): string {
  return html === undefined
    ? ""
    : `<template data-vango="${content.id - 1}">${html}</template><vango-async></vango-async>`;
}
