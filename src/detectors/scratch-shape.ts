/** Finds which samples a scratch covers: from which row to which, and how wide. */
import type { FrameSize } from '../frame/frame.js';
import type { Chain } from './chains.js';
import { CLIP, STRIPS } from './line-strength.js';
import type { SmoothLine } from './smooth-line.js';

/** Half the width of the profile across a line. */
const ACROSS = 4;
/** Share of the height over which a line may be lost before it is taken to have ended. */
const GAP = 0.1;

/** What a line covers: of row `top + i` the samples `[left[i], right[i])`. */
export interface Shape {
  readonly top: number;
  readonly left: Int16Array;
  readonly right: Int16Array;
  /** Share of the rows, among those where it can be seen, in which it is. */
  readonly filled: number;
  /** Rows in which it can be seen. */
  readonly seen: number;
  /** How far it stands out, in grey levels. */
  readonly peak: number;
  /** Median deviation from its own brightness along it, in grey levels. */
  readonly uneven: number;
  /** Samples across it, on average over the rows. */
  readonly wide: number;
}

/**
 * The shape of a chain's line. It is measured against `reference`, the picture without it, or against
 * its own two sides. `noise` is the standard deviation, in grey levels.
 */
export function shapeOf(
  { width, height }: FrameSize,
  chain: Chain,
  { at, agreeing }: SmoothLine,
  luma: Uint8Array,
  reference: Uint8Array | undefined,
  noise: number,
): Shape {
  const sign = chain.bright ? 1 : -1;
  const core = {
    top: Math.floor((chain.first * height) / STRIPS),
    bottom: Math.floor(((chain.first + chain.columns.length) * height) / STRIPS),
  };
  const column = (y: number) => Math.round(at(((y + 0.5) * STRIPS) / height - 0.5 - chain.first));
  const value = (y: number, x: number) => {
    const i = y * width + Math.min(Math.max(x, 0), width - 1);
    return sign * ((luma[i] ?? 0) - (reference?.[i] ?? 0));
  };
  const groundAt = (y: number, x: number) => (value(y, x - ACROSS) + value(y, x + ACROSS)) / 2;
  const { from, to, peak, centre } = covered(core, column, value, groundAt);

  // The brightness of the line itself, which stays the same over its length.
  const histogram = new Uint32Array(256);
  for (let y = core.top; y < core.bottom; y++) {
    const i = y * width + Math.min(Math.max(column(y) + centre, 0), width - 1);
    const bin = luma[i] ?? 0;
    histogram[bin] = (histogram[bin] ?? 0) + 1;
  }
  const level = medianOf(histogram, core.bottom - core.top);
  const own = sign * level;
  const uneven = spreadOf(histogram, level, core.bottom - core.top);
  const legible = 8 + 2 * noise;
  /** 1 where the line is in a row, -1 where it is not, 0 where it could not be told. */
  const evidence = (y: number) => {
    const x = column(y);
    if (x < 0 || x >= width) return -1;
    const ground = groundAt(y, x);
    const there = reference === undefined ? 0 : sign * (reference[y * width + x] ?? 0);
    const expected = own - ground - there;
    if (expected < legible) return 0;
    const u = x + centre;
    const contrast = Math.max(value(y, u), value(y, u - 1), value(y, u + 1)) - ground;
    return Math.min(1, Math.max(-1, (2.5 * contrast) / expected - 1));
  };
  const { top, bottom } = agreeing > 0 ? extent(core, height, evidence) : core;

  const left = new Int16Array(bottom - top);
  const right = new Int16Array(bottom - top);
  let inside = 0;
  let seen = 0;
  for (let y = top; y < bottom; y++) {
    const x = column(y);
    const sure = evidence(y);
    if (sure !== 0) seen++;
    if (sure > 0) inside++;
    let first = x + from;
    let last = x + to;
    if (noise * 5 < peak) {
      const ground = groundAt(y, x);
      let most = 0;
      for (let u = x + from - 1; u <= x + to + 1; u++) most = Math.max(most, value(y, u) - ground);
      if (most > peak * 0.6) {
        first = x + from - 1;
        last = x + to + 1;
        while (first < last && value(y, first) - ground < most * 0.4) first++;
        while (last > first && value(y, last) - ground < most * 0.4) last--;
      }
    }
    left[y - top] = Math.min(Math.max(0, first), width);
    right[y - top] = Math.min(Math.max(0, last + 1), width);
  }
  return {
    top,
    left,
    right,
    filled: inside / Math.max(1, seen),
    seen,
    peak,
    uneven,
    wide: to - from + 1,
  };
}

/**
 * The rows the line takes up: from the middle of `core` to where the sum of the evidence is at its
 * greatest, and on to the border when nothing speaks against it.
 */
function extent(
  core: { top: number; bottom: number },
  height: number,
  evidence: (y: number) => number,
): { top: number; bottom: number } {
  const gap = Math.max(6, GAP * height);
  const middle = (core.top + core.bottom) >> 1;
  const reach = (step: 1 | -1) => {
    let sum = 0;
    let best = 0;
    let end = middle;
    let y = middle;
    for (; y >= 0 && y < height && sum > best - gap; y += step) {
      sum += evidence(y);
      if (sum > best) {
        best = sum;
        end = y;
      }
    }
    const past = y < 0 || y >= height;
    const border = step > 0 ? height - 1 : 0;
    return past && Math.abs(border - end) < gap ? border : end;
  };
  return { top: reach(-1), bottom: reach(1) + 1 };
}

/** The offsets round the peak of the mean profile across the line that are over 45 % of it. */
function covered(
  core: { top: number; bottom: number },
  column: (y: number) => number,
  value: (y: number, x: number) => number,
  groundAt: (y: number, x: number) => number,
): { from: number; to: number; peak: number; centre: number } {
  const profile = new Float32Array(2 * ACROSS + 1);
  for (let y = core.top; y < core.bottom; y++) {
    const x = column(y);
    const ground = groundAt(y, x);
    for (let o = -ACROSS; o <= ACROSS; o++) {
      // Clipped, so that a stretch over very dark ground does not set the width alone.
      const away = Math.min(CLIP, value(y, x + o) - ground);
      profile[o + ACROSS] = (profile[o + ACROSS] ?? 0) + away / (core.bottom - core.top);
    }
  }
  const height = (o: number) => profile[o + ACROSS] ?? 0;
  let centre = 0;
  for (let o = -2; o <= 2; o++) if (height(o) > height(centre)) centre = o;
  const peak = height(centre);
  let from = centre;
  let to = centre;
  while (from > -ACROSS + 1 && height(from - 1) > peak * 0.45) from--;
  while (to < ACROSS - 1 && height(to + 1) > peak * 0.45) to++;
  return { from, to, peak, centre };
}

function medianOf(histogram: Uint32Array, count: number): number {
  let below = 0;
  let median = 0;
  while (median < 255 && (below += histogram[median] ?? 0) < count / 2) median++;
  return median;
}

function spreadOf(histogram: Uint32Array, level: number, count: number): number {
  let within = histogram[level] ?? 0;
  let spread = 0;
  while (spread < 255 && within < count / 2) {
    spread++;
    within += (histogram[level - spread] ?? 0) + (histogram[level + spread] ?? 0);
  }
  return spread;
}
