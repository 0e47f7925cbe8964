/** How far the server's clock is from ours, learned from pings; the quickest answer counts most. */

interface Sample {
  readonly roundTrip: number;
  readonly offset: number;
}

const KEPT = 8;

/** ms since the epoch by our own clock, with fractions. */
export const hereMs = () => performance.timeOrigin + performance.now();

export class ServerClock {
  readonly #samples: Sample[] = [];
  readonly #asked = new Map<number, number>();
  #next = 1;

  /** @returns the number to ask with */
  ask(): number {
    // Answers that never came are not waited for.
    if (this.#asked.size > KEPT) this.#asked.clear();
    this.#asked.set(this.#next, hereMs());
    return this.#next++;
  }

  /** @param time the server's clock when it answered */
  answer(asked: number, time: number): void {
    const sent = this.#asked.get(asked);
    if (sent === undefined) return;
    this.#asked.delete(asked);
    const now = hereMs();
    this.#samples.push({ roundTrip: now - sent, offset: time - (sent + now) / 2 });
    if (this.#samples.length > KEPT) this.#samples.shift();
  }

  /** ms since the epoch by the server's clock. */
  now(): number {
    let best: Sample | undefined;
    for (const sample of this.#samples) {
      if (best === undefined || sample.roundTrip < best.roundTrip) best = sample;
    }
    return hereMs() + (best?.offset ?? 0);
  }
}
