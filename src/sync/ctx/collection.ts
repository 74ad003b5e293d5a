/** Many records under one name. */

import type {
  CollectionOptions,
  CollectionQuery,
  Conflict,
  Resolution,
  ResourceStatus,
  Superseded,
  SyncCollection,
  SyncRecord,
  SyncWriteOptions,
} from "../../contract/sync.ts";
import { type Desk, Records } from "./records.ts";

export class StoredCollection<T> implements SyncCollection<T> {
  readonly records: Records<T>;
  readonly #desk: Desk;

  constructor(desk: Desk, name: string, options: CollectionOptions<T>) {
    this.#desk = desk;
    this.records = new Records(desk, name, options);
  }

  get name(): string {
    return this.records.name;
  }

  get loaded(): boolean {
    return this.records.loaded;
  }

  get ready(): Promise<void> {
    return this.records.ready;
  }

  get size(): number {
    return this.#desk.backend.view.size(this.name);
  }

  get status(): ResourceStatus {
    return this.records.status();
  }

  get conflicts(): readonly Conflict<T>[] {
    return this.records.conflicts;
  }

  get(key: string): T | undefined {
    return this.records.get(key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  version(key: string): number {
    return this.records.version(key);
  }

  statusOf(key: string): ResourceStatus {
    return this.records.status(key);
  }

  list(query: CollectionQuery = {}): readonly SyncRecord<T>[] {
    return this.#desk.backend.view.page(this.name, query) as SyncRecord<T>[];
  }

  async page(query: CollectionQuery = {}): Promise<readonly SyncRecord<T>[]> {
    return await this.#desk.backend.page(this.name, query) as SyncRecord<T>[];
  }

  put(key: string, value: T, options?: SyncWriteOptions): Promise<void> {
    return this.records.put(key, value, options);
  }

  patch(key: string, fields: Partial<T>, options?: SyncWriteOptions): Promise<void> {
    return this.records.patch(key, fields, options);
  }

  delete(key: string, options?: SyncWriteOptions): Promise<void> {
    return this.records.delete(key, options);
  }

  // deno-lint-ignore require-await -- what is wrong with the call is told by its promise, too
  async resolveConflict(id: string, resolution: Resolution<T>): Promise<void> {
    return this.records.resolve(id, resolution);
  }

  history(key: string): Promise<readonly Superseded<T>[]> {
    return this.records.history(key);
  }
}
