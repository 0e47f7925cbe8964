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
const ENOUGH_ROWS = 300;

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

export function lineStrength(
  { width, height }: FrameSize,
  luma: Uint8Array,
  reference: Float32Array,
): LineStrength {
  const standing = new Float32Array(2 * STRIPS * width);
  const fresh = new Float32Array(2 * STRIPS * width);
  const rises = new Float32Array(width);
  const every = Math.max(1, Math.floor(height / ENOUGH_ROWS));
  const above = new Float32Array(width);
  const below = new Float32Array(width);
  const before = (sums: Float32Array, x: number) =>
    (sums[x] ?? 0) - Math.max(0, Math.min(sums[x - 2 * ASIDE] ?? 0, sums[x + 2 * ASIDE] ?? 0));
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

/** Adds how far each sample of a row is above and below the reference's samples around it. */
function beyond(
  luma: Uint8Array,
  reference: Float32Array,
  start: number,
  width: number,
  above: Float32Array,
  below: Float32Array,
): void {
  let a = reference[start] ?? 0;
  let b = reference[start + 1] ?? 0;
  for (let x = SWAY; x < width - SWAY; x++) {
    const c = reference[start + x + 1] ?? 0;
    const value = luma[start + x] ?? 0;
    const up = value - (a > b ? (a > c ? a : c) : b > c ? b : c);
    const down = (a < b ? (a < c ? a : c) : b < c ? b : c) - value;
    above[x] = (above[x] ?? 0) + (up > CLIP ? CLIP : up < -CLIP ? -CLIP : up);
    below[x] = (below[x] ?? 0) + (down > CLIP ? CLIP : down < -CLIP ? -CLIP : down);
    a = b;
    b = c;
  }
}
