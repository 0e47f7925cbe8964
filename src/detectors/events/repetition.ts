/** Finds pictures that stand still and recordings that play in a loop. */
import type { EventFrame } from '../../frame/camera-event.js';
import type { FrameSize } from '../../frame/frame.js';

/** Samples compared in each direction. */
const GRID = 56;
/** Share of samples that differ from the frame before: a living camera's noise alone exceeds it. */
const STILL_SHARE = 0.001;
/** A difference of samples that counts, in grey levels. */
const DIFFERS = 2;
/** Frames that are remembered, the longest loop that is found. */
const REMEMBERED = 400;
/** The shortest loop, seconds. */
const SHORTEST_S = 1;
/** Without this share of samples moving, a loop cannot be told from a quiet scene. */
const ALIVE = 0.02;
/** The frame a loop ago has to differ in less than this share of what moved since the last frame. */
const AGREES = 0.4;

export interface Repetition {
  /** µs: how long the picture has stood still; 0 when it does not. */
  readonly stillFor: number;
  /** µs: the longest standstill before this one. */
  readonly longestStill: number;
  /** µs: the period that the picture has followed, and for how long; 0 when it follows none. */
  readonly period: number;
  readonly loopingFor: number;
}

interface Kept {
  readonly samples: Uint8Array;
  readonly timestamp: number;
}

export class RepetitionMeter {
  readonly #places: Int32Array;
  #kept: Kept[] = [];
  #stillSince: number | undefined;
  #longest = 0;
  #loop: { lag: number; since: number; misses: number } | undefined;

  constructor(size: FrameSize) {
    this.#places = samplePlaces(size);
  }

  reset(): void {
    this.#kept = [];
    this.#stillSince = undefined;
    this.#longest = 0;
    this.#loop = undefined;
  }

  look({ data, timestamp }: EventFrame): Repetition {
    const samples = Uint8Array.from(this.#places, (at) => data[at] ?? 0);
    const before = this.#kept.at(-1);
    const moved = before === undefined ? 1 : differing(samples, before.samples, 1);
    if (moved > STILL_SHARE) {
      if (this.#stillSince !== undefined && before !== undefined) {
        this.#longest = Math.max(this.#longest, before.timestamp - this.#stillSince);
      }
      this.#stillSince = undefined;
      this.#follow(samples, timestamp, moved);
    } else {
      this.#stillSince ??= before?.timestamp ?? timestamp;
    }
    this.#kept.push({ samples, timestamp });
    if (this.#kept.length > REMEMBERED) this.#kept.shift();
    const loop = this.#loop;
    const then = loop === undefined ? undefined : this.#kept.at(-1 - loop.lag);
    return {
      stillFor: this.#stillSince === undefined ? 0 : timestamp - this.#stillSince,
      longestStill: this.#longest,
      period: then === undefined ? 0 : timestamp - then.timestamp,
      loopingFor: loop === undefined ? 0 : timestamp - loop.since,
    };
  }

  /** Follows the lag at which this frame was already there, or looks for one. */
  #follow(samples: Uint8Array, timestamp: number, moved: number): void {
    if (moved < ALIVE) return;
    const agrees = (kept: Kept | undefined) =>
      kept !== undefined && differing(samples, kept.samples, 1) < AGREES * moved;
    if (this.#loop !== undefined) {
      if (agrees(this.#kept.at(-this.#loop.lag))) {
        this.#loop.misses = 0;
        return;
      }
      // One odd frame, as at the seam of the loop, does not end it.
      if (++this.#loop.misses < 3) return;
      this.#loop = undefined;
    }
    let best: { lag: number; share: number } | undefined;
    for (let i = 0; i < this.#kept.length; i++) {
      const kept = this.#kept[i];
      if (kept === undefined || timestamp - kept.timestamp < SHORTEST_S * 1e6) break;
      const share = differing(samples, kept.samples, 17);
      if (best === undefined || share <= best.share) {
        best = { lag: this.#kept.length - i, share };
      }
    }
    if (best !== undefined && agrees(this.#kept.at(-best.lag))) {
      this.#loop = { lag: best.lag, since: timestamp, misses: 0 };
    }
  }
}

/** Share of every `stride`th sample that differs. */
function differing(a: Uint8Array, b: Uint8Array, stride: number): number {
  let count = 0;
  let seen = 0;
  for (let i = 0; i < a.length; i += stride, seen++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference > DIFFERS || difference < -DIFFERS) count++;
  }
  return count / Math.max(1, seen);
}

function samplePlaces({ width, height }: FrameSize): Int32Array {
  const places: number[] = [];
  for (let row = 0; row < GRID; row++) {
    for (let column = 0; column < GRID; column++) {
      const y = Math.floor(((row + 0.5) * height) / GRID);
      const x = Math.floor(((column + 0.5) * width) / GRID);
      places.push(y * width + x);
    }
  }
  return Int32Array.from(places);
}
