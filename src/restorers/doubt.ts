/** How sure each repaired cell is, and from which time it was recovered. */
import type { FrameSize } from '../frame/frame.js';
import type { Memory, RestoreInput } from './generator.js';

/** A memory that also knows when. */
export interface SightedMemory extends Memory {
  /** `[rows, columns]` `seq` of the newest sample; only where there is one. */
  readonly seenAt: Int32Array;
}

/** Arrays are `[rows, columns]`. */
export interface Doubt {
  /** 0 = exact; n = the error is expected to stay below 2^(n/2)/4 grey levels; 255 = unknown. */
  readonly uncertainty: Uint8Array;
  /** Frames to the nearest sighting of a masked cell: negative = earlier, 0 = none. */
  readonly seenFrom: Int16Array;
}

export const UNKNOWN = 255;
/** Farthest sighting that can be told, in frames. */
const FARTHEST = 32767;
/** Twice the binary logarithm of the largest expected error: 64 grey levels. */
const LARGEST = 16;
/** Grey levels; what rounding and the network's own correction leave. */
const LEAST = 0.5;

/** The code of an expected error in grey levels. */
export function doubtCode(error: number): number {
  return Math.max(1, Math.min(LARGEST, Math.ceil(2 * Math.log2(4 * Math.max(error, LEAST)))));
}

/**
 * Of cells that are denoised: the noise over the root of the samples behind them. Of cells that are
 * recovered: the largest difference between the memories that vouch for them, for one of them is
 * wrong by half of it or more, and at least the noise. Of cells never seen: unknown.
 * Call before the memories learn the frame.
 */
export function doubtOf(
  input: Omit<RestoreInput, 'past' | 'future'> & {
    readonly past: SightedMemory;
    readonly future: SightedMemory;
  },
): Doubt {
  const { frame, mask, noise, past, future, background } = input;
  const uncertainty = new Uint8Array(mask.length);
  const seenFrom = new Int16Array(mask.length);
  const spread = new Spread(frame);
  for (let cell = 0; cell < mask.length; cell++) {
    const level = noise[cell] ?? 0;
    const hidden = mask[cell] !== 0;
    if (!hidden && level === 0) continue;
    const before = past.count[cell] ?? 0;
    const after = future.count[cell] ?? 0;
    const samples = before + after + (hidden ? 0 : 1);
    if (samples === 0) {
      uncertainty[cell] = (background.count[cell] ?? 0) > 0 ? LARGEST : UNKNOWN;
      continue;
    }
    const error = level / 4 / Math.sqrt(samples);
    if (!hidden) {
      uncertainty[cell] = doubtCode(error);
      continue;
    }
    const vouching: Memory[] = [past, future, background].filter(
      ({ count }) => (count[cell] ?? 0) > 0,
    );
    uncertainty[cell] = doubtCode(Math.max(error, spread.at(cell, vouching)));
    const back = before > 0 ? (past.seenAt[cell] ?? 0) - frame.seq : -Infinity;
    const ahead = after > 0 ? (future.seenAt[cell] ?? 0) - frame.seq : Infinity;
    const nearest = ahead <= -back ? ahead : back;
    seenFrom[cell] = Math.max(-FARTHEST, Math.min(FARTHEST, nearest));
  }
  return { uncertainty, seenFrom };
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

  at(cell: number, memories: readonly Memory[]): number {
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
