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
