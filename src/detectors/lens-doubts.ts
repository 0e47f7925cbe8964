/** Where the pictures themselves say that nothing lies on the lens, whatever a network makes of them. */
import { boxMeans } from './box-means.js';
import type { LensStatistics } from './lens-statistics.js';
import type { RegionRule } from './regions.js';

/** Luma from which a sky is burnt out: smooth and without a stir, as dirt is, which is never so bright. */
const BURNT_OUT = 224;

/** Grey levels, beyond the noise, by which a sample stirs that shows something which moves. */
const STIR = 12;
/** Dirt that one sees through stirs less than what is around it; what moves does not. */
const SHARE = 0.6;
/** Cells to each side that are around. */
const AROUND = 24;

/**
 * Lowers the scores of dirt in place, `[height / 2, width / 2]`: what is burnt out is not marked, and
 * a region is not sure where it stirs with what is around it, as a gap between people does who pass.
 * Both still belong to their region, and speak against it.
 */
export function doubtDirt(scores: Uint8Array, from: LensStatistics, rule: RegionRule): void {
  const { mean, variance } = from.luma;
  const [columns, rows] = [from.width >> 1, from.height >> 1];
  const floor = from.noiseLeft() ** 2 * from.count;
  const stir = new Float32Array(columns * rows);
  for (let cell = 0; cell < stir.length; cell++) {
    const y = Math.floor(cell / columns);
    const at = 2 * (y * from.width + (cell - y * columns));
    const level = meanOfCell(mean, at, from.width);
    stir[cell] = Math.max(0, meanOfCell(variance, at, from.width) - floor);
    if (level >= BURNT_OUT) scores[cell] = Math.min(rule.low, scores[cell] ?? 0);
  }
  const around = new Float32Array(stir.length);
  boxMeans(stir, around, columns, rows, AROUND);
  for (const [cell, own] of stir.entries()) {
    if (own < STIR ** 2 || own < SHARE ** 2 * (around[cell] ?? 0)) continue;
    scores[cell] = Math.min(rule.sure - 1, scores[cell] ?? 0);
  }
}

/** Of the four samples from `at` on. */
function meanOfCell(plane: Float32Array, at: number, width: number): number {
  const upper = (plane[at] ?? 0) + (plane[at + 1] ?? 0);
  return (upper + (plane[at + width] ?? 0) + (plane[at + width + 1] ?? 0)) / 4;
}
