/** Opens what is on the device: makes it, checks whose it is, brings it to today's shape. */

import { SyncError } from "../errors.ts";
import { decodeKey } from "../ids.ts";
import type { ReplicaStore, StoreTx } from "../ports.ts";
import type { Op } from "../protocol.ts";
import { plainCopy } from "../value.ts";
import { pagesOfAll } from "./pages.ts";
import { firstMeta, type LogChunk, META_KEY, type Owner, type ReplicaMeta } from "./records.ts";
import { under } from "./store_pages.ts";

/** Brings one value, or the fields of one patch, from an older version of the app's data. */
export type Migration = (
  value: unknown,
  of: { readonly name: string; readonly key: string; readonly kind: "value" | "fields" },
  from: number,
) => unknown;

/** @throws {SyncError} `wrong-user`, `newer` */
export function openStore(
  store: ReplicaStore,
  owner: Owner,
  options: { readonly migrate: Migration | undefined; readonly newClientId: () => string },
): Promise<ReplicaMeta> {
  const fresh = firstMeta(options.newClientId(), owner);
  return store.tx("write", async (tx) => {
    const stored = await tx.get(META_KEY) as ReplicaMeta | undefined;
    if (stored) mustBelong(stored, owner);
    const meta = { ...(stored ?? fresh) };
    if (meta.schema > owner.schema) {
      throw new SyncError(
        "newer",
        `Cannot open the data on this device: it has version ${meta.schema}, this app has ` +
          `${owner.schema}; load the newer app`,
      );
    }
    if (meta.schema < owner.schema) {
      if (options.migrate) await migrate(tx, meta, options.migrate);
      meta.schema = owner.schema;
      meta.rev++;
    } else if (stored) return meta;
    tx.put(META_KEY, meta);
    return meta;
  });
}

/** @throws {SyncError} `wrong-user` */
export function mustBelong(
  meta: ReplicaMeta | undefined,
  owner: Owner,
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

async function migrate(tx: StoreTx, meta: ReplicaMeta, turn: Migration): Promise<void> {
  const turned = (value: unknown, name: string, key: string, kind: "value" | "fields"): unknown =>
    plainCopy(turn(value, { name, key, kind }, meta.schema), name);
  for await (const [res, page, pageKey] of pagesOfAll(tx, meta.gen)) {
    if (res.startsWith("~")) continue;
    const rows = page.map(([key, version, value]) => [
      key,
      version,
      turned(value, res, decodeKey(key), "value"),
    ]);
    tx.put(pageKey, rows);
  }
  const turnedOp = (op: Op): Op => {
    const own = (value: unknown, kind: "value" | "fields"): unknown =>
      turned(value, op.res, op.key, kind);
    return {
      ...op,
      ...(op.was !== undefined && { was: own(op.was, "value") }),
      ...(op.op === "put" && { value: own(op.value, "value") }),
      ...(op.op === "patch" && { fields: own(op.fields, "fields") as typeof op.fields }),
    };
  };
  for (const part of ["l/", "k/"]) {
    for (const [key, chunk] of await tx.range(under(part))) {
      tx.put(key, (chunk as LogChunk).map((item) => ({ ...item, ops: item.ops.map(turnedOp) })));
    }
  }
  // A load under way began in the old shape.
  if (meta.loading) meta.garbage = [...meta.garbage, meta.loading.gen];
  meta.loading = null;
}
