/**
 * Reads what a server answered, or what stood in for it: a captive portal answers 200 with HTML.
 * Only what has the protocol's shape counts; the rest is a failed attempt.
 */

import { SyncError } from "./errors.ts";
import type { PullPage, PushResponse, RefusalBody, TxResult } from "./protocol.ts";
import { isObject } from "./value.ts";

/** @throws {SyncError} `bad-response` */
export function decodePushResponse(line: string): PushResponse {
  const body = parse(line);
  if (typeof body.epoch !== "string" || !isCount(body.lastSeq) || !isNumber(body.serverTime)) {
    throw bad("a push");
  }
  if (!Array.isArray(body.results) || !body.results.every(isResult)) throw bad("a push");
  return body as unknown as PushResponse;
}

/** @throws {SyncError} `bad-response` */
export function decodePullPage(line: string): PullPage {
  const body = parse(line);
  const whole = typeof body.epoch === "string" && typeof body.cursor === "string" &&
    isCount(body.version) && isCount(body.lastSeq) && typeof body.view === "string" &&
    typeof body.more === "boolean" && isNumber(body.serverTime) &&
    Array.isArray(body.changes) && body.changes.every(isChange) &&
    (body.revoked === undefined || Array.isArray(body.revoked));
  if (!whole) throw bad("a pull");
  return body as unknown as PullPage;
}

/** The refusal in a body, or `undefined` when it is none of ours. */
export function decodeRefusal(line: string): RefusalBody["error"] | undefined {
  try {
    const { error } = parse(line);
    return isObject(error) && typeof error.code === "string" && typeof error.message === "string"
      ? error as unknown as RefusalBody["error"]
      : undefined;
  } catch {
    return undefined;
  }
}

const STATUSES = new Set(["applied", "merged", "superseded", "conflict", "rejected", "forked"]);

function isResult(value: unknown): value is TxResult {
  return isObject(value) && isCount(value.seq) && STATUSES.has(value.status as string);
}

function isChange(value: unknown): boolean {
  return Array.isArray(value) && typeof value[0] === "string" && typeof value[1] === "string" &&
    isCount(value[2]) && value.length >= 3 && value.length <= 4;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isNumber(value: unknown): boolean {
  return typeof value === "number";
}

function parse(line: string): Readonly<Record<string, unknown>> {
  let body: unknown;
  try {
    body = JSON.parse(line);
  } catch (cause) {
    throw new SyncError("bad-response", "Cannot read the answer: it is not JSON", { cause });
  }
  if (!isObject(body)) throw bad("the protocol");
  return body;
}

function bad(what: string): SyncError {
  return new SyncError("bad-response", `Cannot read the answer: it does not have ${what}'s shape`);
}
