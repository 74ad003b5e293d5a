/**
 * Reads what devices send. Everything is hostile until it has been read here: sizes are bounded,
 * names and values checked, and what comes out is new objects with known fields only.
 */

import { SyncError } from "./errors.ts";
import { isId, isKey, isName } from "./ids.ts";
import {
  MAX_FORMER_IDS,
  MAX_PATCH_FIELDS,
  MAX_PUSH_TXS,
  MAX_TX_LENGTH,
  MAX_TX_OPS,
  PULL_ROWS,
} from "./limits.ts";
import {
  type FormerId,
  type Op,
  type PullRequest,
  type PushRequest,
  SYNC_PROTOCOL,
  type Tx,
} from "./protocol.ts";
import { isObject, plainCopy } from "./value.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A transaction that cannot be taken, though its number can: answered as rejected. */
export interface BadTx {
  readonly seq: number;
  readonly mid: string;
  readonly at: number;
  readonly bad: { readonly reason: string; readonly message: string };
}

export interface DecodedPush extends Omit<PushRequest, "txs"> {
  readonly txs: readonly (Tx | BadTx)[];
}

/** @throws {SyncError} `bad-request` or `too-large` */
export function decodePush(body: unknown): DecodedPush {
  const fields = object(body, "the request");
  const list = fields.txs;
  if (!Array.isArray(list)) throw bad("txs is not a list");
  if (list.length > MAX_PUSH_TXS) {
    throw new SyncError(
      "too-large",
      `Cannot take ${list.length} transactions in one push: ${MAX_PUSH_TXS} are allowed`,
    );
  }
  const txs = list.map((tx, i) => decodeTx(tx, `txs[${i}]`));
  for (let i = 1; i < txs.length; i++) {
    if (txs[i]!.seq !== txs[i - 1]!.seq + 1) throw bad(`txs[${i}].seq does not follow the last`);
  }
  return {
    ...decodeHead(fields),
    sentAt: time(fields.sentAt, "sentAt"),
    ack: count(fields.ack, "ack"),
    former: decodeFormer(fields.former),
    txs,
  };
}

/** @throws {SyncError} `bad-request` */
export function decodePull(body: unknown): PullRequest {
  const fields = object(body, "the request");
  const cursor = fields.cursor;
  if (cursor !== null && !text(cursor, 1_000)) throw bad("cursor is not a cursor");
  if (!text(fields.view, 10_000)) throw bad("view is not text");
  return {
    ...decodeHead(fields),
    cursor: cursor as string | null,
    view: fields.view as string,
    limit: Math.min(PULL_ROWS, Math.max(1, count(fields.limit, "limit"))),
  };
}

function decodeHead(fields: Fields) {
  if (fields.protocol !== SYNC_PROTOCOL) {
    throw bad(`protocol ${JSON.stringify(fields.protocol)} is not spoken here`);
  }
  if (!isId(fields.clientId)) throw bad("clientId is not an id");
  if (!text(fields.user, 500)) throw bad("user is not text");
  if (!text(fields.scope, 500)) throw bad("scope is not text");
  if (fields.epoch !== null && !isId(fields.epoch)) throw bad("epoch is not an id");
  return {
    protocol: SYNC_PROTOCOL,
    schema: count(fields.schema, "schema"),
    user: fields.user as string,
    scope: fields.scope as string,
    clientId: fields.clientId,
    epoch: fields.epoch as string | null,
  };
}

function decodeFormer(value: unknown): FormerId[] {
  if (!Array.isArray(value) || value.length > MAX_FORMER_IDS) {
    throw bad("former is not a short list");
  }
  return value.map((item) => {
    if (!Array.isArray(item) || !isId(item[0])) throw bad("former names no id");
    return [item[0], count(item[1], "former")];
  });
}

function decodeTx(value: unknown, where: string): Tx | BadTx {
  const fields = object(value, where);
  const seq = count(fields.seq, `${where}.seq`);
  if (seq < 1) throw bad(`${where}.seq is not a number from 1 on`);
  if (!isId(fields.mid)) throw bad(`${where}.mid is not an id`);
  const head = { seq, mid: fields.mid, at: time(fields.at, `${where}.at`) };
  try {
    return { ...head, ...decodeBody(fields, where) };
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    const reason = error.code === "too-large" ? "too-large" : "invalid";
    return { ...head, bad: { reason, message: error.message } };
  }
}

function decodeBody(fields: Fields, where: string): Pick<Tx, "ops" | "settles" | "void"> {
  if (!Array.isArray(fields.ops)) throw bad(`${where}.ops is not a list`);
  if (fields.ops.length > MAX_TX_OPS) {
    throw new SyncError(
      "too-large",
      `Cannot take ${where}: it has ${fields.ops.length} writes, ${MAX_TX_OPS} are allowed`,
    );
  }
  const ops = fields.ops.map((op, i) => decodeOp(op, `${where}.ops[${i}]`));
  if (ops.length > 1 && JSON.stringify(ops).length > MAX_TX_LENGTH) {
    throw new SyncError("too-large", `Cannot take ${where}: over ${MAX_TX_LENGTH} characters`);
  }
  const settles = fields.settles === undefined ? undefined : decodeSettles(fields.settles, where);
  if (fields.void !== undefined && !text(fields.void, 100)) throw bad(`${where}.void is not text`);
  return {
    ops,
    ...(settles && { settles }),
    ...(fields.void !== undefined && { void: fields.void as string }),
  };
}

function decodeSettles(value: unknown, where: string): [string, number][] {
  if (!Array.isArray(value) || value.length > MAX_TX_OPS) throw bad(`${where}.settles is no list`);
  return value.map((item) => {
    if (!Array.isArray(item) || !text(item[0], 2_000)) throw bad(`${where}.settles names no id`);
    return [item[0] as string, count(item[1], `${where}.settles`)];
  });
}

function decodeOp(value: unknown, where: string): Op {
  const fields = object(value, where);
  if (!isName(fields.res)) throw bad(`${where}.res is not a name`);
  if (!isKey(fields.key)) throw bad(`${where}.key is not a key`);
  const target = {
    res: fields.res,
    key: fields.key,
    base: count(fields.base, `${where}.base`),
    ...(fields.had !== undefined && { had: 1 as const }),
    ...(fields.ask !== undefined && { ask: 1 as const }),
    ...(fields.was !== undefined && { was: plainCopy(fields.was, `${where}.was`) }),
  };
  switch (fields.op) {
    case "put":
      if (fields.value === undefined) throw bad(`${where}.value is missing`);
      return { ...target, op: "put", value: plainCopy(fields.value, `${where}.value`) };
    case "patch": {
      const patch = plainCopy(object(fields.fields, `${where}.fields`), `${where}.fields`);
      if (Object.keys(patch).length > MAX_PATCH_FIELDS) throw bad(`${where} has too many fields`);
      return { ...target, op: "patch", fields: patch };
    }
    case "delete":
      return { ...target, op: "delete" };
    default:
      throw bad(`${where}.op is none of put, patch, delete`);
  }
}

function object(value: unknown, where: string): Fields {
  if (!isObject(value)) throw bad(`${where} is not an object`);
  return value;
}

function text(value: unknown, most: number): value is string {
  return typeof value === "string" && value.length <= most;
}

function count(value: unknown, where: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw bad(`${where} is not a count`);
}

/** Any finite number: the year 9999 and 1970 are dealt with where ages are computed. */
function time(value: unknown, where: string): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw bad(`${where} is not a time`);
}

function bad(what: string): SyncError {
  return new SyncError("bad-request", `Cannot read the request: ${what}`);
}
