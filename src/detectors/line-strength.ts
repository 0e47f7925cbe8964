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

/** Lent until the next call. */
export type LineStrengthOf = (luma: Uint8Array, reference: Uint8Array) => LineStrength;

export function openLineStrength({ width, height }: FrameSize): LineStrengthOf {
  const kernel = openSampleKernel({
    here: ['u8', width * height],
    known: ['u8', width * height],
    rises: ['i16', width],
    above: ['i16', width],
    below: ['i16', width],
    standing: ['f32', 2 * STRIPS * width],
    fresh: ['f32', 2 * STRIPS * width],
  });
  const { here, known, rises, above, below, standing, fresh } = kernel;
  const every = Math.max(1, Math.floor(height / ENOUGH_ROWS));
  const strips = (lines: Float32Array) =>
    Array.from({ length: STRIPS }, (_, strip) => ({
      bright: lines.subarray(strip * width, (strip + 1) * width),
      dark: lines.subarray((STRIPS + strip) * width, (STRIPS + strip + 1) * width),
    }));
  const [standingIn, freshIn] = [strips(standing), strips(fresh)];
  return (luma, reference) => {
    here.set(luma);
    known.set(reference);
    for (const [strip, { bright, dark }] of standingIn.entries()) {
      const news = freshIn[strip];
      if (news === undefined) continue;
      const top = Math.floor((strip * height) / STRIPS);
      const bottom = Math.floor(((strip + 1) * height) / STRIPS);
      kernel.sumLines(here, known, width, top, bottom, every, ASIDE, CLIP, rises, above, below);
      const rows = Math.ceil((bottom - top) / every);
      const sums = [rises, above, below] as const;
      kernel.standOut(...sums, width, ASIDE, rows, bright, dark, news.bright, news.dark);
    }
    return { standing, fresh };
  };
}
