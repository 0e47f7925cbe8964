/** Finds horizontal streaks that are in one frame only. */
import type { FrameSize } from '../frame/frame.js';
import { hasMoved } from './moved.js';
import { SHORTEST, type Hits, type Neighbours } from './spikes.js';

/** Luma samples `[top, bottom)` x `[left, right)`. */
export interface Streak {
  readonly top: number;
  readonly bottom: number;
  left: number;
  right: number;
}

/** Samples along a row over which hits are counted. */
const WINDOW = 24;
/** Hits in the window that make it part of a run. */
const DENSE = 12;

/** Density of hits in a band that was put together from pieces. */
const WHOLE = 0.6;

/** A run of rows that agree in where they begin and end. */
interface Band {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

/** Streaks shorter than this share of the width must also lie over ground that did not change. */
const SHORT = 0.25;

/**
 * A sample is hit when its row, gathered over a few samples, is beyond both neighbouring frames on
 * the same side (the spike index of Kokaram, "Motion Picture Restoration", 1998, chapter 7), or when
 * it differs from both far more than they differ from each other: a streak full of noise. A streak is a
 * long, low band of hits whose rows begin at once: what moves has no such straight upper and lower edge.
 */
export function findStreaks(
  size: FrameSize,
  luma: Uint8Array,
  neighbours: Neighbours,
  spikes: Hits,
): Streak[] {
  const { width, height } = size;
  const hits = spikes.marks;
  const tallest = Math.max(12, Math.round(height / 30));
  const found: Streak[] = [];
  const unfit: Band[] = [];
  const judge = (band: Band, least: number): boolean => {
    const rows = band.bottom - band.top;
    const length = band.right - band.left;
    if (rows > tallest || length < Math.max(SHORTEST, rows * 6)) return false;
    let inside = 0;
    for (let y = band.top; y < band.bottom; y++) inside += density(hits, width, y, band);
    inside /= rows;
    const above = outside(hits, width, height, band.top - 1, band.top - 2, band);
    const below = outside(hits, width, height, band.bottom, band.bottom + 1, band);
    if (inside < least || Math.max(above, below) > inside * 0.4) return false;
    if (!isDamage(size, luma, neighbours, band)) return true;
    found.push(trimmed(width, luma, neighbours, band));
    return true;
  };
  for (const band of bands(spikes, size, tallest)) {
    if (!judge(band, 0)) unfit.push(band);
  }
  // A streak over ground of its own brightness falls apart; its pieces make a band only together.
  for (const band of merged(unfit)) judge(band, WHOLE);
  return joined(found, width);
}

/** A band of hits is damage when it lies on ground that stays, and was not brought by motion. */
function isDamage(size: FrameSize, luma: Uint8Array, neighbours: Neighbours, band: Band): boolean {
  const { before, after } = neighbours;
  const length = band.right - band.left;
  if (before === after) {
    if (!isHere(size, luma, after, band)) return false;
  } else if (length < size.width * SHORT && !isOnStillGround(size.width, luma, neighbours, band)) {
    return false;
  }
  if (length >= size.width * 2 * SHORT) return true;
  return !hasMoved(size, luma, before, band) && !hasMoved(size, luma, after, band);
}

/** Joins bands that touch, each group to one band around it. */
function merged(bands: readonly Band[]): Band[] {
  const groups: { band: Band; members: number }[] = [];
  for (const { top, bottom, left, right } of [...bands].sort((a, b) => a.top - b.top)) {
    const band = { top, bottom, left, right };
    let members = 1;
    for (let i = groups.length - 1; i >= 0; i--) {
      const group = groups[i];
      if (group === undefined || group.band.bottom < band.top) continue;
      if (overlap(group.band, band) <= 0) continue;
      band.top = Math.min(band.top, group.band.top);
      band.bottom = Math.max(band.bottom, group.band.bottom);
      band.left = Math.min(band.left, group.band.left);
      band.right = Math.max(band.right, group.band.right);
      members += group.members;
      groups.splice(i, 1);
    }
    groups.push({ band, members });
  }
  return groups.filter(({ members }) => members > 1).map(({ band }) => band);
}

/** Do the neighbouring frames agree with each other where the streak is? Behind a car they do not. */
function isOnStillGround(
  width: number,
  luma: Uint8Array,
  { before, after }: Neighbours,
  band: Band,
): boolean {
  let apart = 0;
  let away = 0;
  for (let y = band.top; y < band.bottom; y++) {
    for (let i = y * width + band.left; i < y * width + band.right; i++) {
      const a = (luma[i] ?? 0) - (before[i] ?? 0);
      const b = (luma[i] ?? 0) - (after[i] ?? 0);
      apart += (a - b) * (a - b);
      away += Math.min(a * a, b * b);
    }
  }
  return apart < away * 0.5;
}

/** Gathering along the row has let the ends grow: cut back to where the difference itself begins. */
function trimmed(
  width: number,
  luma: Uint8Array,
  { before, after }: Neighbours,
  band: Band,
): Streak {
  const away = (x: number) => {
    let sum = 0;
    for (let i = band.top * width + x; i < band.bottom * width; i += width) {
      const value = luma[i] ?? 0;
      sum += Math.min(Math.abs(value - (before[i] ?? 0)), Math.abs(value - (after[i] ?? 0)));
    }
    return sum;
  };
  let inner = 0;
  const step = Math.max(1, Math.floor((band.right - band.left) / 16));
  let count = 0;
  for (let x = band.left + (step >> 1); x < band.right; x += step, count++) inner += away(x);
  const enough = (inner / count) * 0.4;
  let { left, right } = band;
  while (left < band.left + 8 && away(left) < enough && away(left + 1) < enough) left++;
  while (right > band.right - 8 && away(right - 1) < enough && away(right - 2) < enough) right--;
  return { top: band.top, bottom: band.bottom, left, right };
}

/** With one neighbour alone: is the streak in this frame, and not in that one? */
function isHere(
  { width, height }: FrameSize,
  luma: Uint8Array,
  other: Uint8Array,
  band: Band,
): boolean {
  let here = 0;
  let there = 0;
  for (const y of [band.top, band.bottom]) {
    if (y < 1 || y >= height) continue;
    for (let i = y * width + band.left; i < y * width + band.right; i++) {
      here += Math.abs((luma[i] ?? 0) - (luma[i - width] ?? 0));
      there += Math.abs((other[i] ?? 0) - (other[i - width] ?? 0));
    }
  }
  return here > there * 1.2;
}

/** Links the runs of neighbouring rows that cover nearly the same samples. */
function bands({ marks, counts }: Hits, { width, height }: FrameSize, tallest: number): Band[] {
  const closed: Band[] = [];
  let open: Band[] = [];
  for (let y = 0; y < height; y++) {
    // Most rows have too few to be dense anywhere.
    const runs = (counts[y] ?? 0) < DENSE ? [] : runsOf(marks, y * width, width);
    if (runs.length === 0 && open.length === 0) continue;
    const still: Band[] = [];
    for (const run of runs) {
      const band = open.find((b) => b.bottom === y && overlap(b, run) > 0.5);
      if (band === undefined) {
        still.push({ top: y, bottom: y + 1, ...run });
      } else {
        band.bottom = y + 1;
        band.left = Math.min(band.left, run.left);
        band.right = Math.max(band.right, run.right);
        still.push(band);
      }
    }
    for (const band of open) if (band.bottom !== y + 1) closed.push(band);
    open = still;
  }
  return [...closed, ...open].filter((band) => band.bottom - band.top <= tallest * 2);
}

interface Run {
  left: number;
  right: number;
}

function runsOf(hits: Uint8Array, start: number, width: number): Run[] {
  const runs: Run[] = [];
  let count = 0;
  let left = -1;
  for (let x = 0; x < width + WINDOW; x++) {
    if (x < width) count += hits[start + x] ?? 0;
    if (x >= WINDOW) count -= hits[start + x - WINDOW] ?? 0;
    if (count >= DENSE && left < 0) left = Math.max(0, x - WINDOW + 1);
    if (count < DENSE && left >= 0) {
      let right = Math.min(x, width);
      while (left < right && hits[start + left] === 0) left++;
      while (right > left && hits[start + right - 1] === 0) right--;
      if (right - left >= WINDOW) runs.push({ left, right });
      left = -1;
    }
  }
  return runs;
}

function overlap(a: Run, b: Run): number {
  const shared = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  return shared / (Math.max(a.right, b.right) - Math.min(a.left, b.left));
}

function density(hits: Uint8Array, width: number, y: number, { left, right }: Run): number {
  let count = 0;
  for (let i = y * width + left; i < y * width + right; i++) count += hits[i] ?? 0;
  return count / (right - left);
}

/** Density in the calmer of the two rows next to a band; a soft edge may spill into the first. */
function outside(
  hits: Uint8Array,
  width: number,
  height: number,
  near: number,
  far: number,
  run: Run,
): number {
  if (near < 0 || near >= height) return 0;
  const first = density(hits, width, near, run);
  return far < 0 || far >= height ? first : Math.min(first, density(hits, width, far, run));
}

/** Streaks side by side in the same rows are one that ran over ground of its own brightness. */
function joined(streaks: Streak[], width: number): Streak[] {
  const out: Streak[] = [];
  for (const streak of streaks.sort((a, b) => a.top - b.top || a.left - b.left)) {
    const partner = out.find(
      (other) =>
        Math.abs(other.top - streak.top) <= 1 &&
        Math.abs(other.bottom - streak.bottom) <= 1 &&
        streak.left - other.right < width / 4 &&
        other.left - streak.right < width / 4,
    );
    if (partner === undefined) {
      out.push(streak);
    } else {
      partner.left = Math.min(partner.left, streak.left);
      partner.right = Math.max(partner.right, streak.right);
    }
  }
  return out;
}
