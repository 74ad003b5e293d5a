/**
 * What a contender's script gives the driver of the browser's part: local data that survives, and
 * that can be sent to a server later.
 *
 * @module
 */

/** One record. */
export interface Item {
  readonly id: string;
  readonly title: string;
  readonly done: boolean;
  readonly due: number;
}

/** One database of a contender, in the browser. */
export interface LocalData {
  /** Fulfilled when the record, and that it is to be sent, are on disk. */
  write(item: Item): Promise<unknown>;
  /** Fetches all records from the server and keeps them. */
  load(): Promise<unknown>;
  /** Records on disk. */
  count(): Promise<number>;
  remove(): Promise<void>;
}

/** A way to keep data in the browser. */
export interface Contender {
  readonly name: string;
  open(database: string): Promise<LocalData>;
}

/** Records on the server that a first load fetches. */
export const ROWS = 20_000;

/** Writes that are begun at once. */
export const WRITES = 1_000;

/** Rows in one answer of the server to the peers. */
export const PAGE = 5_000;

/** Where the peers fetch the rows from `from` on, as a JSON array. */
export const ROWS_PATH = "/rows?from=";

/** The record with number `i`. */
export function itemOf(i: number): Item {
  const id = `k${String(i).padStart(6, "0")}`;
  return { id, title: `Thing to do, number ${i}`, done: i % 3 === 0, due: 1_790_000_000 + i };
}

/** Hands a contender to the driver. */
export function present(contender: Contender): void {
  const all = globalThis as unknown as { contenders?: Contender[] };
  (all.contenders ??= []).push(contender);
}
