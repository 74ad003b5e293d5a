/** `ctx.sync` on whatever it stands. */

import { effect, untracked } from "@preact/signals-core";
import type {
  CollectionOptions,
  Conflict,
  DeadLetter,
  PlainValue,
  Resolution,
  ResourceOptions,
  SyncCollection,
  SyncCtx,
  SyncOutcome,
  SyncResource,
  SyncStatus,
} from "../../contract/sync.ts";
import type { Draft } from "../draft.ts";
import { mustName } from "../ids.ts";
import type { Tx } from "../protocol.ts";
import type { SyncBackend } from "./backend.ts";
import { type AnyCollection, type Desk, StoredCollection } from "./collection.ts";
import {
  mustBeOpen,
  resolve,
  type StoredConflict,
  storedConflicts,
  toConflict,
} from "./conflicts.ts";
import { StoredResource } from "./resource.ts";

/** A `ctx.sync` that somebody owns. */
export interface OwnedSyncCtx extends SyncCtx {
  /**
   * Fulfilled when everything that was asked for so far has been read, or could not be; `undefined`
   * when that is so already.
   */
  readonly loading: Promise<void> | undefined;
  /** Ends what runs for it; the replica or the authority stays. */
  close(): void;
}

interface Batch {
  readonly drafts: Draft[];
  readonly settles: (readonly [id: string, version: number])[];
  readonly done: PromiseWithResolvers<void>;
}

export class BackedSyncCtx implements OwnedSyncCtx, Desk {
  readonly backend: SyncBackend;
  readonly #resources = new Map<string, StoredResource<unknown>>();
  readonly #collections = new Map<string, StoredCollection<unknown>>();
  readonly #merging = new Set<string>();
  readonly #stopMerging: () => void;
  readonly #loads = new Set<Promise<void>>();
  #batch: Batch | undefined;

  constructor(backend: SyncBackend) {
    this.backend = backend;
    this.#track(backend.ready);
    this.#stopMerging = effect(() => this.#mergeAll());
  }

  resource<T>(name: string, options: ResourceOptions<T>): SyncResource<T> {
    let resource = this.#resources.get(name) as StoredResource<T> | undefined;
    if (!resource) {
      resource = new StoredResource(this, mustName(name), options);
      this.#resources.set(name, resource as StoredResource<unknown>);
      this.#declared(resource.records as unknown as AnyCollection);
    }
    return resource;
  }

  collection<T>(name: string, options: CollectionOptions<T> = {}): SyncCollection<T> {
    let collection = this.#collections.get(name) as StoredCollection<T> | undefined;
    if (!collection) {
      collection = new StoredCollection(this, mustName(name), options);
      this.#collections.set(name, collection as StoredCollection<unknown>);
      this.#declared(collection as unknown as AnyCollection);
    }
    return collection;
  }

  get loading(): Promise<void> | undefined {
    if (this.#loads.size === 0) return undefined;
    return Promise.allSettled(this.#loads).then(() => {});
  }

  #track(load: Promise<void>): void {
    this.#loads.add(load);
    const done = (): void => void this.#loads.delete(load);
    load.then(done, done);
  }

  get status(): SyncStatus {
    return this.backend.status;
  }

  get conflicts(): readonly Conflict[] {
    return storedConflicts(this.backend).map(toConflict);
  }

  // deno-lint-ignore require-await -- what is wrong with the call is told by its promise, too
  async resolveConflict(id: string, resolution: Resolution<unknown>): Promise<void> {
    const conflict = mustBeOpen(storedConflicts(this.backend).find((other) => other.id === id));
    const owner = this.#ownerOf(conflict);
    if (owner) return owner.resolveConflict(id, resolution as Resolution<PlainValue>);
    // Of a resource that this page does not show: the server checks what comes of it.
    const { drafts, settles } = resolve(conflict, resolution, false);
    return this.write(drafts, settles);
  }

  #ownerOf({ row: { res, key } }: StoredConflict): AnyCollection | undefined {
    const resource = key === "" ? this.#resources.get(res) : undefined;
    return (resource?.records ?? this.#collections.get(res)) as AnyCollection | undefined;
  }

  get dead(): readonly DeadLetter[] {
    return this.backend.letters.map(({ nth: _, time, ...letter }) => ({
      ...letter,
      time: new Date(time),
    }));
  }

  dismiss(id: string): Promise<void> {
    return this.backend.dismiss(id);
  }

  retry(id: string): Promise<void> {
    return this.backend.retry(id);
  }

  forceSync(): Promise<SyncOutcome> {
    return this.backend.force();
  }

  transaction(fn: () => void): Promise<void> {
    // One within another is part of it.
    if (this.#batch) {
      fn();
      return this.#batch.done.promise;
    }
    const done = Promise.withResolvers<void>();
    done.promise.catch(() => {});
    try {
      const { drafts, settles } = this.#collect(fn, done);
      const isEmpty = drafts.length === 0 && settles.length === 0;
      done.resolve(isEmpty ? undefined : this.backend.write(drafts, settles));
    } catch (error) {
      done.reject(error);
      throw error;
    }
    return done.promise;
  }

  /** What `fn` writes. */
  #collect(fn: () => void, done: Batch["done"]): Batch {
    const batch = this.#batch = { drafts: [], settles: [], done };
    try {
      const result: unknown = fn();
      if (!(result instanceof Promise)) return batch;
    } finally {
      this.#batch = undefined;
    }
    throw new TypeError(
      "Cannot make this one transaction: its function is asynchronous; await before it",
    );
  }

  get draft(): readonly Draft[] {
    return this.#batch?.drafts ?? [];
  }

  write(drafts: readonly Draft[], settles?: Tx["settles"]): Promise<void> {
    if (!this.#batch) return this.backend.write(drafts, settles);
    this.#batch.drafts.push(...drafts);
    this.#batch.settles.push(...settles ?? []);
    return this.#batch.done.promise;
  }

  close(): void {
    this.#stopMerging();
    this.backend.close();
  }

  /** A merge function that was declared just now may settle what was there before. */
  #declared(records: AnyCollection): void {
    this.#track(records.ready);
    if (typeof records.strategy === "object") untracked(() => this.#mergeAll());
  }

  /** Settles by their merge functions the conflicts of resources that declare one. */
  #mergeAll(): void {
    const conflicts = storedConflicts(this.backend);
    const open = new Set(conflicts.map(({ id, version }) => `${id} ${version}`));
    for (const id of this.#merging) if (!open.has(id)) this.#merging.delete(id);
    for (const conflict of conflicts) {
      const owner = this.#ownerOf(conflict);
      const id = `${conflict.id} ${conflict.version}`;
      if (!owner || this.#merging.has(id)) continue;
      this.#merging.add(id);
      try {
        const merged = untracked(() => owner.merge(conflict));
        merged?.catch(() => this.#merging.delete(id));
        if (!merged) this.#merging.delete(id);
      } catch {
        // A function that fails leaves the question to a person.
      }
    }
  }
}
