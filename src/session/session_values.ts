/**
 * The values of one session in this process: what the store last held, and what was changed since.
 *
 * Two nodes that write one session must not lose each other's keys, so changes are kept as changes
 * and laid over whatever the store turns out to hold:
 *
 * ```text
 *   base     {cart: 1, theme: "dark"}      revision 4, as loaded
 *   changes  {cart: 2}                     ours, not saved yet
 *   conflict: the store holds revision 5   {cart: 1, theme: "light", seen: true}
 *   absorb   base := revision 5            changes stay on top
 *   save     {cart: 2, theme: "light", seen: true} on revision 5
 * ```
 *
 * Had revision 5 changed `cart` too, ours would win, being the later one, and `absorb` says so.
 * Merging inside a value was rejected: only the app knows what two carts add up to.
 */

import { type EncodedValue, sizeOf, tooLarge } from "./codec.ts";
import { MAX_SESSION_BYTES } from "./limits.ts";

interface Change {
  /** `undefined` removes the key. */
  readonly value: EncodedValue | undefined;
  /** Counts changes, so that a save confirms those that it carried and no later ones. */
  readonly turn: number;
}

const NOTHING: ReadonlyMap<string, EncodedValue> = new Map();

/** The values at one moment, to be saved and then confirmed. */
export interface ValuesSnapshot {
  readonly values: ReadonlyMap<string, EncodedValue>;
  readonly turn: number;
}

/** What absorbing another writer's values did. */
export interface Absorbed {
  /** Keys whose value is another one now. */
  readonly changed: readonly string[];
  /** Keys that the other writer changed, too, and that our unsaved change overrides. */
  readonly overridden: readonly string[];
}

/** The values of one session: the store's, with our unsaved changes on top. */
export class SessionValues {
  #base: ReadonlyMap<string, EncodedValue>;
  /** Made with the first: most visitors change nothing. */
  #changes: Map<string, Change> | undefined;
  #turn = 0;
  #bytes = 0;

  constructor(base: ReadonlyMap<string, EncodedValue> = NOTHING) {
    this.#base = base;
    this.#bytes = this.#measure();
  }

  /** Whether there are changes that the store does not have. */
  get isDirty(): boolean {
    return this.#changes !== undefined && this.#changes.size > 0;
  }

  /** About the bytes that a save takes. */
  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): EncodedValue | undefined {
    const change = this.#changes?.get(key);
    return change ? change.value : this.#base.get(key);
  }

  /**
   * Sets or removes a key.
   *
   * @returns whether that changed anything
   * @throws {SessionLimitError} when the session would become too large; nothing is changed then
   */
  put(key: string, value: EncodedValue | undefined): boolean {
    const before = this.get(key);
    if (before?.text === value?.text) return false;
    const bytes = this.#bytes + (value ? sizeOf(key, value) : 0) -
      (before ? sizeOf(key, before) : 0);
    if (value && bytes > MAX_SESSION_BYTES) throw tooLarge(key, bytes);
    (this.#changes ??= new Map()).set(key, { value, turn: ++this.#turn });
    this.#bytes = bytes;
    return true;
  }

  snapshot(): ValuesSnapshot {
    const values = new Map(this.#base);
    for (const [key, { value }] of this.#changes ?? []) {
      if (value) values.set(key, value);
      else values.delete(key);
    }
    return { values, turn: this.#turn };
  }

  /** The store holds this snapshot now: its changes are changes no longer. */
  confirm(snapshot: ValuesSnapshot): void {
    this.#base = snapshot.values;
    for (const [key, { turn }] of this.#changes ?? []) {
      if (turn <= snapshot.turn) this.#changes?.delete(key);
    }
  }

  /** The store holds another writer's values: they become what our changes build on. */
  absorb(theirs: ReadonlyMap<string, EncodedValue>): Absorbed {
    const changed: string[] = [];
    const overridden: string[] = [];
    for (const key of new Set([...this.#base.keys(), ...theirs.keys()])) {
      const now = theirs.get(key);
      const before = this.#base.get(key);
      if (before ? before.equals(now) : !now) continue;
      const change = this.#changes?.get(key);
      if (!change) changed.push(key);
      else if (change.value ? !change.value.equals(now) : now) overridden.push(key);
    }
    this.#base = theirs;
    this.#bytes = this.#measure();
    return { changed, overridden };
  }

  #measure(): number {
    let bytes = 0;
    for (const [key, value] of this.snapshot().values) bytes += sizeOf(key, value);
    return bytes;
  }
}
