/**
 * The words of a conflict resolver, in English; an app may pass its own.
 *
 * @module
 */
import type { Conflict } from "../contract/sync.ts";

/** What a `ConflictResolver` says. */
export interface ConflictTexts {
  /** Above all cards. */
  readonly heading: (count: number) => string;
  /** What was written here. */
  readonly mine: string;
  /** What the server has. */
  readonly theirs: string;
  /** The button that keeps the one. */
  readonly keepMine: string;
  /** The button that keeps the other. */
  readonly keepTheirs: string;
  /** The button that takes the fields as chosen. */
  readonly merge: string;
  /** There is nothing on this side. */
  readonly deletedHere: string;
  /** There is nothing on the other. */
  readonly deletedThere: string;
  /** Names a value without fields. */
  readonly value: string;
  /** Below the fields that differ. */
  readonly same: (count: number) => string;
  /** A decision could not be written. */
  readonly failed: string;
}

/** The words if an app gives none. */
export const CONFLICT_TEXTS: ConflictTexts = {
  heading: (count) =>
    count === 1 ? "One change needs your decision" : `${count} changes need your decision`,
  mine: "Mine",
  theirs: "Theirs",
  keepMine: "Keep mine",
  keepTheirs: "Keep theirs",
  merge: "Keep what is chosen",
  deletedHere: "You deleted it.",
  deletedThere: "It was deleted elsewhere.",
  value: "Value",
  same: (count) => count === 1 ? "1 field is the same." : `${count} fields are the same.`,
  failed: "That did not work. Please try again.",
};

/** What a conflict is about: the record's own title, if it has one. */
export function describeConflict(conflict: Conflict): string {
  const { name, key, localValue, remoteValue, baseValue } = conflict;
  for (const value of [remoteValue, localValue, baseValue]) {
    if (typeof value !== "object" || value === null) continue;
    const { title, name: own } = value as { title?: unknown; name?: unknown };
    for (const text of [title, own]) if (typeof text === "string" && text !== "") return text;
  }
  return key === "" ? name : `${name}: ${key}`;
}

/** A value as people read it. */
export function formatValue(value: unknown): string {
  if (value === undefined || value === null || value === "") return "–";
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "Yes" : "No";
  return typeof value === "number" ? String(value) : JSON.stringify(value, undefined, 2);
}

/** A time in UTC: where the person is, only an app knows. */
export function formatTime(time: Date): string {
  const text = time.toISOString();
  const isToday = text.slice(0, 10) === new Date().toISOString().slice(0, 10);
  return isToday ? `${text.slice(11, 16)} UTC` : `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`;
}
