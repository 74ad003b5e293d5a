/**
 * The live tree of one page: which components are mounted, which of them are stale, and how their
 * output is had. It writes nothing itself: `src/html` writes it as markup, `encoder.ts` as patches.
 *
 * @module
 */
import { ComponentNode, TemplateNode } from "../jsx/node.ts";
import type { OwnerHost } from "../signals/owner.ts";
import { watchFor } from "../signals/signals.ts";
import type { PageRestorer } from "./addresses.ts";
import { awaitOutput } from "./async_component.ts";
import { AsyncSlot, standInTag } from "./async_slot.ts";
import { wrapError } from "./component_error.ts";
import { Deadlines } from "./deadlines.ts";
import { addressOf, type Leftovers } from "./leftovers.ts";
import { LostSignals } from "./lost_signals.ts";
import {
  Group,
  type Holder,
  Instance,
  List,
  type Live,
  Region,
  SignalSlot,
  unmount,
} from "./live.ts";

/** What can be out of date. */
export type Stale = Instance | SignalSlot | AsyncSlot;

/** What the tree asks of the page around it. */
export interface TreeHost extends OwnerHost {
  /** While a page is restored: what its components held on another node. */
  readonly restorer?: PageRestorer | undefined;
  /** The second argument of every component. */
  readonly ctx: unknown;
  /** Something is stale: flush soon, once. */
  invalidate(): void;
  /** What stands in for a page part whose error no boundary caught, where `tag` may stand. */
  errorCard(error: unknown, tag?: string): unknown;
}

/** The placeholder of an async region in the page's markup. */
export interface Gap {
  readonly slot: AsyncSlot;
  /** The markup between the placeholder before it and this one. */
  readonly before: string;
  readonly placeholder: string;
}

/** A page's content, taken apart at its placeholders. */
export interface GappedMarkup {
  readonly gaps: readonly Gap[];
  /** What follows the last placeholder. */
  readonly rest: string;
  readonly whole: string;
}

/** The live tree of a page. */
export class Tree {
  readonly host: TreeHost;
  /** The page itself, while nobody has asked for all regions: most pages are fetched and gone. */
  #page: Region | undefined = undefined;
  #regions: Map<number, Region> | undefined = undefined;
  /** Made when something is first stale: most pages are fetched and never are. */
  #dirty: Set<Stale> | undefined = undefined;
  /** Whether to look for mistakes that cost time to find, such as duplicate keys: in development. */
  readonly checking: boolean;
  readonly #lost: LostSignals | undefined;
  // Declared: what few pages ever have stands on the prototype until then, see below.
  /** Contents of async regions from an earlier render of the page. */
  declare leftovers: Leftovers | undefined;
  /** How many of them are shown. */
  declare reused: number;
  /** What the response of the GET is made of, until it is read. */
  declare gapped: GappedMarkup | undefined;
  #deadlines: Deadlines | undefined = undefined;
  #nextRegion = 0;
  /** Async slots that still show their fallback. */
  #incomplete = 0;

  constructor(host: TreeHost, checking = false) {
    this.host = host;
    this.checking = checking;
    this.#lost = checking ? new LostSignals() : undefined;
  }

  /** A new region; the first is the page itself, number 0. */
  addRegion(): Region {
    const region = new Region(this, this.#nextRegion++);
    if (region.id === 0) this.#page = region;
    if (region.id > 0 || this.#regions) this.regions.set(region.id, region);
    return region;
  }

  /**
   * The two regions of an async slot: the first is part of the page now; the second has its number,
   * and is listed once it is shown.
   */
  addSlot(): [shown: Region, content: Region] {
    this.#incomplete++;
    return [this.addRegion(), new Region(this, this.#nextRegion++)];
  }

  /** The content of a slot takes the place of the fallback. */
  complete({ shown, content }: AsyncSlot): void {
    this.#incomplete--;
    this.regions.delete(shown.id);
    this.regions.set(content.id, content);
  }

  /** A slot is gone. */
  dropSlot({ shown, complete }: AsyncSlot): void {
    if (this.#regions?.delete(shown.id) && !complete) this.#incomplete--;
  }

  /** Until when parts of the page must have settled. */
  get deadlines(): Deadlines {
    return this.#deadlines ??= new Deadlines();
  }

  /** Every region of the page. */
  get allRegions(): Iterable<Region> {
    return this.#regions?.values() ?? (this.#page ? [this.#page] : []);
  }

  /** The region with this number. */
  regionOf(id: number): Region | undefined {
    return this.#regions ? this.#regions.get(id) : id === 0 ? this.#page : undefined;
  }

  /** Every region of the page, by its number. */
  get regions(): Map<number, Region> {
    this.#regions ??= new Map(this.#page ? [[0, this.#page]] : []);
    return this.#regions;
  }

  mark(stale: Stale): void {
    (this.#dirty ??= new Set()).add(stale);
    this.host.invalidate();
  }

  forget(gone: Stale): void {
    this.#dirty?.delete(gone);
  }

  get stale(): boolean {
    return this.#dirty !== undefined && this.#dirty.size > 0;
  }

  /**
   * Hands each stale part to `update`, outer before inner: what its parent removed or ran again in
   * the meantime is stale no more and left out.
   */
  eachStale(update: (stale: Stale) => void): void {
    const stale = [...this.#dirty ?? []];
    if (stale.length > 1) stale.sort((a, b) => a.depth - b.depth);
    for (const part of stale) if (this.#dirty?.delete(part)) update(part);
  }

  /**
   * Mounts a component: runs it, and the components that are its whole output.
   *
   * @throws {ComponentError} what the component threw.
   */
  instantiate(
    node: ComponentNode,
    region: Region,
    parent: Instance | undefined,
    holder: Holder,
    index: number,
  ): Instance {
    const instance = new Instance(this.host, node, region, parent, holder, index);
    const { restorer } = this.host;
    const outside = restorer?.addresses.enter(instance);
    try {
      let output = this.runComponent(instance);
      if (restorer?.accepts(instance, output) === false) {
        instance.reset();
        output = this.runComponent(instance);
      }
      instance.output = this.#guarded(output, instance) as Live;
    } catch (error) {
      instance.watching?.dispose();
      instance.dispose();
      throw error;
    } finally {
      if (outside) restorer!.addresses.leave(outside);
    }
    return instance;
  }

  /** As {@linkcode Tree.mounted}; an error boundary may catch what its one child throws. */
  #guarded(output: unknown, instance: Instance): unknown {
    try {
      return this.mounted(output, instance);
    } catch (error) {
      if (!instance.catchError?.(wrapError(error, instance))) throw error;
      return this.mounted(this.runComponent(instance), instance);
    }
  }

  /** `output`, or the mounted component when the output of `instance` is one. */
  mounted(output: unknown, instance: Instance): unknown {
    return output instanceof ComponentNode
      ? this.instantiate(output, instance.region, instance, instance, 0)
      : output;
  }

  /**
   * Runs a component (its set-up once, then its render function) and watches what it reads.
   *
   * @returns Its output; for an async component `null` the first time, with `pending` set.
   * @throws {ComponentError} what the component threw.
   */
  runComponent(instance: Instance): unknown {
    if (instance.watching) this.#dirty?.delete(instance);
    const { settled } = instance;
    if (settled) {
      instance.settled = undefined;
      // What it read has changed since: shown now, run again in the next round.
      if (instance.outdated) this.mark(instance);
      return settled.output;
    }
    if (instance.watching) {
      instance.watching.dispose();
      if (instance.outdated) instance.outdated = false;
    }
    const lost = this.#lost?.rerun(instance);
    if (lost) this.host.report(lost, instance);
    let value: unknown;
    try {
      value = watchFor(instance);
    } catch (error) {
      throw wrapError(error, instance);
    }
    this.#lost?.ran(instance);
    return value instanceof Promise ? awaitOutput(this, instance, value) : value;
  }

  /**
   * Hands an error to the nearest boundary around `failed`, or reports it and shows a card.
   *
   * @param from Where it was thrown: a boundary catches what its children throw when it renders.
   */
  fail(failed: Instance, error: unknown, from?: Stale): void {
    let { region } = failed;
    for (let at = from ? failed : failed.parent; at; at = at.parent) {
      // What fails in an async region harms nothing outside of it.
      if (at.region !== region && region.slot?.fail(error)) return;
      region = at.region;
      if (!at.catchError?.(error)) continue;
      at.broken = true;
      return;
    }
    this.host.report(error, failed);
    failed.broken = true;
    const tag = standInTag(failed.holder, failed.index, failed.parent);
    failed.settled = { output: this.host.errorCard(error, tag) };
    this.mark(failed);
  }

  /** Begins the work of a slot, or shows what an earlier render of the page has left of it. */
  start(slot: AsyncSlot): void {
    const address = this.leftovers && addressOf(slot);
    if (address === undefined || !this.leftovers!.has(address)) return slot.start();
    const output = this.leftovers!.get(address);
    this.leftovers!.delete(address);
    this.reused++;
    slot.reuse(output);
  }

  /** Takes the async slots that have settled and are not shown yet, in order. */
  takeSettled(): readonly AsyncSlot[] {
    const settled: AsyncSlot[] = [];
    for (const part of this.#dirty ?? []) {
      if (part instanceof AsyncSlot && part.settled) settled.push(part);
    }
    for (const slot of settled) this.#dirty!.delete(slot);
    return settled;
  }

  /** Whether something that is about to be shown asks for a view transition. */
  get wantsTransition(): boolean {
    for (const part of this.#dirty ?? []) {
      if (part instanceof AsyncSlot && part.settled && part.node.options.transition) return true;
    }
    return false;
  }

  /** Whether an async slot still shows its fallback. */
  get isRunning(): boolean {
    return this.#incomplete > 0;
  }

  /** The async slots that still show their fallback. */
  get running(): AsyncSlot[] {
    const running: AsyncSlot[] = [];
    for (const region of this.allRegions) {
      const { slot } = region;
      if (slot && slot.shown === region && !slot.complete) running.push(slot);
    }
    return running;
  }

  /** Starts the effects and mounts of every component, when the player has connected. */
  connect(): void {
    connectBelow(this.#page?.root);
  }

  /** Ends what a region shows. */
  unmountRegion(region: Region): void {
    unmount(region.root);
    region.root = null;
  }

  /** Ends every component of the page. */
  dispose(): void {
    for (const region of this.allRegions) unmount(region.root);
    this.#page = undefined;
    this.#regions?.clear();
    this.#incomplete = 0;
    this.#dirty?.clear();
  }
}

Object.assign(Tree.prototype, { leftovers: undefined, reused: 0, gapped: undefined });

function connectBelow(value: unknown): void {
  if (value instanceof TemplateNode) {
    for (const slot of value.slots) if (typeof slot === "object" && slot) connectBelow(slot);
  } else if (value instanceof Instance) {
    value.connect();
    connectBelow(value.output);
  } else if (value instanceof List) {
    for (const item of value.items) connectBelow(item);
  } else if (value instanceof AsyncSlot) {
    value.connect();
    connectBelow(value.shown.root);
  } else if (value instanceof SignalSlot) connectBelow(value.live);
  else if (value instanceof Group) connectBelow(value.value);
}
