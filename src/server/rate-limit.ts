/** Keeps one address from asking too much: a bucket of tokens that refills with time. */

interface Bucket {
  tokens: number;
  at: number;
}

/** Addresses remembered; when there are more, those whose bucket is full again are forgotten. */
const MAX_ADDRESSES = 10_000;

export class RateLimit {
  readonly #perMinute: number;
  readonly #buckets = new Map<string, Bucket>();
  readonly #now: () => number;

  /** @param perMinute also the most that may come at once */
  constructor(perMinute: number, now: () => number = () => performance.now()) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /** Takes one; returns 0, or the seconds after which there is one again. */
  take(address: string): number {
    const bucket = this.#refilled(address);
    if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) * 60) / this.#perMinute);
    bucket.tokens--;
    return 0;
  }

  /** As `take`, but takes nothing. */
  wait(address: string): number {
    const { tokens } = this.#refilled(address);
    return tokens < 1 ? Math.ceil(((1 - tokens) * 60) / this.#perMinute) : 0;
  }

  #refilled(address: string): Bucket {
    const now = this.#now();
    const old = this.#buckets.get(address) ?? { tokens: this.#perMinute, at: now };
    const refill = ((now - old.at) * this.#perMinute) / 60_000;
    const bucket = { tokens: Math.min(this.#perMinute, old.tokens + refill), at: now };
    if (this.#buckets.size >= MAX_ADDRESSES) this.#forget(now);
    this.#buckets.set(address, bucket);
    return bucket;
  }

  #forget(now: number): void {
    for (const [address, { at }] of this.#buckets) {
      if (now - at > 60_000) this.#buckets.delete(address);
    }
    // Everybody at once is an attack or a proxy: then all begin anew.
    if (this.#buckets.size >= MAX_ADDRESSES) this.#buckets.clear();
  }
}
