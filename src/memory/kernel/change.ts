/** AssemblyScript. Tells whether a cell shows something else than what is remembered there. */
import { bytesAt, samplesAt, storeBytes, within } from './lanes';
import { columns, cells, rows, width, frame, mask, known, total } from './layout';
import { recent, ran, scratch, stride, Layer } from './layout';

/** Changed: the 5x5 mean difference exceeds gate times its standard deviation, plus floor. */
const MEAN_GATE: f32 = 3.5;
const MEAN_FLOOR: f32 = 3;
/** … or the 5x5 mean absolute luma difference exceeds gate times its expectation, plus floor. */
const ABSOLUTE_GATE: f32 = 1.35;
const ABSOLUTE_FLOOR: f32 = 3;
/** E|x| of a standard normal. */
const HALF_NORMAL: f32 = 0.7979;
const SHIFT_BINS: i32 = 512;
const RADIUS: i32 = 2;
const WINDOW: i32 = 5;
/** Bytes left of a row in scratch memory: the sums to its left are nought. */
const MARGIN: usize = 16;

/** Finds where frame and memory can be compared (unmasked, remembered); returns how many cells. */
export function compare(): i32 {
  let comparable: i32 = 0;
  for (let cell = 0; cell < cells; cell += 16) {
    const hidden = i8x16.ne(v128.load(mask + cell), i8x16.splat(0));
    const seen = i8x16.ne(v128.load(recent.count + cell), i8x16.splat(0));
    let usable = v128.andnot(seen, hidden);
    v128.store(known + cell, v128.and(usable, i8x16.splat(1)));
    let bits = i8x16.bitmask(usable);
    if (cells - cell < 16) bits &= (1 << (cells - cell)) - 1;
    comparable += popcnt(bits);
  }
  for (let row = 0; row < rows; row++) countRound(row);
  return comparable;
}

/** Sums of the flags over 5x5 cells round each cell of a row, at most 25. */
function countRound(row: i32): void {
  const first = max(row - RADIUS, 0);
  const last = min(row + RADIUS, rows - 1);
  const sums = scratch + MARGIN;
  for (let x = 0; x < columns; x += 16) {
    let sum = i8x16.splat(0);
    for (let near = first; near <= last; near++) {
      sum = i8x16.add(sum, v128.load(known + near * columns + x));
    }
    v128.store(sums + x, sum);
  }
  memory.fill(scratch, 0, MARGIN);
  memory.fill(sums + columns, 0, MARGIN);
  for (let x = 0; x < columns; x += 16) {
    const at = sums + x;
    const left = i8x16.add(v128.load(at - 2), v128.load(at - 1));
    const right = i8x16.add(v128.load(at + 1), v128.load(at + 2));
    const sum = i8x16.add(i8x16.add(left, right), v128.load(at));
    v128.store(total + row * columns + x, sum);
  }
}

/** The sum of the four luma values of four cells, the first at `at`, in f32. */
function remembered(at: usize): v128 {
  const below = at + 4 * width;
  const a = v128.load(at);
  const b = v128.load(at, 16);
  const c = v128.load(below);
  const d = v128.load(below, 16);
  const over = f32x4.add(v128.shuffle<i32>(a, b, 0, 2, 4, 6), v128.shuffle<i32>(a, b, 1, 3, 5, 7));
  return f32x4.add(
    f32x4.add(over, v128.shuffle<i32>(c, d, 0, 2, 4, 6)),
    v128.shuffle<i32>(c, d, 1, 3, 5, 7),
  );
}

/** The same of the frame. */
function shown(at: usize): v128 {
  const over = i16x8.extend_low_i8x16_u(v128.load64_zero(at));
  const under = i16x8.extend_low_i8x16_u(v128.load64_zero(at + width));
  return f32x4.convert_i32x4_s(i32x4.extadd_pairwise_i16x8_s(i16x8.add(over, under)));
}

/** Mean luma of the frame minus that of `layer`: of four cells, nought where they do not compare. */
function lumaDifference(layer: Layer, cell: usize, luma: usize, usable: v128): v128 {
  const difference = f32x4.sub(shown(frame + luma), remembered(layer.mean + 4 * luma));
  return v128.and(f32x4.mul(difference, f32x4.splat(0.25)), usable);
}

/** The median over comparable cells of frame minus `recent`, luma, in steps of 1/4 grey level. */
export function medianShift(comparable: i32): f32 {
  const bins = scratch + 64;
  memory.fill(bins, 0, 4 * SHIFT_BINS);
  for (let row = 0; row < rows; row++) {
    for (let x = 0; x < columns; x += 4) {
      const cell = row * columns + x;
      const flags = bytesAt(known + cell);
      if (!v128.any_true(flags)) continue;
      const difference = lumaDifference(recent, cell, 2 * (row * width + x), i32x4.neg(flags));
      const steps = f32x4.floor(f32x4.mul(difference, f32x4.splat(4)));
      let bin = i32x4.add(i32x4.trunc_sat_f32x4_s(steps), i32x4.splat(SHIFT_BINS / 2));
      bin = i32x4.min_s(i32x4.max_s(bin, i32x4.splat(0)), i32x4.splat(SHIFT_BINS - 1));
      v128.store(scratch, bin);
      const last = min(4, columns - x);
      for (let lane = 0; lane < last; lane++) {
        if (load<u8>(known + cell + lane) === 0) continue;
        const at = bins + 4 * load<u32>(scratch + 4 * lane);
        store<i32>(at, load<i32>(at) + 1);
      }
    }
  }
  let below: i32 = 0;
  let bin: i32 = 0;
  for (; bin < SHIFT_BINS; bin++) {
    below += load<i32>(bins + 4 * bin);
    if (2 * below >= comparable) break;
  }
  return (<f32>(bin - SHIFT_BINS / 2) + 0.5) / 4;
}

/** Sets `out` to 1 where the frame differs from `layer`, to 0 elsewhere. `sigma` in grey levels. */
export function changed(layer: Layer, sigma: f32, cap: i32, out: usize): void {
  // Five rows of each of four statistics, then the sums over them.
  memory.fill(scratch, 0, 24 * stride);
  for (let row = 0; row < rows + RADIUS; row++) {
    enter(layer, row);
    if (row >= RADIUS) judge(layer, row - RADIUS, sigma, cap, out);
  }
}

/** Differences of a row in place of those of five rows before: luma, its absolute value, U, V. */
function enter(layer: Layer, row: i32): void {
  const to = scratch + 4 * stride * (row % WINDOW) + MARGIN;
  if (row >= rows) {
    memory.fill(to, 0, 4 * stride - MARGIN);
    return;
  }
  for (let x = 0; x < columns; x += 4) {
    const cell = row * columns + x;
    const usable = v128.and(i32x4.neg(bytesAt(known + cell)), within(columns - x));
    const signed = lumaDifference(layer, cell, 2 * (row * width + x), usable);
    const at = to + 4 * x;
    v128.store(at, signed);
    v128.store(at + stride, f32x4.abs(signed));
    const u = 4 * cells + cell;
    const v = 5 * cells + cell;
    const offU = f32x4.sub(samplesAt(frame + u), v128.load(layer.mean + 4 * u));
    v128.store(at + 2 * stride, v128.and(offU, usable));
    const offV = f32x4.sub(samplesAt(frame + v), v128.load(layer.mean + 4 * v));
    v128.store(at + 3 * stride, v128.and(offV, usable));
  }
}

/** Sums over 5x5 of the statistic whose sums over five rows lie at `at`. */
function sumRound(at: usize): v128 {
  const left = f32x4.add(v128.load(at - 8), v128.load(at - 4));
  const right = f32x4.add(v128.load(at + 4), v128.load(at + 8));
  return f32x4.add(f32x4.add(left, right), v128.load(at));
}

/** Compares the sums round each cell of a row with what noise alone would make them. */
function judge(layer: Layer, row: i32, sigma: f32, cap: i32, out: usize): void {
  const ring: usize = 4 * stride;
  const sums = scratch + 5 * ring;
  for (let at: usize = 0; at < ring; at += 16) {
    let sum = f32x4.add(v128.load(scratch + at), v128.load(scratch + ring + at));
    sum = f32x4.add(sum, v128.load(scratch + 2 * ring + at));
    sum = f32x4.add(sum, v128.load(scratch + 3 * ring + at));
    sum = f32x4.add(sum, v128.load(scratch + 4 * ring + at));
    v128.store(sums + at, sum);
  }
  const one = f32x4.splat(1);
  const half = f32x4.splat(0.5);
  const forAbsolute = f32x4.splat(ABSOLUTE_GATE * HALF_NORMAL * 0.5);
  for (let x = 0; x < columns; x += 4) {
    const cell = row * columns + x;
    const at = sums + MARGIN + 4 * x;
    const number = f32x4.max(samplesAt(total + cell), one);
    const samples = i32x4.max_s(
      i32x4.min_s(bytesAt(layer.count + cell), i32x4.splat(cap)),
      i32x4.splat(1),
    );
    const spread = f32x4.sqrt(f32x4.add(one, f32x4.div(one, f32x4.convert_i32x4_s(samples))));
    const widen = f32x4.mul(spread, f32x4.splat(sigma));
    const gate = f32x4.mul(f32x4.mul(widen, f32x4.splat(MEAN_GATE)), f32x4.sqrt(number));
    const floor = f32x4.mul(number, f32x4.splat(MEAN_FLOOR));
    const limit = f32x4.add(gate, floor);
    const absolute = f32x4.mul(
      f32x4.add(f32x4.mul(widen, forAbsolute), f32x4.splat(ABSOLUTE_FLOOR)),
      number,
    );
    let is = f32x4.gt(sumRound(at + stride), absolute);
    is = v128.or(is, f32x4.gt(f32x4.abs(sumRound(at)), f32x4.add(f32x4.mul(gate, half), floor)));
    is = v128.or(is, f32x4.gt(f32x4.abs(sumRound(at + 2 * stride)), limit));
    is = v128.or(is, f32x4.gt(f32x4.abs(sumRound(at + 3 * stride)), limit));
    // Beyond the end of a row lies the next, which is judged after it.
    storeBytes(out + cell, i32x4.neg(is));
  }
}

/** How many comparable cells differ from what is recent. */
export function countChanged(): i32 {
  let count: i32 = 0;
  for (let cell = 0; cell < cells; cell += 16) {
    const both = v128.and(v128.load(known + cell), v128.load(ran + cell));
    let bits = i8x16.bitmask(i8x16.neg(both));
    if (cells - cell < 16) bits &= (1 << (cells - cell)) - 1;
    count += popcnt(bits);
  }
  return count;
}
