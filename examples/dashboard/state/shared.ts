/**
 * What all visitors change together.
 *
 * @module
 */
import { batch, type ReadonlySignal, signal } from "@vango/vango";
import type { Person } from "./people.ts";

/** Characters of the shared note. */
export const NOTE_LIMIT = 2000;

/** Who changed something, and when (milliseconds since 1970). */
export interface Change {
  readonly by: Person;
  readonly at: number;
}

const counter = signal(0);
const counterChange = signal<Change | undefined>(undefined);
const noteText = signal("");
const noteChange = signal<Change | undefined>(undefined);

/** The shared counter. */
export const count: ReadonlySignal<number> = counter;
/** The last change of the counter. */
export const countChange: ReadonlySignal<Change | undefined> = counterChange;
/** The shared note. */
export const note: ReadonlySignal<string> = noteText;
/** The last change of the note. */
export const lastEdit: ReadonlySignal<Change | undefined> = noteChange;

/** Adds to the shared counter. */
export function add(amount: number, by: Person): void {
  batch(() => {
    counter.value += amount;
    counterChange.value = { by, at: Date.now() };
  });
}

/** Replaces the shared note; what is beyond the limit is cut off. */
export function writeNote(text: string, by: Person): void {
  batch(() => {
    noteText.value = text.slice(0, NOTE_LIMIT);
    noteChange.value = { by, at: Date.now() };
  });
}
