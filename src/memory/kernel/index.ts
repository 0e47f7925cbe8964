/** AssemblyScript. What the background memory does to every sample of every frame, in SIMD. */
import { bytesAt, storeBytes, within } from './lanes';
import {
  background,
  begin,
  cells,
  columns,
  far,
  frame,
  mask,
  ran,
  recent,
  rows,
  width,
} from './layout';
import { Layer } from './layout';
import { changed, compare, countChanged, medianShift } from './change';

export { begin, compare, medianShift, countChanged };

// Where things lie, for the views on the other side.
export function frameAt(): usize {
  return frame;
}
export function maskAt(): usize {
  return mask;
}
export function ranAt(): usize {
  return ran;
}
export function farAt(): usize {
  return far;
}
export function meanAt(isBackground: bool): usize {
  return layerOf(isBackground).mean;
}
export function planesAt(isBackground: bool): usize {
  return layerOf(isBackground).planes;
}
export function countAt(isBackground: bool): usize {
  return layerOf(isBackground).count;
}
export function seenAt(isBackground: bool): usize {
  return layerOf(isBackground).seenAt;
}

function layerOf(isBackground: bool): Layer {
  return isBackground ? background : recent;
}

export function findChanged(isBackground: bool, sigma: f32, cap: i32): void {
  changed(layerOf(isBackground), sigma, cap, isBackground ? far : ran);
}

/** Adds `shift` grey levels to the luma of a layer. */
export function shiftLight(isBackground: bool, shift: f32): void {
  const layer = layerOf(isBackground);
  for (let at = 0; at < 4 * cells; at += 4) {
    const value = f32x4.add(v128.load(layer.mean + 4 * at), f32x4.splat(shift));
    v128.store(layer.mean + 4 * at, value);
    storeBytes(layer.planes + at, rounded(value));
  }
}

function rounded(values: v128): v128 {
  return i32x4.trunc_sat_f32x4_u(f32x4.add(values, f32x4.splat(0.5)));
}

/** What becomes of four cells: weights of the sample, and where the background becomes what is recent. */
let forRecent: v128 = i32x4.splat(0);
let forBackground: v128 = i32x4.splat(0);
let taken: v128 = i32x4.splat(0);

/** Blends the frame into both layers. See ../background-memory.ts for the rule. */
export function update(seq: i32, recentCap: i32, backgroundCap: i32): void {
  for (let row = 0; row < rows; row++) {
    for (let x = 0; x < columns; x += 4) {
      const cell = row * columns + x;
      const hidden = i32x4.ne(bytesAt(mask + cell), i32x4.splat(0));
      const learns = v128.andnot(within(columns - x), hidden);
      if (!v128.any_true(learns)) continue;
      decide(cell, learns, seq, recentCap, backgroundCap);
      const luma = 2 * (row * width + x);
      blendLuma(luma);
      blendLuma(luma + width);
      blend(4 * cells + cell, forRecent, forBackground, taken);
      blend(5 * cells + cell, forRecent, forBackground, taken);
    }
  }
}

function decide(cell: i32, learns: v128, seq: i32, recentCap: i32, backgroundCap: i32): void {
  const one = i32x4.splat(1);
  const ranHere = i32x4.ne(bytesAt(ran + cell), i32x4.splat(0));
  const oldCount = bytesAt(recent.count + cell);
  const runs = v128.andnot(oldCount, ranHere);
  const count = i32x4.min_s(i32x4.add(runs, one), i32x4.splat(recentCap));
  forRecent = v128.and(inverse(count), learns);
  storeBytes(recent.count + cell, v128.bitselect(count, oldCount, learns));

  const votes = bytesAt(background.count + cell);
  const farHere = i32x4.ne(bytesAt(far + cell), i32x4.splat(0));
  const voted = v128.and(i32x4.gt_s(votes, i32x4.splat(0)), learns);
  const agrees = v128.andnot(voted, farHere);
  const more = i32x4.add(votes, one);
  forBackground = v128.and(inverse(i32x4.min_s(more, i32x4.splat(recentCap))), agrees);
  const left = i32x4.max_s(i32x4.sub(votes, one), i32x4.splat(0));
  taken = v128.and(v128.andnot(i32x4.ge_s(count, left), agrees), learns);
  let next = v128.bitselect(i32x4.max_s(count, left), votes, learns);
  next = v128.bitselect(i32x4.min_s(more, i32x4.splat(backgroundCap)), next, agrees);
  storeBytes(background.count + cell, next);

  const now = i32x4.splat(seq);
  const seen = recent.seenAt + 4 * cell;
  v128.store(seen, v128.bitselect(now, v128.load(seen), learns));
  const voteSeen = background.seenAt + 4 * cell;
  v128.store(voteSeen, v128.bitselect(now, v128.load(voteSeen), v128.or(agrees, taken)));
}

function inverse(counts: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.convert_i32x4_s(counts));
}

/** Eight luma samples, two of each cell. */
function blendLuma(at: i32): void {
  blend(at, twice(forRecent, false), twice(forBackground, false), twice(taken, false));
  blend(at + 4, twice(forRecent, true), twice(forBackground, true), twice(taken, true));
}

function twice(lanes: v128, isHigh: bool): v128 {
  return isHigh
    ? v128.shuffle<i32>(lanes, lanes, 2, 2, 3, 3)
    : v128.shuffle<i32>(lanes, lanes, 0, 0, 1, 1);
}

/** Moves four values towards their samples; one whose weights are nought stays as it is. */
function blend(at: i32, weight: v128, backgroundWeight: v128, takes: v128): void {
  const sample = f32x4.convert_i32x4_s(bytesAt(frame + at));
  const value = towards(recent, at, sample, weight);
  v128.store(recent.mean + 4 * at, value);
  storeBytes(recent.planes + at, rounded(value));
  const voted = v128.bitselect(value, towards(background, at, sample, backgroundWeight), takes);
  v128.store(background.mean + 4 * at, voted);
  storeBytes(background.planes + at, rounded(voted));
}

function towards(layer: Layer, at: i32, sample: v128, weight: v128): v128 {
  const old = v128.load(layer.mean + 4 * at);
  return f32x4.add(old, f32x4.mul(f32x4.sub(sample, old), weight));
}
