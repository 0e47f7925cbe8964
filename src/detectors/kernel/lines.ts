/** AssemblyScript. What the search for streaks and scratches does to every sample; ../sample-kernel.ts says how it is called. */

/**
 * Over the rows `top`, `top + every`, … below `bottom`, differences clipped at `clip`, summed for each column, i16:
 * how far a sample is above the one `aside` before it (`rises`), and how far above and below all that
 * `reference` has within one sample of it.
 */
export function sumLines(
  luma: usize,
  reference: usize,
  width: i32,
  top: i32,
  bottom: i32,
  every: i32,
  aside: i32,
  clip: i32,
  rises: usize,
  above: usize,
  below: usize,
): void {
  const bytes = 2 * width;
  memory.fill(rises, 0, bytes);
  memory.fill(above, 0, bytes);
  memory.fill(below, 0, bytes);
  const most = i16x8.splat(<i16>clip);
  const least = i16x8.splat(<i16>-clip);
  for (let y = top; y < bottom; y += every) {
    const row = luma + y * width;
    const other = reference + y * width;
    let x = aside;
    for (; x + 8 <= width; x += 8) {
      const here = i16x8.extend_low_i8x16_u(v128.load64_zero(row + x));
      const there = i16x8.extend_low_i8x16_u(v128.load64_zero(row + x - aside));
      addClipped(rises + 2 * x, i16x8.sub(here, there), least, most);
    }
    for (; x < width; x++) {
      addOne(rises + 2 * x, <i32>load<u8>(row + x) - <i32>load<u8>(row + x - aside), clip);
    }
    x = 1;
    for (; x + 9 <= width; x += 8) {
      const a = v128.load64_zero(other + x - 1);
      const b = v128.load64_zero(other + x);
      const c = v128.load64_zero(other + x + 1);
      const low = i16x8.extend_low_i8x16_u(i8x16.min_u(i8x16.min_u(a, b), c));
      const high = i16x8.extend_low_i8x16_u(i8x16.max_u(i8x16.max_u(a, b), c));
      const here = i16x8.extend_low_i8x16_u(v128.load64_zero(row + x));
      addClipped(above + 2 * x, i16x8.sub(here, high), least, most);
      addClipped(below + 2 * x, i16x8.sub(low, here), least, most);
    }
    for (; x < width - 1; x++) {
      const a = <i32>load<u8>(other + x - 1);
      const b = <i32>load<u8>(other + x);
      const c = <i32>load<u8>(other + x + 1);
      const here = <i32>load<u8>(row + x);
      addOne(above + 2 * x, here - max(max(a, b), c), clip);
      addOne(below + 2 * x, min(min(a, b), c) - here, clip);
    }
  }
}

function addClipped(at: usize, value: v128, least: v128, most: v128): void {
  const clipped = i16x8.max_s(i16x8.min_s(value, most), least);
  v128.store(at, i16x8.add(v128.load(at), clipped));
}

function addOne(at: usize, value: i32, clip: i32): void {
  store<i16>(at, <i16>(<i32>load<i16>(at) + max(-clip, min(clip, value))));
}

/**
 * From those sums over `rows` rows: what stands out from both sides, bright and dark, and what does beyond
 * the reference, too, f32 of each column, a mean a row; 0 within `aside` of either end.
 */
export function standOut(
  rises: usize,
  above: usize,
  below: usize,
  width: i32,
  aside: i32,
  rows: i32,
  bright: usize,
  dark: usize,
  freshBright: usize,
  freshDark: usize,
): void {
  const bytes = 4 * width;
  memory.fill(bright, 0, bytes);
  memory.fill(dark, 0, bytes);
  memory.fill(freshBright, 0, bytes);
  memory.fill(freshDark, 0, bytes);
  const by = f32(rows);
  for (let x = aside; x < width - aside; x++) {
    const up = <i32>load<i16>(rises + 2 * x);
    const down = -(<i32>load<i16>(rises + 2 * (x + aside)));
    const risen = min(up, down);
    const sunk = -max(up, down);
    const to = 4 * x;
    store<f32>(bright + to, f32(risen) / by);
    store<f32>(dark + to, f32(sunk) / by);
    if (risen > 0) {
      store<f32>(freshBright + to, f32(min(risen, alone(above, x, width, aside))) / by);
    }
    if (sunk > 0) store<f32>(freshDark + to, f32(min(sunk, alone(below, x, width, aside))) / by);
  }
}

/** By how much a column's sum is above that of both sides: a change of light is there as well. */
function alone(sums: usize, x: i32, width: i32, aside: i32): i32 {
  const left = x < 2 * aside ? 0 : <i32>load<i16>(sums + 2 * (x - 2 * aside));
  const right = x + 2 * aside < width ? <i32>load<i16>(sums + 2 * (x + 2 * aside)) : 0;
  return <i32>load<i16>(sums + 2 * x) - max(0, min(left, right));
}

/** Columns by which a chain may move from one strip to the next. */
const SLANT: i32 = 2;
/** In `moves`: the chain begins here. */
const NEW: i32 = 127;

/**
 * Dynamic programming from the first strip to the last over the columns from `left` to below `right`,
 * which are two and more from either end: the greatest sum of `strength` less `floor` of a chain that
 * ends in each place, 0 where it is below 0, and from which column of the strip before it came. Places
 * that gain and where the sum is `least` and more are written to `ends`; returns how many.
 * `strength` and `sums` are f32, `moves` i8, `[strips, width]`, `ends` i32.
 */
export function linkStrips(
  strength: usize,
  strips: i32,
  width: i32,
  left: i32,
  right: i32,
  floor: f32,
  least: f32,
  sums: usize,
  moves: usize,
  ends: usize,
): i32 {
  memory.fill(sums, 0, 4 * strips * width);
  const zero = f32x4.splat(0);
  const under = f32x4.splat(floor);
  const enough = f32x4.splat(least);
  let count = 0;
  for (let strip = 0; strip < strips; strip++) {
    for (let x = left; x < right; x += 4) {
      const i = strip * width + x;
      let before = zero;
      let move = i32x4.splat(NEW);
      if (strip > 0) {
        for (let m = -SLANT; m <= SLANT; m++) {
          const value = v128.load(sums + 4 * (i - width + m));
          const better = f32x4.gt(value, before);
          before = v128.bitselect(value, before, better);
          move = v128.bitselect(i32x4.splat(m), move, better);
        }
      }
      const gain = f32x4.sub(v128.load(strength + 4 * i), under);
      const total = f32x4.add(before, gain);
      const places = i32x4.add(i32x4.splat(x), i32x4(0, 1, 2, 3));
      const inside = i32x4.lt_s(places, i32x4.splat(right));
      v128.store(sums + 4 * i, v128.and(f32x4.max(total, zero), inside));
      const halves = i16x8.narrow_i32x4_s(move, move);
      v128.store_lane<i32>(moves + i, i8x16.narrow_i16x8_s(halves, halves), 0);
      const ending = v128.and(v128.and(f32x4.gt(gain, zero), f32x4.ge(total, enough)), inside);
      const marks = i32x4.bitmask(ending);
      for (let k = 0; k < 4; k++) {
        if (((marks >> k) & 1) === 0) continue;
        store<i32>(ends + 4 * count, i + k);
        count++;
      }
    }
  }
  return count;
}
