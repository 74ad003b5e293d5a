/**
 * Signals with owners, over `@preact/signals-core`.
 *
 * @module
 */
import * as core from "@preact/signals-core";
import { currentOwner, type Owner, runWithOwner, type SignalOptions } from "./owner.ts";

export type { ReadonlySignal, Signal } from "@preact/signals-core";
export { batch, untracked } from "@preact/signals-core";

/**
 * A value that components can read and that patches the page when it changes. Written in the
 * set-up of a component it belongs to that component; at module level it is shared by every
 * session and never saved.
 *
 * @param value The first value.
 * @param options How it is kept when its live session is saved.
 *
 * @example
 * ```ts
 * import { signal } from "@vango/vango";
 * const count = signal(1);
 * count.value++;
 * console.assert(count.value === 2);
 * ```
 */
export function signal<T>(value: T, options?: SignalOptions): core.Signal<T> {
  const owner = currentOwner();
  const kept = owner?.host?.restorer?.take(owner, options);
  const made = core.signal(kept ? kept.value as T : value);
  if (owner && !owner.rendering) {
    const owned = { signal: made as core.Signal<unknown>, options };
    // Not `[]` and `push`, which makes room for many: most components have one.
    if (owner.signals) owner.signals.push(owned);
    else owner.signals = [owned];
  }
  return made;
}

/**
 * A value derived from signals, recomputed when it is read after one of them changed.
 *
 * @example
 * ```ts
 * import { computed, signal } from "@vango/vango";
 * const count = signal(2);
 * const double = computed(() => count.value * 2);
 * console.assert(double.value === 4);
 * ```
 */
export function computed<T>(fn: () => T): core.ReadonlySignal<T> {
  return core.computed(fn);
}

/**
 * Runs `fn` now and again after a signal that it read has changed. In a component it starts when a
 * player is connected, runs in the session's own turn and ends with the component; a function that
 * `fn` returns runs before the next run and at the end.
 *
 * @returns Ends the effect.
 *
 * @example
 * ```ts
 * import { effect, signal } from "@vango/vango";
 * const count = signal(1);
 * const seen: number[] = [];
 * const stop = effect(() => void seen.push(count.value));
 * count.value = 2;
 * stop();
 * console.assert(seen.join() === "1,2");
 * ```
 */
export function effect(fn: () => void | (() => void)): () => void {
  const owner = currentOwner();
  if (!owner) return core.effect(fn);
  refuseInRender(owner, "effect");
  const run = new OwnedEffect(owner, fn);
  owner.onCleanup(() => run.stop());
  owner.onConnect(() => run.start());
  return () => run.stop();
}

/** An effect whose runs are the session's tasks instead of nested calls of whoever wrote. */
class OwnedEffect {
  readonly #owner: Owner;
  readonly #fn: () => void | (() => void);
  #watch: Watch<void | (() => void)> | undefined;
  #stopped = false;

  constructor(owner: Owner, fn: () => void | (() => void)) {
    this.#owner = owner;
    this.#fn = fn;
  }

  start(): void {
    this.#end();
    if (this.#stopped) return;
    this.#watch = watch(
      () => runWithOwner(this.#owner, this.#fn),
      () => this.#owner.host?.schedule(() => this.#restart()),
    );
    const { error } = this.#watch;
    if (error) throw error.cause;
  }

  stop(): void {
    this.#stopped = true;
    this.#end();
  }

  #restart(): void {
    try {
      this.start();
    } catch (error) {
      this.#owner.host?.report(error, this.#owner);
    }
  }

  #end(): void {
    const watched = this.#watch;
    this.#watch = undefined;
    watched?.dispose();
    if (typeof watched?.value === "function") watched.value();
  }
}

/**
 * Runs `fn` when the component is in a page that a player is connected to; a function that it
 * returns runs when the component ends.
 *
 * @throws {Error} outside the set-up of a component.
 */
export function onMount(fn: () => void | (() => void)): void {
  const owner = mustOwner("onMount");
  owner.onConnect(() => {
    const cleanup = fn();
    if (typeof cleanup === "function") owner.onCleanup(cleanup);
  });
}

/**
 * Runs `fn` when the component ends.
 *
 * @throws {Error} outside the set-up of a component.
 */
export function onCleanup(fn: () => void): void {
  mustOwner("onCleanup").onCleanup(fn);
}

function mustOwner(what: string): Owner {
  const owner = currentOwner();
  if (owner) {
    refuseInRender(owner, what);
    return owner;
  }
  throw new Error(
    `cannot call ${what}: no component is being set up; call it before the first await, in the ` +
      `body of a component that returns a render function`,
  );
}

/** What is computed from signals, again and again. */
export interface Watcher {
  /** Computes it; what this reads is watched. */
  compute(): unknown;
  /** Something that was read has changed: only mark it. */
  stale(): void;
  /** Watches what the newest run has read. */
  watching: Watching | undefined;
}

/** An effect of one watcher's run, which can be ended. */
export interface Watching {
  dispose(): void;
}

/** The effect's own object: what a run needs stands in it, so that no run needs a closure. */
interface WatchEffect extends Watching {
  watcher: Watcher | undefined;
  value: unknown;
  error: { readonly cause: unknown } | undefined;
}

/** Whose first run an effect is about to do. Set only across the synchronous start of it. */
let beginning: Watcher | undefined;

/** As {@linkcode watch}, for the many that every page has: an effect each, and nothing else. */
export function watchFor(watcher: Watcher): unknown {
  beginning = watcher;
  core.effect(runWatcher as () => void);
  const effect = watcher.watching as WatchEffect;
  const { value, error } = effect;
  effect.value = effect.error = undefined;
  // What it had read is watched all the same: it is computed again when the cause has gone.
  if (error) throw error.cause;
  return value;
}

function runWatcher(this: WatchEffect): void {
  if (this.watcher) return this.watcher.stale();
  const watcher = this.watcher = beginning!;
  this.value = this.error = undefined;
  try {
    this.value = watcher.compute();
  } catch (cause) {
    this.error = { cause };
  }
  watcher.watching = this;
}

function refuseInRender(owner: Owner, what: string): void {
  if (!owner.rendering) return;
  throw new Error(
    `cannot call ${what} in a render function: it runs again and again; call it in the body of the ` +
      `component, before the function that it returns`,
  );
}

/** What {@linkcode watch} gives. */
export interface Watch<T> {
  readonly value: T | undefined;
  /** The wrapped error of `run`, if it threw. */
  readonly error: { readonly cause: unknown } | undefined;
  dispose(): void;
}

/**
 * Runs `run` once, and `stale` once when a signal that it read changes. `stale` must only mark:
 * it is called inside the write, in the turn of whoever wrote.
 *
 * A plain effect would render inside the write, once per write. This one lets go of its signals
 * with the first change, so a hundred writes cost one mark; the next render watches anew.
 */
export function watch<T>(run: () => T, stale: () => void): Watch<T> {
  let first = true;
  let value: T | undefined;
  let error: { cause: unknown } | undefined;
  const dispose = core.effect(() => {
    if (!first) return stale();
    first = false;
    try {
      value = run();
    } catch (cause) {
      error = { cause };
    }
  });
  return { value, error, dispose };
}
