/** Finds noise that a codec has smoothed in time: it no longer flickers, it wanders. */
import { cellGrid, type Frame } from '../frame/frame.js';
import type { Resumable, SourceInfo } from '../frame/seams.js';
import { openSampleKernel } from './sample-kernel.js';

/** Frames between the two that are compared: coded noise is renewed slowly, macroblock by macroblock. */
const LAG = 4;
/**
 * Coded noise is believed when the median and the lower quartile of the wander, in grey levels, are
 * both as large as this; the belief ends below DOUBT of it. Leaves in the wind and a camera that
 * sways change edges and leave plain walls alone, noise is everywhere: its quartile tells them apart.
 */
const MEDIAN_FROM = 1;
const QUARTILE_FROM = 0.45;
/**
 * Noise is renewed in every frame somewhere: the least of so many medians in a row must be large as
 * well. What a key frame changes comes all at once, and then rests.
 */
const IN_A_ROW = 8;
const DOUBT = 0.85;
/** Luma noise a pixel for a grey level of wander: 1.05 from the median, doubled by the cell mean. */
const SIGMA_PER_WANDER = 2.1;
const GAIN = 0.1;
/** Cells; lamps and clouds change more than this at once and are not noise. */
const RADIUS = 3;
/** Every third cell is as good as all. */
const SPARSE = 3;
/** Frames after one that tell of its noise: the first belief comes late, and some footage ends quietly. */
const HINDSIGHT = 16;
/** Frames that may be asked for. */
const KEPT = 64;
const BINS = 1024;
const BINS_A_LEVEL = 50;

export interface CodedNoiseSession extends Resumable {
  inspect(frame: Frame): void;
  /**
   * Standard deviation of luma in grey levels of the frame `seq`, by all that was inspected since, as far
   * as it may tell of it; 0 = none believed.
   */
  of(seq: number): number;
  reset(): void;
}

/**
 * The wander is the median over the picture of the change within LAG frames of each cell's luma,
 * less the mean of its surroundings. The median ignores what moves; taking the surroundings away
 * ignores changes of light.
 */
export function openCodedNoiseMeter(info: SourceInfo): CodedNoiseSession {
  const { columns, rows } = cellGrid(info);
  const cells = columns * rows;
  const kernel = openSampleKernel({
    luma: ['u8', 4 * cells],
    own: ['i32', cells],
    sums: ['i32', columns],
    made: ['f32', cells],
  });
  let ring = Array.from({ length: LAG + 1 }, () => new Float32Array(cells));
  let seen = 0;
  let measured = 0;
  let median = 0;
  let quartile = 0;
  let recent: number[] = [];
  let believed = false;
  /** In order; what was believed when a frame had been inspected. */
  let beliefs: { readonly seq: number; readonly sigma: number }[] = [];
  const save = () => ({ ring, seen, measured, median, quartile, recent, believed, beliefs });
  /** Each cell's luma less the mean of its surroundings. */
  const detail = ({ data }: Frame, out: Float32Array) => {
    const { luma, own, sums, made } = kernel;
    luma.set(data.subarray(0, 4 * cells));
    kernel.detail(luma, info.width, columns, rows, RADIUS, own, sums, made);
    out.set(made);
  };
  const believe = (seq: number) => {
    const sigma = believed ? median * SIGMA_PER_WANDER : 0;
    beliefs = [...beliefs.slice(1 - KEPT), { seq, sigma }];
  };
  return {
    inspect(frame) {
      const now = ring[seen % ring.length];
      const then = ring[(seen + 1) % ring.length];
      seen++;
      if (now === undefined || then === undefined) return;
      detail(frame, now);
      if (seen <= LAG) {
        believe(frame.seq);
        return;
      }
      const fresh = quartiles(now, then);
      const gain = Math.max(GAIN, 1 / ++measured);
      median += (fresh.median - median) * gain;
      quartile += (fresh.lower - quartile) * gain;
      recent = [...recent.slice(1 - IN_A_ROW), fresh.median];
      const ease = believed ? DOUBT : 1;
      believed = Math.min(...recent) >= MEDIAN_FROM * ease && quartile >= QUARTILE_FROM * ease;
      believe(frame.seq);
    },
    of: (asked) => {
      const telling = beliefs.filter(({ seq }) => seq >= asked && seq <= asked + HINDSIGHT);
      return Math.max(0, ...telling.map(({ sigma }) => sigma));
    },
    save,
    load(state) {
      const from = state as ReturnType<typeof save>;
      ({ ring, seen, measured, median, quartile, recent, believed, beliefs } = from);
    },
    reset() {
      seen = 0;
      measured = 0;
      median = 0;
      quartile = 0;
      recent = [];
      believed = false;
      beliefs = [];
    },
  };
}

/** Of the change of each cell, in grey levels. */
function quartiles(now: Float32Array, then: Float32Array): { lower: number; median: number } {
  const bins = new Uint32Array(BINS);
  const count = Math.ceil(now.length / SPARSE);
  for (let cell = 0; cell < now.length; cell += SPARSE) {
    const change = Math.abs((now[cell] ?? 0) - (then[cell] ?? 0));
    const bin = Math.min(BINS - 1, (change * BINS_A_LEVEL) | 0);
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  let below = 0;
  let lower: number | undefined;
  for (let bin = 0; bin < BINS; bin++) {
    below += bins[bin] ?? 0;
    const level = (bin + 0.5) / BINS_A_LEVEL;
    if (4 * below >= count) lower ??= level;
    if (2 * below >= count) return { lower: lower ?? level, median: level };
  }
  throw new Error('a median is always reached');
}
