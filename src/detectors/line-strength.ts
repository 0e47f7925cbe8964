/** Measures how much of a thin vertical line there is in each strip and column of a picture. */
import type { FrameSize } from '../frame/frame.js';
import { openSampleKernel } from './sample-kernel.js';

/** Strips of rows over which a line is gathered; within one a slanted line hardly moves. */
export const STRIPS = 16;
/** A line of up to three samples is brighter or darker than what is this far to either side. */
export const ASIDE = 3;
/** Rows that are looked at in a tall picture. */
const ENOUGH_ROWS = 150;

/** Bright (row 0) and dark (row 1) lines, in grey levels, each `[2, STRIPS, width]`. */
export interface LineStrength {
  /** What stands out from both sides. */
  readonly standing: Float32Array;
  /**
   * What is also beyond all that the reference has within one sample, so that poles and door
   * frames do not count, even when the camera sways; a change of light, which is on both sides as
   * well, is taken away.
   */
  readonly fresh: Float32Array;
}

/** Clip of a difference, in grey levels, so that no strong edge decides alone. */
export const CLIP = 48;

export type LineStrengthOf = (luma: Uint8Array, reference: Uint8Array) => LineStrength;

export function openLineStrength({ width, height }: FrameSize): LineStrengthOf {
  const kernel = openSampleKernel({
    here: ['u8', width * height],
    known: ['u8', width * height],
    rises: ['i16', width],
    above: ['i16', width],
    below: ['i16', width],
  });
  const { here, known, rises, above, below } = kernel;
  const every = Math.max(1, Math.floor(height / ENOUGH_ROWS));
  const before = (sums: Int16Array, x: number) =>
    (sums[x] ?? 0) - Math.max(0, Math.min(sums[x - 2 * ASIDE] ?? 0, sums[x + 2 * ASIDE] ?? 0));
  return (luma, reference) => {
    const standing = new Float32Array(2 * STRIPS * width);
    const fresh = new Float32Array(2 * STRIPS * width);
    here.set(luma);
    known.set(reference);
    for (let strip = 0; strip < STRIPS; strip++) {
      const top = Math.floor((strip * height) / STRIPS);
      const bottom = Math.floor(((strip + 1) * height) / STRIPS);
      kernel.sumLines(here, known, width, top, bottom, every, ASIDE, CLIP, rises, above, below);
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
  };
}
