/**
 * Rows as js-framework-benchmark has them: an id and a label of three words. The browser's
 * hand-written contender uses this module, too.
 *
 * @module
 */

/** A row. */
export interface TableRow {
  readonly id: number;
  readonly label: string;
}

const ADJECTIVES =
  ("pretty large big small tall short long handsome plain quaint clean elegant easy " +
    "angry crazy helpful mushy odd unsightly adorable important inexpensive cheap expensive fancy")
    .split(" ");
const COLOURS = "red yellow blue green pink brown purple brown white black orange".split(" ");
const NOUNS = "table chair house bbq desk car pony cookie sandwich burger pizza mouse keyboard"
  .split(" ");

/** Makes rows with ids that go on and labels that look random, the same in every run. */
export class RowMaker {
  #id = 1;
  #state = 12345;

  /** The next `count` rows. */
  make(count: number): TableRow[] {
    return Array.from({ length: count }, () => ({
      id: this.#id++,
      label: `${this.#pick(ADJECTIVES)} ${this.#pick(COLOURS)} ${this.#pick(NOUNS)}`,
    }));
  }

  #pick(words: readonly string[]): string {
    // A linear congruential generator: good enough for words.
    this.#state = (this.#state * 1103515245 + 12345) % 2 ** 31;
    return words[Math.floor(this.#state / 65536) % words.length]!;
  }
}

/** Every tenth label gets longer. */
export function updateTenth(rows: readonly TableRow[]): TableRow[] {
  return rows.map((row, i) => i % 10 === 0 ? { ...row, label: row.label + " !!!" } : row);
}

/** The second and the last but one change places. */
export function swapRows(rows: readonly TableRow[]): TableRow[] {
  const next = rows.slice();
  const last = next.length - 2;
  [next[1], next[last]] = [next[last]!, next[1]!];
  return next;
}
