/** Records under one name: a collection has many, a resource the one with the empty key. */

import type {
  CollectionOptions,
  CollectionQuery,
  Conflict,
  PlainValue,
  Resolution,
  ResourceStatus,
  Superseded,
  SyncCollection,
  SyncRecord,
  SyncStrategy,
  SyncWriteOptions,
} from "../../contract/sync.ts";
import type { Draft } from "../draft.ts";
import { applyOp, type Effect } from "../ops.ts";
import type { Tx } from "../protocol.ts";
import { isObject, plainCopy } from "../value.ts";
import type { SyncBackend } from "./backend.ts";
import { checkSchema } from "./check_schema.ts";
import {
  mustBeOpen,
  resolve,
  type StoredConflict,
  storedConflicts,
  toConflict,
} from "./conflicts.ts";

/** Where writes go: the backend, or the transaction that is being put together. */
export interface Desk {
  readonly backend: SyncBackend;
  write(drafts: readonly Draft[], settles?: Tx["settles"]): Promise<void>;
  /** What is written in the transaction that is being put together. */
  readonly draft: readonly Draft[];
}

export class StoredCollection<T> implements SyncCollection<T> {
  readonly name: string;
  readonly ready: Promise<void>;
  readonly #desk: Desk;
  readonly #options: CollectionOptions<T>;

  constructor(desk: Desk, name: string, options: CollectionOptions<T>) {
    this.#desk = desk;
    this.name = name;
    this.#options = options;
    this.ready = desk.backend.load(name);
    // Who does not wait for it sees `loaded` stay false.
    this.ready.catch(() => {});
  }

  get loaded(): boolean {
    return this.#desk.backend.view.isLoaded(this.name);
  }

  get size(): number {
    return this.#desk.backend.view.size(this.name);
  }

  get strategy(): SyncStrategy<T> {
    return this.#options.strategy ?? "lww";
  }

  /** Shown now, with what the transaction that is being put together makes of it. */
  get(key: string): T | undefined {
    let value = this.#desk.backend.view.get(this.name, key);
    for (const draft of this.#desk.draft) {
      if (draft.res === this.name && draft.key === key) value = applyOp(value, draft);
    }
    return value as T | undefined;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  version(key: string): number {
    return this.#desk.backend.seen(this.name, key);
  }

  list(query: CollectionQuery = {}): readonly SyncRecord<T>[] {
    return this.#desk.backend.view.page(this.name, query) as SyncRecord<T>[];
  }

  async page(query: CollectionQuery = {}): Promise<readonly SyncRecord<T>[]> {
    return await this.#desk.backend.page(this.name, query) as SyncRecord<T>[];
  }

  put(key: string, value: T, options?: SyncWriteOptions): Promise<void> {
    const checked = checkSchema(this.#options.schema, value, this.#what(key));
    return this.#write(key, { op: "put", value: checked }, options);
  }

  /** @param instead what the fields are put into where there is no record yet */
  patch(
    key: string,
    fields: Partial<T>,
    options?: SyncWriteOptions,
    instead?: T,
  ): Promise<void> {
    // The copy comes first: what is no plain object has no fields that could be spread.
    const changes = plainCopy(fields, this.#what(key)) as Readonly<Record<string, unknown>>;
    const before = this.get(key) ?? instead;
    if (isObject(before)) {
      const after = { ...before, ...changes } as T;
      if (!this.has(key)) return this.put(key, after, options);
      checkSchema(this.#options.schema, after, this.#what(key));
    }
    return this.#write(key, { op: "patch", fields: changes }, options);
  }

  delete(key: string, options?: SyncWriteOptions): Promise<void> {
    return this.#write(key, { op: "delete" }, options);
  }

  #write(key: string, effect: Effect, { base }: SyncWriteOptions = {}): Promise<void> {
    const target = { res: this.name, key, ...(base !== undefined && { base }), ask: this.#asks };
    return this.#desk.write([{ ...target, ...effect }]);
  }

  /** A merge function of this side gets its turn as a person would: by a conflict. */
  get #asks(): boolean {
    return this.strategy !== "lww";
  }

  #what(key: string): string {
    return key === "" ? this.name : `${this.name}/${key}`;
  }

  get conflicts(): readonly Conflict<T>[] {
    return this.#stored().map((conflict) => toConflict(conflict) as Conflict<T>);
  }

  #stored(): StoredConflict[] {
    return storedConflicts(this.#desk.backend).filter(({ row }) => row.res === this.name);
  }

  // deno-lint-ignore require-await -- what is wrong with the call is told by its promise, too
  async resolveConflict(id: string, resolution: Resolution<T>): Promise<void> {
    const conflict = mustBeOpen(this.#stored().find((other) => other.id === id));
    const decision: Resolution<T> = typeof resolution === "object"
      ? { merge: checkSchema(this.#options.schema, resolution.merge, this.#what(conflict.row.key)) }
      : resolution;
    const { drafts, settles } = resolve(conflict, decision, this.#asks);
    return this.#desk.write(drafts, settles);
  }

  /** Settles by the declared function what it can settle. */
  merge({ id, row }: StoredConflict): Promise<void> | undefined {
    if (typeof this.strategy !== "object") return undefined;
    const [base, local, remote] = [row.base, row.local, row.remote] as (T | undefined)[];
    return this.resolveConflict(id, { merge: this.strategy.merge(base, local, remote) });
  }

  get status(): ResourceStatus {
    return this.statusOf();
  }

  /** @param key one record, or all of them */
  statusOf(key?: string): ResourceStatus {
    const { letters, view } = this.#desk.backend;
    const isMine = (other: string) => key === undefined || other === key;
    const isRefused = letters.some(({ writes }) =>
      writes.some((write) => write.name === this.name && isMine(write.key))
    );
    if (isRefused) return "error";
    if (this.#stored().some(({ row }) => isMine(row.key))) return "conflict";
    return view.isPending(this.name, key) ? "pending" : "synced";
  }

  async history(key: string): Promise<readonly Superseded<T>[]> {
    const lost = await this.#desk.backend.lost(this.name, key);
    return lost.map(({ value, at }) => ({
      name: this.name,
      key,
      value: value as T | undefined,
      time: new Date(at),
    }));
  }
}

/** For types: what any records may be. */
export type AnyCollection = StoredCollection<PlainValue>;
