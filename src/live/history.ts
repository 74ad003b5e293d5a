/**
 * Frames that a player has not acknowledged: what a resume repeats.
 *
 * @module
 */

/** Keeps sent frames until they are acknowledged or there are too many. */
export class History {
  readonly #limit: number;
  readonly #frames: Uint8Array<ArrayBuffer>[] = [];
  /** Number of the first kept frame. */
  #first: number;
  #bytes = 0;

  /**
   * @param limit Bytes kept at most.
   * @param first Number of the first frame that comes.
   */
  constructor(limit: number, first = 1) {
    this.#limit = limit;
    this.#first = first;
  }

  /** Keeps the frame with the next number. */
  push(frame: Uint8Array<ArrayBuffer>): void {
    this.#frames.push(frame);
    this.#bytes += frame.length;
    while (this.#bytes > this.#limit) this.#drop();
  }

  /** The player has applied everything up to `seq`. */
  trim(seq: number): void {
    while (this.#frames.length > 0 && this.#first <= seq) this.#drop();
  }

  /** The frames behind `seq`, or `undefined` when some of them are gone. */
  after(seq: number): readonly Uint8Array<ArrayBuffer>[] | undefined {
    return seq + 1 < this.#first ? undefined : this.#frames.slice(seq + 1 - this.#first);
  }

  #drop(): void {
    this.#bytes -= this.#frames.shift()!.length;
    this.#first++;
  }
}
