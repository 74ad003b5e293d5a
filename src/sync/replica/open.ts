/** Opens what is on the device: makes it, checks whose it is, brings it to today's shape. */

import { SyncError } from "../errors.ts";
import type { ReplicaStore, StoreTx } from "../ports.ts";
import type { Op } from "../protocol.ts";
import { plainCopy } from "../value.ts";
import type { PageRow } from "./pages.ts";
import { firstMeta, genPrefix, type LogChunk, META_KEY, type ReplicaMeta } from "./records.ts";
import { decodeKey } from "../ids.ts";

/** Brings one value, or the fields of one patch, from an older version of the app's data. */
export type Migration = (
  value: unknown,
  of: { readonly name: string; readonly key: string; readonly kind: "value" | "fields" },
  from: number,
) => unknown;

export interface OpenOptions {
  readonly user: string;
  readonly scope: string;
  readonly schema: number;
  readonly migrate: Migration | undefined;
  readonly newClientId: () => string;
}

/** @throws {SyncError} `wrong-user`, `newer` */
export function openStore(store: ReplicaStore, options: OpenOptions): Promise<ReplicaMeta> {
  const fresh = firstMeta(options.newClientId(), options.user, options.scope, options.schema);
  return store.tx("write", async (tx) => {
    const meta = await tx.get(META_KEY) as ReplicaMeta | undefined;
    if (!meta) {
      tx.put(META_KEY, fresh);
      return fresh;
    }
    mustBelong(meta, options);
    if (meta.schema > options.schema) {
      throw new SyncError(
        "newer",
        `Cannot open the data on this device: it has version ${meta.schema}, this app has ` +
          `${options.schema}; load the newer app`,
      );
    }
    if (meta.schema === options.schema) return meta;
    const migrated = await migrate(tx, meta, options);
    tx.put(META_KEY, migrated);
    return migrated;
  });
}

/** @throws {SyncError} `wrong-user` */
export function mustBelong(
  meta: ReplicaMeta | undefined,
  owner: { readonly user: string; readonly scope: string },
): asserts meta is ReplicaMeta {
  if (!meta) {
    throw new SyncError("closed", "Cannot use the data on this device: it was removed; load anew");
  }
  if (meta.user === owner.user && meta.scope === owner.scope) return;
  throw new SyncError(
    "wrong-user",
    "Cannot open the data on this device: it belongs to another user; give each user a store",
  );
}

async function migrate(
  tx: StoreTx,
  meta: ReplicaMeta,
  options: OpenOptions,
): Promise<ReplicaMeta> {
  const next = { ...meta, schema: options.schema, rev: meta.rev + 1 };
  const turn = options.migrate;
  if (!turn) return next;
  const from = meta.schema;
  const prefix = genPrefix(meta.gen);
  for (const [key, page] of await tx.range({ from: prefix, before: `${prefix}\x7f` })) {
    const name = key.slice(prefix.length).split("/", 1)[0]!;
    if (name.startsWith("~")) continue;
    tx.put(
      key,
      (page as readonly PageRow[]).map(([id, version, value]) => {
        const of = { name, key: decodeKey(id), kind: "value" } as const;
        return [id, version, plainCopy(turn(value, of, from), name)];
      }),
    );
  }
  for (const part of ["l/", "k/"]) {
    for (const [key, chunk] of await tx.range({ from: part, before: `${part}\x7f` })) {
      const migrated = (chunk as LogChunk).map((item) => ({
        ...item,
        ops: item.ops.map((op) => migrateOp(op, turn, from)),
      }));
      tx.put(key, migrated);
    }
  }
  // A load under way began in the old shape.
  const { loading } = meta;
  return loading ? { ...next, loading: null, garbage: [...meta.garbage, loading.gen] } : next;
}

function migrateOp(op: Op, turn: Migration, from: number): Op {
  const of = { name: op.res, key: op.key };
  const was = op.was === undefined
    ? {}
    : { was: plainCopy(turn(op.was, { ...of, kind: "value" }, from), op.res) };
  if (op.op === "put") {
    return {
      ...op,
      ...was,
      value: plainCopy(turn(op.value, { ...of, kind: "value" }, from), op.res),
    };
  }
  if (op.op === "patch") {
    const fields = turn(op.fields, { ...of, kind: "fields" }, from) as typeof op.fields;
    return { ...op, ...was, fields: plainCopy(fields, op.res) };
  }
  return { ...op, ...was };
}
