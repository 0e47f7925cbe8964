/** Finds thin vertical scratches that wander over the picture. */
import type { FrameSize } from '../frame/frame.js';
import { smoothLine } from './smooth-line.js';

/** Strips of rows over which a line is gathered; within one a slanted line hardly moves. */
export const STRIPS = 16;
/** A line of up to three samples is brighter or darker than what is this far to either side. */
const ASIDE = 3;
/** Clip of a difference, in grey levels, so that no strong edge decides alone. */
const CLIP = 48;
/** Samples by which a line may move from strip to strip. */
const SLANT = 2;
/** Samples by which the scene itself may be displaced. */
const SWAY = 1;
/** Rows that are looked at in a tall picture. */
const ENOUGH_ROWS = 300;
/** Half the width of the profile across a line. */
const ACROSS = 4;

/** A chain of strips from `first` on, one column each. */
export interface Chain {
  readonly bright: boolean;
  readonly first: number;
  readonly columns: readonly number[];
  readonly strength: number;
}

/**
 * How much of a bright (row 0) or dark (row 1) line there is in each strip and column, in grey levels:
 * `[2, STRIPS, width]`. `standing` counts what stands out from both sides. `fresh` must also be beyond
 * all that `reference` has within SWAY samples, so that poles and door frames do not count, even when
 * the camera sways; a change of light, which is on both sides as well, is taken away.
 */
export function lineStrength(
  { width, height }: FrameSize,
  luma: Uint8Array,
  reference: Float32Array,
): { standing: Float32Array; fresh: Float32Array } {
  const standing = new Float32Array(2 * STRIPS * width);
  const fresh = new Float32Array(2 * STRIPS * width);
  const rises = new Float32Array(width);
  const every = Math.max(1, Math.floor(height / ENOUGH_ROWS));
  const above = new Float32Array(width);
  const below = new Float32Array(width);
  for (let strip = 0; strip < STRIPS; strip++) {
    const top = Math.floor((strip * height) / STRIPS);
    const bottom = Math.floor(((strip + 1) * height) / STRIPS);
    rises.fill(0);
    above.fill(0);
    below.fill(0);
    for (let y = top; y < bottom; y += every) {
      const start = y * width;
      for (let x = ASIDE; x < width; x++) {
        const rise = (luma[start + x] ?? 0) - (luma[start + x - ASIDE] ?? 0);
        rises[x] = (rises[x] ?? 0) + (rise > CLIP ? CLIP : rise < -CLIP ? -CLIP : rise);
      }
      beyond(luma, reference, start, width, above, below);
    }
    const rows = Math.ceil((bottom - top) / every);
    const before = (sums: Float32Array, x: number) =>
      (sums[x] ?? 0) - Math.max(0, Math.min(sums[x - 2 * ASIDE] ?? 0, sums[x + 2 * ASIDE] ?? 0));
    for (let x = ASIDE; x < width - ASIDE; x++) {
      const up = rises[x] ?? 0;
      const down = -(rises[x + ASIDE] ?? 0);
      const bright = Math.min(up, down);
      const dark = -Math.max(up, down);
      const i = strip * width + x;
      const j = i + STRIPS * width;
      standing[i] = bright / rows;
      standing[j] = dark / rows;
      fresh[i] = Math.min(bright, before(above, x)) / rows;
      fresh[j] = Math.min(dark, before(below, x)) / rows;
    }
  }
  return { standing, fresh };
}

/** Adds how far each sample of a row is above and below the reference's samples around it. */
function beyond(
  luma: Uint8Array,
  reference: Float32Array,
  start: number,
  width: number,
  above: Float32Array,
  below: Float32Array,
): void {
  for (let x = SWAY; x < width - SWAY; x++) {
    const i = start + x;
    const a = reference[i - 1] ?? 0;
    const b = reference[i] ?? 0;
    const c = reference[i + 1] ?? 0;
    const value = luma[i] ?? 0;
    const up = value - (a > b ? (a > c ? a : c) : b > c ? b : c);
    const down = (a < b ? (a < c ? a : c) : b < c ? b : c) - value;
    above[x] = (above[x] ?? 0) + (up > CLIP ? CLIP : up < -CLIP ? -CLIP : up);
    below[x] = (below[x] ?? 0) + (down > CLIP ? CLIP : down < -CLIP ? -CLIP : down);
  }
}

/**
 * The best chains of strips, by dynamic programming from the top; `floor` is the strength, in grey
 * levels, that a strip must beat. `strength` is used up.
 */
export function chainsOf(
  { width }: FrameSize,
  strength: Float32Array,
  floor: number,
  most: number,
): Chain[] {
  const found: Chain[] = [];
  for (const bright of [true, false]) {
    const half = strength.subarray(bright ? 0 : STRIPS * width, (bright ? 1 : 2) * STRIPS * width);
    for (let round = 0; round < most; round++) {
      const chain = bestChain(width, half, floor, bright);
      if (chain === undefined) break;
      chain.columns.forEach((x, i) => {
        const row = (chain.first + i) * width;
        half.fill(0, row + Math.max(0, x - 2 * ACROSS), row + Math.min(width, x + 2 * ACROSS + 1));
      });
      found.push(chain);
    }
  }
  return found;
}

function bestChain(
  width: number,
  strength: Float32Array,
  floor: number,
  bright: boolean,
): Chain | undefined {
  const sum = new Float32Array(STRIPS * width);
  const from = new Int8Array(STRIPS * width).fill(NEW);
  let best = 0;
  let end = -1;
  for (let strip = 0; strip < STRIPS; strip++) {
    for (let x = ASIDE; x < width - ASIDE; x++) {
      const i = strip * width + x;
      let before = 0;
      if (strip > 0) {
        for (let move = -SLANT; move <= SLANT; move++) {
          const value = sum[i - width + move] ?? 0;
          if (value > before) {
            before = value;
            from[i] = move;
          }
        }
      }
      const total = before + (strength[i] ?? 0) - floor;
      sum[i] = Math.max(0, total);
      if (total > best) {
        best = total;
        end = i;
      }
    }
  }
  if (end < 0) return undefined;
  const columns: number[] = [];
  let at = end;
  let total = 0;
  for (;;) {
    columns.unshift(at % width);
    total += strength[at] ?? 0;
    const move = from[at] ?? NEW;
    if (move === NEW) break;
    at += move - width;
  }
  return { bright, first: Math.floor(at / width), columns, strength: total / columns.length };
}

/** Mark in the back-pointers: the chain begins here. */
const NEW = 127;

/**
 * Marks (1) in `damaged` what a chain's line covers, row by row. The width comes from the mean profile
 * across the line; where the noise leaves the single row legible, that row decides.
 */
export function markScratch(
  { width, height }: FrameSize,
  chain: Chain,
  luma: Uint8Array,
  reference: Float32Array | undefined,
  noise: number,
  damaged: Uint8Array,
): void {
  const strips = chain.columns.length;
  const sign = chain.bright ? 1 : -1;
  const { at, agreeing } = smoothLine(chain.columns);
  const whole = agreeing > 0 && strips >= STRIPS * 0.7;
  const top = whole ? 0 : Math.floor((chain.first * height) / STRIPS);
  const bottom = whole ? height : Math.floor(((chain.first + strips) * height) / STRIPS);
  const column = (y: number) => Math.round(at(((y + 0.5) * STRIPS) / height - 0.5 - chain.first));
  const value = (y: number, x: number) => {
    const i = y * width + Math.min(Math.max(x, 0), width - 1);
    return sign * ((luma[i] ?? 0) - (reference?.[i] ?? 0));
  };
  const profile = new Float32Array(2 * ACROSS + 1);
  for (let y = top; y < bottom; y++) {
    const x = column(y);
    const ground = (value(y, x - ACROSS) + value(y, x + ACROSS)) / 2;
    for (let o = -ACROSS; o <= ACROSS; o++) {
      // Clipped, so that a stretch over very dark ground does not set the width alone.
      const away = Math.min(CLIP, value(y, x + o) - ground);
      profile[o + ACROSS] = (profile[o + ACROSS] ?? 0) + away / (bottom - top);
    }
  }
  const { from, to, peak } = covered(profile);
  for (let y = top; y < bottom; y++) {
    const x = column(y);
    let first = x + from;
    let last = x + to;
    if (noise * 5 < peak) {
      const ground = (value(y, x - ACROSS) + value(y, x + ACROSS)) / 2;
      let most = 0;
      for (let u = x + from - 1; u <= x + to + 1; u++) most = Math.max(most, value(y, u) - ground);
      if (most > peak * 0.6) {
        first = x + from - 1;
        last = x + to + 1;
        while (first < last && value(y, first) - ground < most * 0.4) first++;
        while (last > first && value(y, last) - ground < most * 0.4) last--;
      }
    }
    damaged.fill(1, y * width + Math.max(0, first), y * width + Math.min(width, last + 1));
  }
}

/** The offsets round the peak where the profile is over 45 % of it. */
function covered(profile: Float32Array): { from: number; to: number; peak: number } {
  const value = (o: number) => profile[o + ACROSS] ?? 0;
  let at = 0;
  for (let o = -2; o <= 2; o++) if (value(o) > value(at)) at = o;
  const peak = value(at);
  let from = at;
  let to = at;
  while (from > -ACROSS + 1 && value(from - 1) > peak * 0.45) from--;
  while (to < ACROSS - 1 && value(to + 1) > peak * 0.45) to++;
  return { from, to, peak };
}
