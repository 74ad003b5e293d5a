/** One named value: the record with the empty key. */

import type {
  Conflict,
  Resolution,
  ResourceOptions,
  ResourceStatus,
  Superseded,
  SyncResource,
  SyncWriteOptions,
} from "../../contract/sync.ts";
import { plainCopy } from "../value.ts";
import { type Desk, StoredCollection } from "./collection.ts";

export class StoredResource<T> implements SyncResource<T> {
  readonly records: StoredCollection<T>;
  readonly #default: T;

  constructor(desk: Desk, name: string, options: ResourceOptions<T>) {
    this.records = new StoredCollection(desk, name, options);
    this.#default = plainCopy(options.default, `the default of ${name}`);
  }

  get name(): string {
    return this.records.name;
  }

  get current(): T {
    return this.records.get("") ?? this.#default;
  }

  get version(): number {
    return this.records.version("");
  }

  get loaded(): boolean {
    return this.records.loaded;
  }

  get ready(): Promise<void> {
    return this.records.ready;
  }

  get status(): ResourceStatus {
    return this.records.statusOf("");
  }

  get conflicts(): readonly Conflict<T>[] {
    return this.records.conflicts.filter(({ key }) => key === "");
  }

  update(value: T, options?: SyncWriteOptions): Promise<void> {
    return this.records.put("", value, options);
  }

  patch(fields: Partial<T>, options?: SyncWriteOptions): Promise<void> {
    return this.records.patch("", fields, options, this.#default);
  }

  delete(options?: SyncWriteOptions): Promise<void> {
    return this.records.delete("", options);
  }

  resolveConflict(id: string, resolution: Resolution<T>): Promise<void> {
    return this.records.resolveConflict(id, resolution);
  }

  history(): Promise<readonly Superseded<T>[]> {
    return this.records.history("");
  }
}
