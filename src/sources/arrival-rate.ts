/** How often a camera's pictures come, and how long a silence is too long for it. */

/** A camera that was quick is called stalled before two seconds are over. */
const LEAST_LIMIT_MS = 1600;
const LONGEST_LIMIT_MS = 60_000;
/** Before the rate is known. */
const FIRST_LIMIT_MS = 5000;
const REMEMBERED = 30;
const ENOUGH = 3;

export class ArrivalRate {
  #intervals: number[] = [];
  #last: number | undefined;
  #firstLimitMs = FIRST_LIMIT_MS;

  /** A picture came; `receivedMs` is when. */
  push(receivedMs: number): void {
    if (this.#last !== undefined) {
      this.#intervals.push(Math.max(0, receivedMs - this.#last));
      if (this.#intervals.length > REMEMBERED) this.#intervals.shift();
    }
    this.#last = receivedMs;
  }

  /** A new connection: the silence before it is no interval. */
  begin(): void {
    this.#last = undefined;
  }

  /** It was called stalled: a camera whose rate was never learned is given longer the next time. */
  stalled(): void {
    if (this.#intervals.length >= ENOUGH) return;
    this.#firstLimitMs = Math.min(LONGEST_LIMIT_MS, this.#firstLimitMs * 2);
  }

  /** Milliseconds of silence after which the camera counts as stalled. */
  get limitMs(): number {
    if (this.#intervals.length < ENOUGH) return this.#firstLimitMs;
    // The upper quartile: one hiccup must not make the watch lax.
    const usual = this.#quantile(0.75);
    return Math.min(LONGEST_LIMIT_MS, Math.max(LEAST_LIMIT_MS, 3 * usual));
  }

  /** Pictures a second; 0 when unknown. */
  get fps(): number {
    if (this.#intervals.length < ENOUGH) return 0;
    const sum = this.#intervals.reduce((all, one) => all + one, 0);
    return sum > 0 ? (1000 * this.#intervals.length) / sum : 0;
  }

  #quantile(share: number): number {
    const sorted = [...this.#intervals].sort((a, b) => a - b);
    return sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  }
}
