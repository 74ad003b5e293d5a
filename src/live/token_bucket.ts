/**
 * A rate limit: so many a second on average, so many at once.
 *
 * @module
 */

/** A token bucket. */
export class TokenBucket {
  readonly #rate: number;
  readonly #burst: number;
  #tokens: number;
  #last = 0;

  /**
   * @param rate Tokens a second.
   * @param burst Tokens that can be saved up.
   */
  constructor(rate: number, burst: number) {
    this.#rate = rate;
    this.#burst = burst;
    this.#tokens = burst;
  }

  /** Takes one token. @param now Milliseconds; any clock that goes forward. */
  take(now: number = performance.now()): boolean {
    this.#last ||= now;
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#last) * this.#rate / 1000);
    this.#last = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
