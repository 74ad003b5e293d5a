/**
 * Reads what a server answered, or what stood in for it: a captive portal answers 200 with HTML.
 * Only what has the protocol's shape counts; the rest is a failed attempt.
 */

import { SyncError } from "./errors.ts";
import type { PullPage, PushResponse, RefusalBody } from "./protocol.ts";
import { isObject } from "./value.ts";

/** Says of a field what it must be: a type's name, or a test. */
type Shape = Readonly<Record<string, string | ((value: unknown) => boolean)>>;

const PUSH: Shape = {
  epoch: "string",
  lastSeq: isCount,
  serverTime: "number",
  results: listOf((value) => isShaped(value, RESULT)),
};

const STATUSES = new Set(["applied", "merged", "superseded", "conflict", "rejected", "forked"]);

const RESULT: Shape = { seq: isCount, status: (value) => STATUSES.has(value as string) };

const PULL: Shape = {
  epoch: "string",
  cursor: "string",
  version: isCount,
  lastSeq: isCount,
  view: "string",
  more: "boolean",
  serverTime: "number",
  changes: listOf(isChange),
  revoked: (value) => value === undefined || Array.isArray(value),
};

const REFUSAL: Shape = {
  error: (value) => isShaped(value, { code: "string", message: "string" }),
};

/** @throws {SyncError} `bad-response` */
export function decodePushResponse(line: string): PushResponse {
  return read(line, PUSH) as PushResponse;
}

/** @throws {SyncError} `bad-response` */
export function decodePullPage(line: string): PullPage {
  return read(line, PULL) as PullPage;
}

/** @throws {SyncError} `bad-response` when it is no refusal of ours */
export function decodeRefusal(line: string): RefusalBody["error"] {
  return (read(line, REFUSAL) as RefusalBody).error;
}

function read(line: string, shape: Shape): unknown {
  let cause: unknown;
  try {
    const body: unknown = JSON.parse(line);
    if (isShaped(body, shape)) return body;
  } catch (error) {
    cause = error;
  }
  throw new SyncError("bad-response", "Cannot read the answer: it is not of our protocol", {
    cause,
  });
}

function isShaped(value: unknown, shape: Shape): boolean {
  return isObject(value) &&
    Object.entries(shape).every(([field, is]) =>
      typeof is === "string" ? typeof value[field] === is : is(value[field])
    );
}

function listOf(is: (item: unknown) => boolean): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && value.every(is);
}

function isChange(value: unknown): boolean {
  return Array.isArray(value) && typeof value[0] === "string" && typeof value[1] === "string" &&
    isCount(value[2]) && value.length <= 4;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
