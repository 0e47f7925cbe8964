/** How sure each repaired cell is, and from which time it was recovered. */
import type { FrameSize } from '../frame/frame.js';
import { UNKNOWN, uncertaintyOf } from '../frame/uncertainty.js';
import type { Memory, RestoreInput } from './generator.js';

/** A memory that also knows when. */
export interface SightedMemory extends Memory {
  /** `[rows, columns]` `seq` of the newest sample; only where there is one. */
  readonly seenAt: Int32Array;
}

/** Arrays are `[rows, columns]`. */
export interface Doubt {
  /** See frame/uncertainty.ts. */
  readonly uncertainty: Uint8Array;
  /** Frames to the nearest sighting of a masked cell: negative = earlier, 0 = none. */
  readonly seenFrom: Int16Array;
}

/** Farthest sighting that can be told, in frames. */
const FARTHEST = 32767;
/** Grey levels; what two memories that agree may still be off by. */
const LEAST = 0.05;
/** Mean absolute value of a normal variable of unit variance. */
const MEAN_ABSOLUTE = Math.sqrt(2 / Math.PI);

/** How an error grows: grey levels, of what is known beforehand, grey levels too. */
type Law = (raw: number) => number;

const law =
  (base: number, factor: number, power: number): Law =>
  (raw) =>
    base + factor * Math.max(LEAST, raw) ** power;

/**
 * Fitted to ten clips with seeded damage and held against five others by `relens evaluate`; see
 * docs/evidence.md. Of the noise that is left when as many samples are averaged as there are.
 */
const DENOISED = law(0.5, 1.1, 0.82);
/** Samples behind a cell, from which on the next law of a row holds. */
const LONGER = [4, 16] as const;
/** Of the largest difference of the memories, where past and future vouch; by the samples behind them. */
const BOTH = [law(0, 2.5, 0.67), law(0, 1.7, 0.68), law(0, 1.05, 0.72)] as const;
/** The same where one of them does, and nothing tells what came between. */
const ONE = [law(4.5, 0.9, 1), law(2.2, 1.4, 1), law(1.1, 2, 1)] as const;
/** Only the majority of a time long ago vouches. */
const LONG_AGO = 10;

function recoveredError(before: number, after: number, raw: number): number {
  const samples = before + after;
  const laws = before > 0 && after > 0 ? BOTH : ONE;
  return laws[samples < LONGER[0] ? 0 : samples < LONGER[1] ? 1 : 2](raw);
}

/**
 * The error that is expected of each cell that will be denoised or recovered; of cells never seen:
 * unknown. Call before the memories learn the frame.
 * @param strength 0–1: what is left of the noise is an error too
 */
export function doubtOf(
  input: Omit<RestoreInput, 'past' | 'future'> & {
    readonly past: SightedMemory;
    readonly future: SightedMemory;
  },
  strength: number,
): Doubt {
  const { frame, mask, noise, past, future, background } = input;
  const uncertainty = new Uint8Array(mask.length);
  const seenFrom = new Int16Array(mask.length);
  const spread = new Spread(frame);
  const memories = [past, future, background];
  const denoised = new DenoisedTable(strength);
  for (let cell = 0; cell < mask.length; cell++) {
    const level = noise[cell] ?? 0;
    const hidden = mask[cell] !== 0;
    if (!hidden && level === 0) continue;
    const before = past.count[cell] ?? 0;
    const after = future.count[cell] ?? 0;
    const samples = before + after + (hidden ? 0 : 1);
    if (samples === 0) {
      const voted = (background.count[cell] ?? 0) > 0;
      uncertainty[cell] = voted ? uncertaintyOf(LONG_AGO) : UNKNOWN;
      continue;
    }
    if (!hidden) {
      uncertainty[cell] = denoised.of(level, samples);
      continue;
    }
    const noiseLeft = level / 4 / Math.sqrt(samples);
    const raw = Math.max(noiseLeft, spread.at(cell, memories));
    uncertainty[cell] = uncertaintyOf(recoveredError(before, after, raw));
    const back = before > 0 ? (past.seenAt[cell] ?? 0) - frame.seq : -Infinity;
    const ahead = after > 0 ? (future.seenAt[cell] ?? 0) - frame.seq : Infinity;
    const nearest = ahead <= -back ? ahead : back;
    seenFrom[cell] = Math.max(-FARTHEST, Math.min(FARTHEST, nearest));
  }
  return { uncertainty, seenFrom };
}

/** More than two memories can count. */
const MOST_SAMPLES = 512;

/** The code of a denoised cell; few of the many cells of a frame ask for another than those before. */
class DenoisedTable {
  readonly #codes = new Uint8Array(256 * MOST_SAMPLES);
  readonly #kept: number;

  constructor(strength: number) {
    this.#kept = (1 - strength) * MEAN_ABSOLUTE;
  }

  /** @param level of the noise, in quarter grey levels */
  of(level: number, samples: number): number {
    const at = samples * 256 + level;
    const known = this.#codes[at] ?? 0;
    if (known !== 0) return known;
    const left = DENOISED(level / 4 / Math.sqrt(samples));
    const code = uncertaintyOf(Math.hypot(left, (this.#kept * level) / 4));
    this.#codes[at] = code;
    return code;
  }
}

/** How far memories are apart at a cell: the largest mean difference of two, in grey levels. */
class Spread {
  readonly #columns: number;
  readonly #width: number;
  readonly #luma: number;

  constructor({ width, height }: FrameSize) {
    this.#columns = width >> 1;
    this.#width = width;
    this.#luma = width * height;
  }

  /** Of those of the memories that know the cell. */
  at(cell: number, all: readonly Memory[]): number {
    const memories = all.filter(({ count }) => (count[cell] ?? 0) > 0);
    const row = (cell / this.#columns) | 0;
    const luma = row * 2 * this.#width + (cell - row * this.#columns) * 2;
    const chroma = this.#luma + cell;
    const samples = [luma, luma + 1, luma + this.#width, luma + this.#width + 1];
    samples.push(chroma, chroma + (this.#luma >> 2));
    let largest = 0;
    for (const [index, { planes }] of memories.entries()) {
      for (const { planes: other } of memories.slice(index + 1)) {
        let sum = 0;
        for (const at of samples) sum += Math.abs((planes[at] ?? 0) - (other[at] ?? 0));
        largest = Math.max(largest, sum / samples.length);
      }
    }
    return largest;
  }
}
