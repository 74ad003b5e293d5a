/**
 * The sales file, in a thread of its own: SQLite answers without letting go of its thread, and the
 * server's has visitors to serve.
 *
 * The first start makes the file: a million sales of two years.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";

/** What the worker is asked: a query with its number. */
export interface Question {
  readonly id: number;
  readonly sql: string;
}

/** What it says: how far the file is, or the rows of a query, or why there are none. */
export type Answer =
  | { readonly made: number }
  | { readonly id: number; readonly rows: readonly Record<string, unknown>[] }
  | { readonly id: number; readonly error: string };

const ROWS = 1_000_000;
const BATCH = 50_000;

const COUNTRIES = ["Austria", "Brazil", "Canada", "Denmark", "Egypt", "France", "Ghana", "Japan"];
const NAMES = [
  "Lamp",
  "Chair",
  "Kettle",
  "Radio",
  "Scarf",
  "Tent",
  "Mirror",
  "Clock",
  "Drum",
  "Desk",
];
const KINDS = [
  "Aspen",
  "Birch",
  "Cedar",
  "Dune",
  "Ember",
  "Fjord",
  "Grove",
  "Haven",
  "Iris",
  "Juno",
];

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<string | Question>) => void) | null;
  postMessage(answer: Answer): void;
};

let database: DatabaseSync;

/** The first message is the file's path, every later one a question. */
scope.onmessage = ({ data }) => {
  if (typeof data === "string") {
    database = open(data);
    scope.postMessage({ made: 1 });
    return;
  }
  const { id, sql } = data;
  try {
    scope.postMessage({ id, rows: database.prepare(sql).all() });
  } catch (error) {
    scope.postMessage({ id, error: (error as Error).message });
  }
};

function open(path: string): DatabaseSync {
  const file = new DatabaseSync(path);
  const { user_version: version } = file.prepare("PRAGMA user_version").get() as {
    user_version: number;
  };
  // The number is set last, so that a file whose making was interrupted is made again.
  if (version !== 1) make(file);
  return file;
}

function make(file: DatabaseSync): void {
  file.exec(`
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    DROP TABLE IF EXISTS sales;
    CREATE TABLE sales (
      day INTEGER NOT NULL, country TEXT NOT NULL, product TEXT NOT NULL,
      quantity INTEGER NOT NULL, cents INTEGER NOT NULL
    );`);
  const insert = file.prepare("INSERT INTO sales VALUES (?, ?, ?, ?, ?)");
  const random = generator(20_240_613);
  for (let made = 0; made < ROWS; made += BATCH) {
    file.exec("BEGIN");
    for (let i = 0; i < BATCH; i++) {
      const day = Math.floor(random() * 730);
      const season = 1 + 0.35 * Math.sin((day / 365) * 2 * Math.PI) + day / 1500;
      const kind = pick(KINDS, random() ** 1.5);
      const name = pick(NAMES, random() ** 0.8);
      const quantity = 1 + Math.floor(random() * 3 * season);
      const cents = Math.round((8 + NAMES.indexOf(name) * 4 + random() * 20) * 100);
      insert.run(day, pick(COUNTRIES, random() ** 1.4), `${kind} ${name}`, quantity, cents);
    }
    file.exec("COMMIT");
    scope.postMessage({ made: (made + BATCH) / ROWS });
  }
  file.exec("PRAGMA user_version = 1; PRAGMA journal_mode = WAL");
}

function pick(from: readonly string[], at: number): string {
  return from[Math.min(from.length - 1, Math.floor(at * from.length))]!;
}

/** The same numbers on every machine: mulberry32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
