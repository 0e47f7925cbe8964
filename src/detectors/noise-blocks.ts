/** Noise of 8x8 luma blocks: from the difference of two frames, or from one frame's finest detail. */
import type { FrameSize } from '../frame/frame.js';
import { openSampleKernel } from './sample-kernel.js';

const SIDE = 8;
const SAMPLES = SIDE * SIDE;
/** From this many blocks on every second one is enough. */
const MANY = 5000;

/** Standard deviation for each block, row by row; NaN where a block says nothing (crushed to black or white) or was not asked. */
export interface BlockNoise {
  readonly across: number;
  readonly down: number;
  readonly sigma: Float32Array;
}

export function blockGrid({ width, height }: FrameSize): { across: number; down: number } {
  return { across: Math.floor(width / SIDE), down: Math.floor(height / SIDE) };
}

export type TemporalNoise = (luma: Uint8Array, other: Uint8Array) => BlockNoise;

/**
 * Half the variance of the difference of two frames, each block's mean difference taken away so that
 * a change of light is not noise. Noise cut off at black or white is made good, see `uncut`.
 */
export function openTemporalNoise(size: FrameSize): TemporalNoise {
  const { across, down } = blockGrid(size);
  const { width, height } = size;
  const kernel = openSampleKernel({
    here: ['u8', width * height],
    there: ['u8', width * height],
    sums: ['i32', 3 * across * down],
  });
  const { here, there, sums } = kernel;
  return (luma, other) => {
    here.set(luma);
    there.set(other);
    kernel.compareBlocks(here, there, width, across, down, sums);
    const sigma = new Float32Array(across * down);
    const range = lumaRange(luma);
    const sparse = sigma.length > MANY;
    for (let block = 0; block < sigma.length; block++) {
      if (sparse && ((block % across) + Math.floor(block / across)) % 2 === 1) {
        sigma[block] = NaN;
        continue;
      }
      const level = sums[3 * block] ?? 0;
      const sum = sums[3 * block + 1] ?? 0;
      const squares = sums[3 * block + 2] ?? 0;
      const variance = (squares - (sum * sum) / SAMPLES) / (SAMPLES - 1) / 2;
      sigma[block] = uncut(level / SAMPLES, variance, range);
    }
    return { across, down, sigma };
  };
}

/**
 * Energy of the 3x3 difference of two Laplacians, which is blind to planes and edges along the axes
 * (Immerkær, "Fast noise variance estimation", CVIU 1996).
 */
export function spatialNoise(size: FrameSize, luma: Uint8Array): BlockNoise {
  const { across, down } = blockGrid(size);
  const { width, height } = size;
  const sigma = new Float32Array(across * down);
  const range = lumaRange(luma);
  for (let block = 0; block < sigma.length; block++) {
    const top = Math.max(1, Math.floor(block / across) * SIDE);
    const left = Math.max(1, (block % across) * SIDE);
    const bottom = Math.min(height - 1, top + SIDE);
    const right = Math.min(width - 1, left + SIDE);
    let level = 0;
    let squares = 0;
    for (let y = top; y < bottom; y++) {
      for (let i = y * width + left; i < y * width + right; i++) {
        const up = i - width;
        const under = i + width;
        const value = luma[i] ?? 0;
        const detail =
          4 * value -
          2 * ((luma[i - 1] ?? 0) + (luma[i + 1] ?? 0) + (luma[up] ?? 0) + (luma[under] ?? 0)) +
          (luma[up - 1] ?? 0) +
          (luma[up + 1] ?? 0) +
          (luma[under - 1] ?? 0) +
          (luma[under + 1] ?? 0);
        level += value;
        squares += detail * detail;
      }
    }
    const samples = (bottom - top) * (right - left);
    sigma[block] = uncut(level / samples, squares / samples / 36, range);
  }
  return { across, down, sigma };
}

interface LumaRange {
  readonly low: number;
  readonly high: number;
}

/** Where this frame's luma is cut off: 16 and 235, or 0 and 255 when the picture goes beyond. */
function lumaRange(luma: Uint8Array): LumaRange {
  let below = 0;
  let above = 0;
  let seen = 0;
  for (let i = 0; i < luma.length; i += 7) {
    const value = luma[i] ?? 0;
    if (value < 14) below++;
    else if (value > 238) above++;
    seen++;
  }
  return { low: below > seen / 1000 ? 0 : 16, high: above > seen / 1000 ? 255 : 235 };
}

/**
 * The standard deviation before the range cut it. For a normal distribution cut off at one side the
 * ratio of the distance from the limit to the deviation, both as measured, fixes how much was lost.
 */
function uncut(level: number, variance: number, { low, high }: LumaRange): number {
  const rounding = 1 / 12;
  const sigma = Math.sqrt(Math.max(0, variance - rounding));
  const below = level - low;
  const above = high - level;
  if (sigma < 0.5) return Math.min(below, above) < 2 ? NaN : sigma;
  return sigma * loss(below / sigma) * loss(above / sigma);
}

/** What one limit took, by its distance in measured deviations; NaN when too much to tell. */
function loss(ratio: number): number {
  if (ratio < RATIO_MIN) return NaN;
  return CUT[Math.round((ratio - RATIO_MIN) / RATIO_STEP)] ?? 1;
}

const RATIO_MIN = 0.5;
const RATIO_STEP = 0.02;
const CUT = cutTable();

/** Factor from the measured to the whole deviation, by measured ratio, from RATIO_MIN to 3.5. */
function cutTable(): Float32Array {
  const table = new Float32Array(Math.round((3.5 - RATIO_MIN) / RATIO_STEP) + 1).fill(1);
  let next = 0;
  for (let a = -0.6; a < 3.6 && next < table.length; a += 0.005) {
    const density = Math.exp((-a * a) / 2) / Math.sqrt(2 * Math.PI);
    const share = normalShare(a);
    const mean = density + a * share;
    const deviation = Math.sqrt((1 + a * a) * share + a * density - mean * mean);
    while (next < table.length && mean / deviation >= RATIO_MIN + next * RATIO_STEP) {
      table[next++] = 1 / deviation;
    }
  }
  return table;
}

/** Cumulative normal distribution (Abramowitz and Stegun 26.2.17, error below 1e-7). */
function normalShare(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const poly =
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * poly;
  return x >= 0 ? 1 - tail : tail;
}
