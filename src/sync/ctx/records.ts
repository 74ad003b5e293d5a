/** What resources and collections have in common: reading and writing records under one name. */

import type {
  Conflict,
  PlainValue,
  Resolution,
  ResourceStatus,
  StandardSchema,
  Superseded,
  SyncStrategy,
  SyncWriteOptions,
} from "../../contract/sync.ts";
import type { Draft } from "../draft.ts";
import { applyOp } from "../ops.ts";
import { type ConflictRow, CONFLICTS, type Tx } from "../protocol.ts";
import { isObject, plainCopy } from "../value.ts";
import type { SyncBackend } from "./backend.ts";
import { checkSchema } from "./check_schema.ts";
import { mustBeOpen, resolve, type StoredConflict, toConflict } from "./conflicts.ts";

export interface RecordOptions<T> {
  readonly strategy?: SyncStrategy<T>;
  readonly schema?: StandardSchema<T>;
}

/** Where writes go: the backend, or the transaction that is being put together. */
export interface Desk {
  readonly backend: SyncBackend;
  write(drafts: readonly Draft[], settles?: Tx["settles"]): Promise<void>;
  /** What is written in the transaction that is being put together. */
  readonly draft: readonly Draft[];
}

export class Records<T> {
  readonly ready: Promise<void>;
  readonly #desk: Desk;
  readonly #name: string;
  readonly #options: RecordOptions<T>;

  constructor(desk: Desk, name: string, options: RecordOptions<T>) {
    this.#desk = desk;
    this.#name = name;
    this.#options = options;
    this.ready = desk.backend.load(name);
    // Who does not wait for it sees `loaded` stay false.
    this.ready.catch(() => {});
  }

  get name(): string {
    return this.#name;
  }

  get strategy(): SyncStrategy<T> {
    return this.#options.strategy ?? "lww";
  }

  get loaded(): boolean {
    return this.#desk.backend.view.isLoaded(this.#name);
  }

  /** Shown now, with what the transaction that is being put together makes of it. */
  get(key: string): T | undefined {
    let value = this.#desk.backend.view.get(this.#name, key);
    for (const draft of this.#desk.draft) {
      if (draft.res === this.#name && draft.key === key) value = applyOp(value, draft);
    }
    return value as T | undefined;
  }

  version(key: string): number {
    return this.#desk.backend.seen(this.#name, key);
  }

  put(key: string, value: T, options: SyncWriteOptions | undefined): Promise<void> {
    const checked = checkSchema(this.#options.schema, value, this.#what(key));
    return this.#desk.write([{ ...this.#target(key, options), op: "put", value: checked }]);
  }

  /** @param instead what the fields are put into where there is no record yet */
  patch(
    key: string,
    fields: Partial<T>,
    options: SyncWriteOptions | undefined,
    instead?: T,
  ): Promise<void> {
    // The copy comes first: what is no plain object has no fields that could be spread.
    const changes = plainCopy(fields, this.#what(key)) as Readonly<Record<string, unknown>>;
    const before = this.get(key) ?? instead;
    const after = isObject(before) ? { ...before, ...changes } : undefined;
    if (after) checkSchema(this.#options.schema, after, this.#what(key));
    if (after && this.get(key) === undefined) return this.put(key, after as T, options);
    return this.#desk.write([{ ...this.#target(key, options), op: "patch", fields: changes }]);
  }

  delete(key: string, options: SyncWriteOptions | undefined): Promise<void> {
    return this.#desk.write([{ ...this.#target(key, options), op: "delete" }]);
  }

  #target(key: string, options: SyncWriteOptions | undefined) {
    return {
      res: this.#name,
      key,
      ...(options?.base !== undefined && { base: options.base }),
      ...(this.#asks && { ask: true }),
    };
  }

  /** A merge function of this side gets its turn as a person would: by a conflict. */
  get #asks(): boolean {
    return this.strategy !== "lww";
  }

  #what(key: string): string {
    return key === "" ? this.#name : `${this.#name}/${key}`;
  }

  stored(): StoredConflict[] {
    return storedConflicts(this.#desk.backend).filter(({ row }) => row.res === this.#name);
  }

  get conflicts(): readonly Conflict<T>[] {
    return this.stored().map((conflict) => toConflict(conflict) as Conflict<T>);
  }

  /** @throws {SyncError} `no-conflict` */
  resolve(id: string, resolution: Resolution<T>): Promise<void> {
    const conflict = mustBeOpen(this.stored().find((other) => other.id === id));
    const decision: Resolution<T> = typeof resolution === "object"
      ? { merge: checkSchema(this.#options.schema, resolution.merge, this.#what(conflict.row.key)) }
      : resolution;
    const { drafts, settles } = resolve(conflict, decision, this.#asks);
    return this.#desk.write(drafts, settles);
  }

  /** Settles by the declared function what it can settle. */
  merge(conflict: StoredConflict): Promise<void> | undefined {
    if (typeof this.strategy !== "object") return undefined;
    const { base, local, remote } = conflict.row;
    const merge = this.strategy.merge(
      base as T | undefined,
      local as T | undefined,
      remote as T | undefined,
    );
    return this.resolve(conflict.id, { merge });
  }

  status(key?: string): ResourceStatus {
    const { backend } = this.#desk;
    const mine = (other: string) => key === undefined || other === key;
    const refused = backend.letters.some(({ writes }) =>
      writes.some((write) => write.name === this.#name && mine(write.key))
    );
    if (refused) return "error";
    if (this.stored().some(({ row }) => mine(row.key))) return "conflict";
    return backend.view.isPending(this.#name, key) ? "pending" : "synced";
  }

  async history(key: string): Promise<readonly Superseded<T>[]> {
    const lost = await this.#desk.backend.lost(this.#name, key);
    return lost.map(({ value, at }) => ({
      name: this.#name,
      key,
      value: value as T | undefined,
      time: new Date(at),
    }));
  }
}

/** Every unresolved conflict of this user. Reactive. */
export function storedConflicts(backend: SyncBackend): StoredConflict[] {
  const { view } = backend;
  return [...view.list(CONFLICTS)].map(({ key, value }) => ({
    id: key,
    version: view.base(CONFLICTS, key)?.version ?? 0,
    row: value as ConflictRow,
  }));
}

/** For types: what any record may be. */
export type AnyRecords = Records<PlainValue>;
