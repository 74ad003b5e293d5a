/** Every bound of the sync engine, with its reason. Exceeding one is a typed error. */

/** Nesting of a value: deeper than any document, far from the stack's end. */
export const MAX_DEPTH = 64;

/** JSON text of one value, in UTF-16 units: four of them still fit a NATS message of 1 MiB. */
export const MAX_VALUE_LENGTH = 240_000;

/** Fields that one patch may set: each keeps a stamp on the server. */
export const MAX_PATCH_FIELDS = 1_000;

/** Names of resources stand in keys and messages often. */
export const MAX_NAME_LENGTH = 64;

/** Keys of records, in UTF-16 units: escaped threefold they still fit Deno KV's 2 KiB. */
export const MAX_KEY_LENGTH = 200;

/** Writes in one transaction: with history and index it stays under Deno KV's 1,000 mutations. */
export const MAX_TX_OPS = 200;

/** JSON text of one transaction: it must fit one NATS message and one Deno KV commit. */
export const MAX_TX_LENGTH = 480_000;

/** Transactions in one push: bounds the time that one request may hold the server. */
export const MAX_PUSH_TXS = 1_000;

/** Body of one push, in bytes, unless the app says otherwise. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** What a device puts into one push at first; halved by 413, grown again by success. */
export const PUSH_LENGTH = 1024 * 1024;

/** Rows in one page of a pull, unless the client asks for fewer. */
export const PULL_ROWS = 5_000;

/** JSON text of one page of a pull, roughly: a page ends early when its values are large. */
export const PULL_LENGTH = 2 * 1024 * 1024;

/** One line of a pull's answer that a device accepts. */
export const MAX_LINE_LENGTH = 64 * 1024 * 1024;

/** Transactions in one record of the log: what one commit costs is shared by so many. */
export const LOG_CHUNK = 100;

/** Rows in one page of the base: measured in Chromium, 25 times as fast as one record each. */
export const PAGE_ROWS = 100;

/** Versions of one row that lost and are kept on the server. */
export const HISTORY_PER_ROW = 10;

/** Versions that lost and are kept on the device that wrote them. */
export const HISTORY_PER_DEVICE = 200;

/** Outcomes kept per client after it said that it has them: a restored backup asks again. */
export const KEPT_OUTCOMES = 1_000;

/** Former client ids that a device remembers: older ones wrote nothing that still waits. */
export const MAX_FORMER_IDS = 8;

/** An age beyond this is a broken clock: the write counts as this old. Milliseconds. */
export const MAX_AGE_MS = 400 * 24 * 3600 * 1000;

/** Two writes closer than this, of which neither saw the other, are shown to a person. */
export const CONFLICT_WITHIN_MS = 1_000;

/** Attempts to commit against other writers before the client is told to come back. */
export const MAX_COMMIT_TRIES = 30;

/** Epochs remembered, to tell a device what a restored server lost. */
export const MAX_EPOCHS = 100;

/** Rows of a restored server's loss that a device lays aside, instead of dropping them. */
export const MAX_ORPHANS = 10_000;
