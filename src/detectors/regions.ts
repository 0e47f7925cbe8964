/** Keeps the connected regions of a score that are what they should be, whole. */
import type { CellGrid } from '../frame/frame.js';

/** What a region must have to be kept. */
export interface RegionRule {
  /** Scores from here on belong to a region. */
  readonly low: number;
  /** Scores from here on are sure. */
  readonly sure: number;
  /** Cells that a region must reach, in its longer direction. */
  readonly extent: number;
  /** Sure cells for each cell of the longer direction (what is thin), or for each cell (what is not). */
  readonly share: number;
  readonly shareOf: 'length' | 'cells';
  /** The share of a region at the border of the picture, where a part of its outline is not seen. */
  readonly shareAtBorder?: number;
  /** Of a region that is kept, the cells with a score from here on are marked. */
  readonly marked: number;
}

/** Share of a region from which it is known already: what is more of it is its rim. */
const KNOWN = 0.8;

/** The least score of what is kept: it is to be repaired. */
const KEPT = 128;

/**
 * The regions (connected over sides and corners) that keep the rule, with scores of 128 and above,
 * and 0 elsewhere. Two
 * thresholds: a region must be sure in places, and is followed as far as it can be told.
 * @param score `[rows, columns]` u8; not changed
 * @param known regions of which four fifths are there (not 0) already are not kept
 */
export function keepRegions(
  { columns, rows }: CellGrid,
  score: Uint8Array,
  { low, sure, extent, share, shareAtBorder = share, shareOf, marked }: RegionRule,
  known?: Uint8Array,
): Uint8Array {
  const kept = new Uint8Array(score.length);
  let visited: Uint8Array | undefined;
  const region: number[] = [];
  // A region in which nothing is sure is not kept, and not walked through.
  for (let start = 0; start < score.length; start++) {
    if ((score[start] ?? 0) < sure) continue;
    visited ??= new Uint8Array(score.length);
    if (visited[start] !== 0) continue;
    region.length = 0;
    region.push(start);
    visited[start] = 1;
    let left = columns;
    let right = 0;
    let top = rows;
    let bottom = 0;
    let certain = 0;
    let already = 0;
    for (let next = 0; next < region.length; next++) {
      const cell = region[next] ?? 0;
      const y = Math.floor(cell / columns);
      const x = cell - y * columns;
      if ((score[cell] ?? 0) >= sure) certain++;
      if ((known?.[cell] ?? 0) !== 0) already++;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
      for (let v = Math.max(0, y - 1); v <= Math.min(rows - 1, y + 1); v++) {
        for (let u = Math.max(0, x - 1); u <= Math.min(columns - 1, x + 1); u++) {
          const at = v * columns + u;
          if (visited[at] !== 0 || (score[at] ?? 0) < low) continue;
          visited[at] = 1;
          region.push(at);
        }
      }
    }
    const long = Math.max(right - left, bottom - top) + 1;
    const whole = shareOf === 'length' ? long : region.length;
    const atBorder = left === 0 || top === 0 || right === columns - 1 || bottom === rows - 1;
    if (long < extent || certain < (atBorder ? shareAtBorder : share) * whole) continue;
    if (already >= KNOWN * region.length) continue;
    for (const cell of region) {
      const value = score[cell] ?? 0;
      if (value >= marked) kept[cell] = Math.max(KEPT, value);
    }
  }
  return kept;
}
