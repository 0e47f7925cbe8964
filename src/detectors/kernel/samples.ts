/** AssemblyScript. What detectors do to every sample of every frame; ../sample-kernel.ts says how it is called. */

/** Bytes beyond the end of an array that may be read and written. */
const PAD: usize = 64;

/** Once: memory for all arrays together, cleared. */
export function reserve(bytes: usize): usize {
  const at = heap.alloc(bytes + PAD);
  memory.fill(at, 0, bytes + PAD);
  return at;
}

/** `mean[i] += (luma[i] - mean[i]) * gain`, f32 and u8. */
export function average(mean: usize, luma: usize, count: i32, gain: f32): void {
  const by = f32x4.splat(gain);
  for (let i = 0; i < count; i += 8) {
    const wide = v128.load64_zero(luma + i);
    const halves = i16x8.extend_low_i8x16_u(wide);
    stepTo(mean + 4 * i, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(halves)), by);
    stepTo(mean + 4 * i + 16, f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(halves)), by);
  }
}

function stepTo(at: usize, value: v128, gain: v128): void {
  const old = v128.load(at);
  v128.store(at, f32x4.add(old, f32x4.mul(f32x4.sub(value, old), gain)));
}

/** Counts (up to 255) how often in a row each sample kept its value; returns how many kept it now. */
export function countRepeats(repeats: usize, luma: usize, previous: usize, count: i32): i32 {
  const one = i8x16.splat(1);
  let kept = 0;
  let i = 0;
  for (; i + 16 <= count; i += 16) {
    const same = i8x16.eq(v128.load(luma + i), v128.load(previous + i));
    const counted = i8x16.add_sat_u(v128.load(repeats + i), one);
    v128.store(repeats + i, v128.and(counted, same));
    kept += popcnt(i8x16.bitmask(same));
  }
  for (; i < count; i++) {
    const same = load<u8>(luma + i) == load<u8>(previous + i);
    const old = <i32>load<u8>(repeats + i);
    store<u8>(repeats + i, same ? min(old + 1, 255) : 0);
    kept += same ? 1 : 0;
  }
  return kept;
}

/** A running mean in 256ths of a grey level (u16), and rounded (u8); of what is damaged (1), nothing is learned. */
export function learnReference(
  reference: usize,
  sums: usize,
  luma: usize,
  damaged: usize,
  count: i32,
  gain: f32,
): void {
  const by = f32x4.splat(gain);
  for (let i = 0; i < count; i += 8) {
    const old = v128.load(sums + 2 * i);
    const value = i16x8.shl(i16x8.extend_low_i8x16_u(v128.load64_zero(luma + i)), 8);
    const low = towards(i32x4.extend_low_i16x8_u(old), i32x4.extend_low_i16x8_u(value), by);
    const high = towards(i32x4.extend_high_i16x8_u(old), i32x4.extend_high_i16x8_u(value), by);
    // Sums fit 16 bits without a sign, which a narrowing from 32 bits with one saturates to.
    const fresh = i16x8.narrow_i32x4_u(low, high);
    const skip = i16x8.ne(i16x8.extend_low_i8x16_u(v128.load64_zero(damaged + i)), i16x8.splat(0));
    const sum = v128.bitselect(old, fresh, skip);
    v128.store(sums + 2 * i, sum);
    const rounded = i16x8.shr_u(i16x8.add_sat_u(sum, i16x8.splat(128)), 8);
    const before = i16x8.extend_low_i8x16_u(v128.load64_zero(reference + i));
    const shown = v128.bitselect(before, rounded, skip);
    v128.store_lane<i64>(reference + i, i8x16.narrow_i16x8_u(shown, shown), 0);
  }
}

function towards(old: v128, value: v128, gain: v128): v128 {
  const from = f32x4.convert_i32x4_u(old);
  const step = f32x4.mul(f32x4.convert_i32x4_s(i32x4.sub(value, old)), gain);
  return i32x4.trunc_sat_f32x4_s(f32x4.add(from, step));
}

/**
 * Of each block of 8x8 samples, `across * down` of them: the sum of `luma`, of its difference to
 * `other`, and of the squares of that, three i32 a block.
 */
export function compareBlocks(
  luma: usize,
  other: usize,
  width: i32,
  across: i32,
  down: i32,
  sums: usize,
): void {
  for (let block = 0; block < across * down; block++) {
    let at: usize = (block / across) * 8 * width + (block % across) * 8;
    let level = i16x8.splat(0);
    let change = i16x8.splat(0);
    let squares = i32x4.splat(0);
    for (let row = 0; row < 8; row++, at += width) {
      const here = i16x8.extend_low_i8x16_u(v128.load64_zero(luma + at));
      const off = i16x8.sub(here, i16x8.extend_low_i8x16_u(v128.load64_zero(other + at)));
      level = i16x8.add(level, here);
      change = i16x8.add(change, off);
      squares = i32x4.add(squares, i32x4.dot_i16x8_s(off, off));
    }
    const to = sums + 12 * block;
    const ones = i16x8.splat(1);
    store<i32>(to, total(i32x4.dot_i16x8_s(level, ones)));
    store<i32>(to + 4, total(i32x4.dot_i16x8_s(change, ones)));
    store<i32>(to + 8, total(squares));
  }
}

function total(four: v128): i32 {
  return (
    i32x4.extract_lane(four, 0) +
    i32x4.extract_lane(four, 1) +
    i32x4.extract_lane(four, 2) +
    i32x4.extract_lane(four, 3)
  );
}

/**
 * Each cell's luma less the mean of the (2 radius + 1)² cells round it, as many as lie inside, f32.
 * `cells` and `sums` are scratch: i32 of each cell, and of each column.
 */
export function detail(
  luma: usize,
  width: i32,
  columns: i32,
  rows: i32,
  radius: i32,
  cells: usize,
  sums: usize,
  out: usize,
): void {
  for (let row = 0; row < rows; row++) {
    let at: usize = luma + row * 2 * width;
    let to: usize = cells + 4 * row * columns;
    for (let column = 0; column < columns; column++, at += 2, to += 4) {
      const four =
        <i32>load<u8>(at) +
        <i32>load<u8>(at + 1) +
        <i32>load<u8>(at + width) +
        <i32>load<u8>(at + width + 1);
      store<i32>(to, four);
    }
  }
  memory.fill(sums, 0, 4 * columns);
  for (let row = 0; row < min(radius, rows); row++)
    addRow(cells + 4 * row * columns, sums, columns);
  for (let row = 0; row < rows; row++) {
    if (row + radius < rows) addRow(cells + 4 * (row + radius) * columns, sums, columns);
    if (row > radius) takeRow(cells + 4 * (row - radius - 1) * columns, sums, columns);
    const tall = min(rows, row + radius + 1) - max(0, row - radius);
    let sum = 0;
    for (let x = 0; x < min(radius, columns); x++) sum += load<i32>(sums + 4 * x);
    for (let x = 0; x < columns; x++) {
      if (x + radius < columns) sum += load<i32>(sums + 4 * (x + radius));
      if (x > radius) sum -= load<i32>(sums + 4 * (x - radius - 1));
      const wide = min(columns, x + radius + 1) - max(0, x - radius);
      const at = 4 * (row * columns + x);
      const samples = 4 * wide * tall;
      const mean = f32(sum) / f32(samples);
      store<f32>(out + at, f32(load<i32>(cells + at)) * 0.25 - mean);
    }
  }
}

function addRow(row: usize, sums: usize, columns: i32): void {
  for (let x = 0; x < columns; x++) {
    const at = sums + 4 * x;
    store<i32>(at, load<i32>(at) + load<i32>(row + 4 * x));
  }
}

function takeRow(row: usize, sums: usize, columns: i32): void {
  for (let x = 0; x < columns; x++) {
    const at = sums + 4 * x;
    store<i32>(at, load<i32>(at) - load<i32>(row + 4 * x));
  }
}

/**
 * Sums of `size` x `size` samples, u32 `[rows, columns]`, from `luma`, whose width and height need be no multiple
 * of that: spots at the right and lower border are smaller. `sums`: u16 of each column and eight more.
 */
export function spotSums(
  luma: usize,
  width: i32,
  height: i32,
  size: i32,
  columns: i32,
  rows: i32,
  sums: usize,
  out: usize,
): void {
  for (let row = 0; row < rows; row++) {
    memory.fill(sums, 0, 2 * (width + 8));
    const bottom = min(height, (row + 1) * size);
    for (let y = row * size; y < bottom; y++) {
      const line = luma + y * width;
      for (let x = 0; x < width; x += 8) {
        const value = i16x8.extend_low_i8x16_u(v128.load64_zero(line + x));
        v128.store(sums + 2 * x, i16x8.add(v128.load(sums + 2 * x), value));
      }
    }
    for (let column = 0; column < columns; column++) {
      const right = min(width, (column + 1) * size);
      let sum: u32 = 0;
      for (let x = column * size; x < right; x++) sum += <u32>load<u16>(sums + 2 * x);
      store<u32>(out + 4 * (row * columns + column), sum);
    }
  }
}

/**
 * A plane u8 of `width` x `height` to one of `wide` x `tall`, linearly between the middles of samples. `places` is
 * scratch: i32 and f32 of each column of `to`.
 */
export function resize(
  from: usize,
  width: i32,
  height: i32,
  to: usize,
  wide: i32,
  tall: i32,
  places: usize,
): void {
  const shares = places + 4 * wide;
  for (let x = 0; x < wide; x++) {
    const at = placeIn(x, wide, width);
    store<i32>(places + 4 * x, <i32>at);
    store<f32>(shares + 4 * x, at - <f32>(<i32>at));
  }
  for (let y = 0; y < tall; y++) {
    const at = placeIn(y, tall, height);
    const above = from + <i32>at * width;
    const below = from + min(<i32>at + 1, height - 1) * width;
    const down = at - <f32>(<i32>at);
    for (let x = 0; x < wide; x++, to++) {
      const left = load<i32>(places + 4 * x);
      const right = min(left + 1, width - 1);
      const along = load<f32>(shares + 4 * x);
      const upper = between(f32(load<u8>(above + left)), f32(load<u8>(above + right)), along);
      const lower = between(f32(load<u8>(below + left)), f32(load<u8>(below + right)), along);
      store<u8>(to, <u8>(between(upper, lower, down) + 0.5));
    }
  }
}

/** Where the middle of sample `x` of `whole` lies among `length`, not beyond the middle of the first and the last. */
function placeIn(x: i32, whole: i32, length: i32): f32 {
  const at = ((f32(x) + 0.5) * f32(length)) / f32(whole) - 0.5;
  return min(max(at, 0), f32(length - 1));
}

function between(one: f32, other: f32, share: f32): f32 {
  return one + (other - one) * share;
}

/** Sum (u16), least and most (u8) of each sample over some frames; `first` begins anew. */
export function gather(
  sum: usize,
  low: usize,
  high: usize,
  luma: usize,
  count: i32,
  first: bool,
): void {
  for (let i = 0; i < count; i += 16) {
    const value = v128.load(luma + i);
    const one = i16x8.extend_low_i8x16_u(value);
    const two = i16x8.extend_high_i8x16_u(value);
    const at = sum + 2 * i;
    if (first) {
      v128.store(at, one);
      v128.store(at, two, 16);
      v128.store(low + i, value);
      v128.store(high + i, value);
    } else {
      v128.store(at, i16x8.add(v128.load(at), one));
      v128.store(at, i16x8.add(v128.load(at, 16), two), 16);
      v128.store(low + i, i8x16.min_u(v128.load(low + i), value));
      v128.store(high + i, i8x16.max_u(v128.load(high + i), value));
    }
  }
}

/** Running mean and population variance (Welford), f32, of samples u8; `weight` of what is new. */
export function averageWithVariance(
  mean: usize,
  variance: usize,
  luma: usize,
  count: i32,
  weight: f32,
): void {
  const by = f32x4.splat(weight);
  for (let i = 0; i < count; i += 8) {
    const halves = i16x8.extend_low_i8x16_u(v128.load64_zero(luma + i));
    const at = 4 * i;
    const one = f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(halves));
    const two = f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(halves));
    takeIn(mean + at, variance + at, one, by);
    takeIn(mean + at + 16, variance + at + 16, two, by);
  }
}

function takeIn(meanAt: usize, varianceAt: usize, value: v128, weight: v128): void {
  const mean = v128.load(meanAt);
  const off = f32x4.sub(value, mean);
  const step = f32x4.mul(off, weight);
  v128.store(meanAt, f32x4.add(mean, step));
  const old = v128.load(varianceAt);
  const fresh = f32x4.mul(off, f32x4.sub(off, step));
  v128.store(varianceAt, f32x4.add(old, f32x4.mul(weight, f32x4.sub(fresh, old))));
}

/** The mean over `frames`, f32, of what was gathered; of three and more without the least and the most. */
export function trimmedMean(
  mean: usize,
  sum: usize,
  low: usize,
  high: usize,
  count: i32,
  frames: i32,
): void {
  const trims = frames > 2;
  const by = f32x4.splat(f32(trims ? frames - 2 : frames));
  for (let i = 0; i < count; i += 8) {
    let all = v128.load(sum + 2 * i);
    if (trims) {
      const least = i16x8.extend_low_i8x16_u(v128.load64_zero(low + i));
      const most = i16x8.extend_low_i8x16_u(v128.load64_zero(high + i));
      all = i16x8.sub(all, i16x8.add(least, most));
    }
    const to = mean + 4 * i;
    v128.store(to, f32x4.div(f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(all)), by));
    v128.store(to, f32x4.div(f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(all)), by), 16);
  }
}
