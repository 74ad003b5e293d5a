/**
 * What all visitors change together.
 *
 * @module
 */
import { batch, effect, type ReadonlySignal, signal } from "@vango/vango";
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

interface Kept {
  readonly count?: number;
  readonly countChange?: Change | undefined;
  readonly note?: string;
  readonly lastEdit?: Change | undefined;
}

/** Milliseconds in which changes are gathered before they are written down. */
const SAVE_AFTER = 500;
const KEY = "shared";

/**
 * Takes the counter and the note from a storage and keeps them there. The framework saves the
 * signals of components; those of a module are the app's own, and so is keeping them.
 *
 * @returns Writes what is not written yet, and ends the keeping.
 */
export function keepShared(storage: Pick<Storage, "getItem" | "setItem">): () => void {
  const kept = readKept(storage.getItem(KEY));
  batch(() => {
    counter.value = kept.count ?? counter.value;
    counterChange.value = kept.countChange ?? counterChange.value;
    noteText.value = kept.note ?? noteText.value;
    noteChange.value = kept.lastEdit ?? noteChange.value;
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let text = "";
  const save = () => {
    clearTimeout(timer);
    timer = undefined;
    storage.setItem(KEY, text);
  };
  const stop = effect(() => {
    const kept: Kept = {
      count: count.value,
      countChange: countChange.value,
      note: note.value,
      lastEdit: lastEdit.value,
    };
    text = JSON.stringify(kept);
    timer ??= setTimeout(save, SAVE_AFTER);
  });
  return () => {
    stop();
    if (timer !== undefined) save();
  };
}

function readKept(text: string | null): Kept {
  try {
    return JSON.parse(text ?? "{}");
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    console.warn("the shared counter and note begin afresh: what was kept of them is damaged");
    return {};
  }
}
