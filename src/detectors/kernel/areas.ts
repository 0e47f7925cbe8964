/** AssemblyScript. Sums over blocks, surroundings and spots, and other sizes; ../sample-kernel.ts says how it is called. */

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
