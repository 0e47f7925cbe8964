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
/** Rows above and below a box that a scratch has to cross too, … */
const MARGIN = 2;
/** … by how much it changes the ground, as a share of the ink, and in which share of the rows. */
const SCRATCHED = 0.15;
const THROUGH = 0.85;
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

/**
 * True when ink came or went in a box since `before`, the luma of the same strip. What shines through
 * a plate is not counted, and neither is what a scratch does: it changes the ground as well, beyond
 * the characters too.
 */
export function inkChanged(strip: Strip, before: Float32Array, box: Box): boolean {
  const { luma, width, height } = strip;
  const { level, left, top, right, bottom } = box;
  if (level === undefined) return false;
  const tall = bottom - top;
  const [from, to] = [Math.max(0, top - MARGIN), Math.min(height, bottom + MARGIN)];
  const flips: number[] = [];
  for (let x = left; x < right;) {
    const around = { ...box, left: Math.max(left, x - tall), right: Math.min(right, x + 2 * tall) };
    const wasInk = inkOver(groundOf(before, width, around), level);
    const isInk = inkOver(groundOf(luma, width, around), level);
    const changes = (at: number) => {
      const each = [at - 1, at, at + 1].map((i) => isInk(luma[i] ?? 0) - wasInk(before[i] ?? 0));
      return [Math.min(...each), Math.max(...each)] as const;
    };
    for (const end = Math.min(right, x + tall); x < end; x++) {
      let [here, ground, up, down] = [0, 0, 0, 0];
      for (let y = from; y < to; y++) {
        const was = wasInk(before[y * width + x] ?? 0);
        const is = isInk(luma[y * width + x] ?? 0);
        if (y >= top && y < bottom) {
          if ((was >= INK && is <= PAPER) || (was <= PAPER && is >= INK)) here++;
        }
        if (was > PAPER && is > PAPER) continue;
        ground++;
        // A scratch may lean.
        const [low, high] = changes(y * width + x);
        if (high >= SCRATCHED) up++;
        if (low <= -SCRATCHED) down++;
      }
      flips.push(Math.max(up, down) < THROUGH * ground ? here : 0);
    }
  }
  // One character is no wider than the line is high.
  let [here, most] = [0, 0];
  for (const [column, count] of flips.entries()) {
    here += count - (flips[column - tall] ?? 0);
    most = Math.max(most, here);
  }
  return most >= Math.max(FEWEST, DOTS * (tall / DOTS_HIGH) ** 2);
}

/** The median: characters cover less than half of what they stand on. */
function groundOf(luma: Float32Array, width: number, box: Box): number {
  const sorted = Float32Array.from(samplesOf(box, width), (at) => luma[at] ?? 0).sort();
  return sorted[sorted.length >> 1] ?? 0;
}

const inkOver = (ground: number, level: number) => (value: number) =>
  (value - ground) / (level - ground || 1);

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
