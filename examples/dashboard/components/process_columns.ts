/**
 * The columns of the process table: their names, order and texts.
 *
 * @module
 */
import type { ProcessReading } from "../collectors/reading.ts";

/** Names of columns. */
export type ColumnName = "name" | "pid" | "user" | "cpu" | "memory" | "threads" | "state" | "age";

/** A column, and how it sorts. */
export interface Column {
  readonly name: ColumnName;
  readonly title: string;
  /** Numbers begin with the largest, texts with A. */
  readonly descends: boolean;
  readonly compare: (a: ProcessReading, b: ProcessReading) => number;
}

/** The order of a table. */
export interface Order {
  readonly column: ColumnName;
  readonly descending: boolean;
}

/** The columns, from left to right. */
export const COLUMNS: readonly Column[] = [
  text("name", "Process", (process) => process.name),
  number("pid", "PID", (process) => process.pid),
  text("user", "User", (process) => process.user),
  // To the percent: an order that changes with invisible digits makes rows jump.
  number("cpu", "CPU", (process) => Math.round(process.cpu * 100)),
  number("memory", "Memory", (process) => process.memory),
  number("threads", "Threads", (process) => process.threads),
  text("state", "State", (process) => stateName(process.state)),
  number("age", "Running", (process) => -process.startedAt),
];

function text(name: ColumnName, title: string, read: (process: ProcessReading) => string): Column {
  const { compare } = new Intl.Collator("en", { sensitivity: "base", numeric: true });
  return { name, title, descends: false, compare: (a, b) => compare(read(a), read(b)) };
}

function number(name: ColumnName, title: string, read: (of: ProcessReading) => number): Column {
  return { name, title, descends: true, compare: (a, b) => read(a) - read(b) };
}

const STATES: ReadonlyMap<string, string> = new Map([
  ["R", "Running"],
  ["S", "Sleeping"],
  ["D", "Disk wait"],
  ["Z", "Zombie"],
  ["T", "Stopped"],
  ["t", "Traced"],
  ["I", "Idle"],
  ["X", "Dead"],
]);

/** The kernel's letter in words. */
export function stateName(state: string): string {
  return STATES.get(state) ?? state;
}

/** The order after a click on a column: first its own direction, then the other. */
export function nextOrder(order: Order, column: Column): Order {
  const same = order.column === column.name;
  return { column: column.name, descending: same ? !order.descending : column.descends };
}

/** The processes in which every word of `filter` is found. */
export function matching(
  processes: readonly ProcessReading[],
  filter: string,
): readonly ProcessReading[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return processes;
  return processes.filter(({ pid, name, user, command }) => {
    const line = `${pid} ${name} ${user} ${command}`.toLowerCase();
    return words.every((word) => line.includes(word));
  });
}

/** The processes in order; what is equal stays in the order of memory, then of process ids. */
export function sorted(processes: readonly ProcessReading[], order: Order): ProcessReading[] {
  const column = COLUMNS.find(({ name }) => name === order.column)!;
  const sign = order.descending ? -1 : 1;
  return processes.toSorted((a, b) =>
    sign * column.compare(a, b) || b.memory - a.memory || a.pid - b.pid
  );
}
