/** Tells writing that stands still from writing that changes, and whether noise lies over it. */
import type { Strip } from './glyphs.js';
import type { Box } from './plate.js';

/** How far from the ground to the ink a sample is ink for sure, and is none. */
const INK = 0.7;
const PAPER = 0.3;
/** Samples that went from the one to the other: two of the seven dots that digits are high … */
const DOTS = 2;
const DOTS_HIGH = 8;
/** … and these at least. */
const FEWEST = 3;
/** Share of a box's samples that are surely strokes, or surely ground; of those the steadiest quarter. */
const EXTREME = 0.1;
const STEADY = 0.25;
/** Mean range of eight samples of noise of one grey level. */
const RANGE_OF_EIGHT = 2.847;
/** What a recorder wrote over noise stands still; writing under noise flickers by this share of it. */
const FLICKERS = 0.3;
/** Grey levels; less noise is nothing to speak of. */
const NOISY = 2;

/** A strip as it was in eight frames: `luma` is the mean. */
export interface Seen extends Strip {
  readonly low: Uint8Array;
  readonly high: Uint8Array;
}

/** True when ink came or went in a box since `before`, the luma of the same strip. */
export function inkChanged({ luma, width }: Strip, before: Float32Array, box: Box): boolean {
  const { level } = box;
  if (level === undefined) return false;
  const samples = samplesOf(box, width);
  const sorted = samples.map((at) => luma[at] ?? 0).sort((a, b) => a - b);
  const ground = sorted[sorted.length >> 1] ?? 0;
  const inkOf = (value: number) => (value - ground) / (level - ground || 1);
  let flips = 0;
  for (const at of samples) {
    const [was, is] = [inkOf(before[at] ?? 0), inkOf(luma[at] ?? 0)];
    if ((was >= INK && is <= PAPER) || (was <= PAPER && is >= INK)) flips++;
  }
  return flips >= Math.max(FEWEST, DOTS * ((box.bottom - box.top) / DOTS_HIGH) ** 2);
}

/** True when noise of so many grey levels lies over the strokes of a box, and over its ground. */
export function liesUnderNoise({ luma, low, high, width }: Seen, box: Box, noise: number): boolean {
  if (noise < NOISY) return false;
  const samples = samplesOf(box, width).sort((a, b) => (luma[a] ?? 0) - (luma[b] ?? 0));
  const few = Math.max(4, Math.round(EXTREME * samples.length));
  const flicker = (some: readonly number[]) => {
    const sorted = some.map((at) => (high[at] ?? 0) - (low[at] ?? 0)).sort((a, b) => a - b);
    return (sorted[Math.floor(STEADY * sorted.length)] ?? 0) / RANGE_OF_EIGHT;
  };
  const least = Math.min(flicker(samples.slice(0, few)), flicker(samples.slice(-few)));
  return least > FLICKERS * noise;
}

function samplesOf({ left, top, right, bottom }: Box, width: number): number[] {
  const samples: number[] = [];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) samples.push(y * width + x);
  }
  return samples;
}
