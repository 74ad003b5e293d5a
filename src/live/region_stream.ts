/**
 * The async regions of a page that is being sent: each follows the shell when it has settled.
 *
 * ```
 * running ─ settles ─▶ written ──▶ yielded, when the response's reader asks for more
 *                        └─ an async component in it has not settled ─▶ held, others go first
 * ```
 *
 * A region is written when the reader wants it, not when it settles: a reader that does not read
 * holds back the work and the memory of encoding, and a player that connects in the meantime is
 * sent the rest over its socket.
 *
 * @module
 */
import type { MarkupSource } from "../html/stream.ts";
import { HtmlWriter } from "../html/write.ts";
import type { AsyncSlot } from "../tree/async_slot.ts";
import type { Tree } from "../tree/tree.ts";

/** UTF-16 units after which a piece is handed over although more is ready. */
const PIECE = 16 * 1024;

/** A region whose content is not complete. */
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
  readonly #held: Set<HeldRegion> = new Set();
  #wake: (() => void) | undefined;

  /** @param open Asked before each region; `false` once a player has connected or the page ended. */
  constructor(tree: Tree, open: () => boolean) {
    this.#tree = tree;
    this.#open = open;
  }

  /** Something has settled, or {@linkcode RegionStream} may have to end. */
  wake(): void {
    this.#wake?.();
  }

  /** Whether nothing follows: all regions are written, or what is left is not the response's. */
  get over(): boolean {
    const over = !this.#open() || this.#held.size === 0 && !this.#tree.isRunning;
    if (over) this.active = false;
    return over;
  }

  /** What is ready now, in the order in which it settled: not all of it, if it is much. */
  take(): string {
    this.active = true;
    let piece = "";
    while (piece.length < PIECE && this.#open()) {
      const written = this.#next();
      if (written === undefined) break;
      piece += written;
    }
    return piece;
  }

  /** Resolves when it is worth while to look again. */
  async changed(): Promise<void> {
    await new Promise<void>((resolve) => this.#wake = resolve);
    this.#wake = undefined;
  }

  /** The regions alone, without the page around them. */
  next(): string | undefined | Promise<string | undefined> {
    const piece = this.take();
    if (piece !== "") return piece;
    return this.over ? undefined : this.changed().then(() => this.next());
  }

  /** Nobody wants the rest. */
  cancel(): void {
    this.active = false;
    this.#held.clear();
    this.wake();
  }

  /** The next region that is ready; "" when it must be held. */
  #next(): string | undefined {
    const slot = this.#tree.takeSettled();
    if (slot) {
      // It may be held: a component in it has failed, and the whole shows the error's view.
      for (const held of this.#held) if (held.slot === slot) this.#held.delete(held);
      const writer = new HtmlWriter(slot.content);
      writer.reveal(slot);
      return this.#finish({ slot, writer, ready: false });
    }
    for (const held of this.#held) {
      if (!held.ready) continue;
      held.ready = false;
      this.#held.delete(held);
      const undo = held.writer.savepoint();
      try {
        held.writer.rewriteRegion();
      } catch (error) {
        undo();
        held.slot.fail(error, true);
        return "";
      }
      return this.#finish(held);
    }
    return undefined;
  }

  #finish(region: HeldRegion): string {
    const { slot, writer } = region;
    writer.settle();
    if (writer.pending.length === 0) {
      return `<template data-vango="${slot.content.id - 1}">${writer.html}</template>` +
        `<vango-async></vango-async>`;
    }
    this.#held.add(region);
    Promise.all(writer.pending).then(() => {
      region.ready = true;
      this.wake();
    });
    return "";
  }
}
