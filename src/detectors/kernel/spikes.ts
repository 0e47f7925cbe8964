/** AssemblyScript. Spikes in time, which streaks are made of; ../sample-kernel.ts says how it is called. */

/** Samples before the first and after the last of a row that count as no difference; more than are gathered. */
const EDGE: i32 = 24;

/**
 * Marks (1) in `hits` the samples that are spikes in time, row by row: a row of `gather` (7 or 15)
 * samples round one is beyond both other frames on the same side by more than `least`, or both squared
 * differences are above `energy` and three times that between the others. A row is 0 where of every
 * fourth sample fewer than `few` differ from both by more than `quiet` on either side. `counts` becomes
 * the number of hits in each row, i32. `scratch`: 5 times the width and 64 samples, i32.
 */
export function markSpikes(
  luma: usize,
  before: usize,
  after: usize,
  width: i32,
  height: i32,
  gather: i32,
  least: i32,
  energy: i32,
  quiet: i32,
  few: i32,
  hits: usize,
  counts: usize,
  scratch: usize,
): void {
  const length = width + 2 * EDGE;
  const bytes = 4 * (length + 16);
  memory.fill(scratch, 0, 5 * bytes);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    if (changed(luma + row, before + row, after + row, width, quiet) < few) {
      memory.fill(hits + row, 0, width);
      store<i32>(counts + 4 * y, 0);
      continue;
    }
    differences(luma + row, before + row, after + row, width, scratch, bytes);
    store<i32>(counts + 4 * y, mark(scratch, bytes, width, gather, least, energy, hits + row));
  }
}

/** How many of every fourth sample differ from both by more than `quiet`, each on either side. */
function changed(luma: usize, before: usize, after: usize, width: i32, quiet: i32): i32 {
  let count = 0;
  for (let x = 0; x < width; x += 4) {
    const value = <i32>load<u8>(luma + x);
    const a = abs(value - <i32>load<u8>(before + x));
    const b = abs(value - <i32>load<u8>(after + x));
    count += a > quiet && b > quiet ? 1 : 0;
  }
  return count;
}

/** Running sums of a, b, a², b², (a - b)² of a row, i32, one after the other; constant beyond its end. */
function differences(
  luma: usize,
  before: usize,
  after: usize,
  width: i32,
  to: usize,
  bytes: i32,
): void {
  let one = 0;
  let other = 0;
  let oneSquares = 0;
  let otherSquares = 0;
  let apart = 0;
  let at = to + 4 * EDGE;
  const end = at + 4 * (width + EDGE);
  for (let x = 0; x < width; x++, at += 4) {
    store<i32>(at, one);
    store<i32>(at + bytes, other);
    store<i32>(at + 2 * bytes, oneSquares);
    store<i32>(at + 3 * bytes, otherSquares);
    store<i32>(at + 4 * bytes, apart);
    const value = <i32>load<u8>(luma + x);
    const a = value - <i32>load<u8>(before + x);
    const b = value - <i32>load<u8>(after + x);
    one += a;
    other += b;
    oneSquares += a * a;
    otherSquares += b * b;
    apart += (a - b) * (a - b);
  }
  for (; at < end; at += 4) {
    store<i32>(at, one);
    store<i32>(at + bytes, other);
    store<i32>(at + 2 * bytes, oneSquares);
    store<i32>(at + 3 * bytes, otherSquares);
    store<i32>(at + 4 * bytes, apart);
  }
}

/** Returns the number of hits. */
function mark(
  from: usize,
  bytes: i32,
  width: i32,
  gather: i32,
  least: i32,
  energy: i32,
  hits: usize,
): i32 {
  const up = i32x4.splat(least);
  const down = i32x4.splat(-least);
  const enough = i32x4.splat(energy);
  const half = gather >> 1;
  const first = i8x16.splat(1);
  let count = 0;
  for (let x = 0; x < width; x += 4) {
    const at = from + 4 * (x + EDGE - half);
    const one = window(at, gather);
    const other = window(at + bytes, gather);
    const above = v128.and(i32x4.gt_s(one, up), i32x4.gt_s(other, up));
    const under = v128.and(i32x4.lt_s(one, down), i32x4.lt_s(other, down));
    const less = i32x4.min_s(window(at + 2 * bytes, gather), window(at + 3 * bytes, gather));
    const apart = window(at + 4 * bytes, gather);
    const limit = i32x4.max_s(enough, i32x4.add(apart, i32x4.add(apart, apart)));
    const hit = v128.or(v128.or(above, under), i32x4.gt_s(less, limit));
    // What is marked beyond the end is the next row's, and not yet known.
    const halves = i16x8.narrow_i32x4_s(hit, hit);
    const marks = v128.and(i8x16.narrow_i16x8_s(halves, halves), first);
    v128.store_lane<i32>(hits + x, marks, 0);
    count += popcnt(i32x4.bitmask(hit) & (width - x < 4 ? (1 << (width - x)) - 1 : 15));
  }
  return count;
}

/** From running sums, those of `gather` neighbours from four places on. */
function window(at: usize, gather: i32): v128 {
  return i32x4.sub(v128.load(at + 4 * gather), v128.load(at));
}
