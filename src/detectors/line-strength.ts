/** Measures how much of a thin vertical line there is in each strip and column of a picture. */
import type { FrameSize } from '../frame/frame.js';

/** Strips of rows over which a line is gathered; within one a slanted line hardly moves. */
export const STRIPS = 16;
/** A line of up to three samples is brighter or darker than what is this far to either side. */
export const ASIDE = 3;
/** Clip of a difference, in grey levels, so that no strong edge decides alone. */
export const CLIP = 48;
/** Samples by which the scene itself may be displaced. */
const SWAY = 1;
/** Rows that are looked at in a tall picture. */
const ENOUGH_ROWS = 150;

/** Bright (row 0) and dark (row 1) lines, in grey levels, each `[2, STRIPS, width]`. */
export interface LineStrength {
  /** What stands out from both sides. */
  readonly standing: Float32Array;
  /**
   * What is also beyond all that the reference has within SWAY samples, so that poles and door
   * frames do not count, even when the camera sways; a change of light, which is on both sides as
   * well, is taken away.
   */
  readonly fresh: Float32Array;
}

/** `CLIPPED[d + 255]` = the difference d, clipped. */
const CLIPPED = Int8Array.from({ length: 511 }, (_, i) => Math.max(-CLIP, Math.min(CLIP, i - 255)));
const ZERO = 255;

export function lineStrength(
  { width, height }: FrameSize,
  luma: Uint8Array,
  reference: Uint8Array,
): LineStrength {
  const standing = new Float32Array(2 * STRIPS * width);
  const fresh = new Float32Array(2 * STRIPS * width);
  const rises = new Int32Array(width);
  const above = new Int32Array(width);
  const below = new Int32Array(width);
  const every = Math.max(1, Math.floor(height / ENOUGH_ROWS));
  const before = (sums: Int32Array, x: number) =>
    (sums[x] ?? 0) - Math.max(0, Math.min(sums[x - 2 * ASIDE] ?? 0, sums[x + 2 * ASIDE] ?? 0));
  for (let strip = 0; strip < STRIPS; strip++) {
    const top = Math.floor((strip * height) / STRIPS);
    const bottom = Math.floor(((strip + 1) * height) / STRIPS);
    rises.fill(0);
    above.fill(0);
    below.fill(0);
    for (let y = top; y < bottom; y += every) {
      const row = luma.subarray(y * width, (y + 1) * width);
      addRises(row, rises);
      addBeyond(row, reference.subarray(y * width, (y + 1) * width), above, below);
    }
    const rows = Math.ceil((bottom - top) / every);
    for (let x = ASIDE; x < width - ASIDE; x++) {
      const up = rises[x] ?? 0;
      const down = -(rises[x + ASIDE] ?? 0);
      const bright = Math.min(up, down);
      const dark = -Math.max(up, down);
      const i = strip * width + x;
      const j = i + STRIPS * width;
      standing[i] = bright / rows;
      standing[j] = dark / rows;
      if (bright > 0) fresh[i] = Math.min(bright, before(above, x)) / rows;
      if (dark > 0) fresh[j] = Math.min(dark, before(below, x)) / rows;
    }
  }
  return { standing, fresh };
}

/** Adds how far each sample of a row is above the one ASIDE before it. */
function addRises(row: Uint8Array, rises: Int32Array): void {
  for (let x = ASIDE; x < row.length; x++) {
    const rise = (row[x] ?? 0) - (row[x - ASIDE] ?? 0);
    rises[x] = (rises[x] ?? 0) + (CLIPPED[ZERO + rise] ?? 0);
  }
}

/**
 * Adds how far each sample of a row is above and below the reference's samples around it.
 * n & (n >> 31) is the negative part: without branches, which noise would mispredict.
 */
function addBeyond(
  row: Uint8Array,
  reference: Uint8Array,
  above: Int32Array,
  below: Int32Array,
): void {
  let a = reference[0] ?? 0;
  let b = reference[1] ?? 0;
  for (let x = SWAY; x < row.length - SWAY; x++) {
    const c = reference[x + 1] ?? 0;
    const ab = a - b;
    const offAb = ab & (ab >> 31);
    const low = b + offAb;
    const high = a - offAb;
    const lowC = c - low;
    const highC = high - c;
    const value = row[x] ?? 0;
    const up = value - high + (highC & (highC >> 31));
    const down = low + (lowC & (lowC >> 31)) - value;
    above[x] = (above[x] ?? 0) + (CLIPPED[ZERO + up] ?? 0);
    below[x] = (below[x] ?? 0) + (CLIPPED[ZERO + down] ?? 0);
    a = b;
    b = c;
  }
}
