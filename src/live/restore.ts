/**
 * Goes on with a page from its snapshot: signals begin with what they held. Where the places of the
 * node that is gone are now is the {@linkcode Numbering}'s.
 *
 * @module
 */
import { type HtmlOptions, HtmlWriter } from "../html/write.ts";
import type { Owner, SignalOptions } from "../signals/owner.ts";
import { ComponentNode } from "../jsx/node.ts";
import { Addresses, fingerprintOf, type PageRestorer } from "../tree/addresses.ts";
import type { AsyncSlot } from "../tree/async_slot.ts";
import { keyOf } from "../tree/lists.ts";
import { Instance, type Item, type List, type Region } from "../tree/live.ts";
import type { KeptComponent, PageSnapshot } from "./snapshot.ts";

/** Restores one page, while it is rendered for the first time. */
export class Restorer implements PageRestorer {
  readonly addresses: Addresses = new Addresses();
  /** Components that began afresh, because their code is another one. */
  readonly changed: string[] = [];
  readonly #components: ReadonlyMap<string, KeptComponent>;
  readonly #refused: Set<Owner> = new Set();

  constructor({ components }: PageSnapshot) {
    this.#components = components;
  }

  take(owner: Owner, options: SignalOptions | undefined): { readonly value: unknown } | undefined {
    const kept = this.#keptOf(owner);
    if (!kept || options?.durable === false) return undefined;
    if (options?.key !== undefined) {
      return kept.signals.find((signal) => signal?.key === options.key);
    }
    if (this.#refused.has(owner)) return undefined;
    const signal = kept.signals[owner.signals?.length ?? 0];
    return signal?.key === undefined ? signal : undefined;
  }

  #keptOf(owner: Owner): KeptComponent | undefined {
    const address = this.addresses.of(owner);
    return address === undefined ? undefined : this.#components.get(address);
  }

  accepts(instance: Instance, output: unknown): boolean {
    const kept = this.#keptOf(instance);
    if (!kept || this.#refused.has(instance)) return true;
    // One that has not settled has no output to be known by.
    if (instance.pending || kept.fingerprint === fingerprintOf(instance, output)) return true;
    if (kept.signals.every((signal) => !signal || signal.key !== undefined)) return true;
    this.#refused.add(instance);
    this.changed.push(instance.type.name || "(anonymous)");
    return false;
  }
}

/** Writes a page that is being restored: keeps the addresses in step with the walk. */
export class RestoringWriter extends HtmlWriter {
  readonly #addresses: Addresses;

  constructor(region: Region, options: HtmlOptions, addresses: Addresses) {
    super(region, options);
    this.#addresses = addresses;
  }

  override item(value: unknown, list: List): Item {
    const outside = this.#addresses.enter(list);
    const isComponent = value instanceof ComponentNode || value instanceof Instance;
    const row = !isComponent && keyOf(value) !== undefined ? value as object : undefined;
    if (row) this.#addresses.enter(row);
    try {
      return super.item(value, list);
    } finally {
      this.#addresses.leave(outside);
    }
  }

  override instance(instance: Instance): Instance {
    const outside = this.#addresses.enter(instance);
    try {
      return super.instance(instance);
    } finally {
      this.#addresses.leave(outside);
    }
  }

  protected override asyncSlot(slot: AsyncSlot): AsyncSlot {
    const outside = this.#addresses.enter(slot);
    try {
      return super.asyncSlot(slot);
    } finally {
      this.#addresses.leave(outside);
    }
  }
}

/** The writer of a page: one that keeps addresses while the page is being restored. */
export function createWriter(region: Region, options: HtmlOptions = {}): HtmlWriter {
  const { restorer } = region.tree.host;
  return restorer
    ? new RestoringWriter(region, options, restorer.addresses)
    : new HtmlWriter(region, options);
}
