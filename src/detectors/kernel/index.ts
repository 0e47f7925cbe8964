/** AssemblyScript. The contrasts of ../contrasts.ts, sixteen samples at a time. */

/** Differences are squeezed to -1..1; one of this many half grey levels comes to a half. */
const KNEE: f32 = 48;
const PICTURES: i32 = 7;
/** Bytes beyond the end of an array that may be read and written. */
const PAD: usize = 64;
/** Kinds of contrast, in rows of codes that wait to be taken apart. */
const KINDS: i32 = 6;
const NOW: i32 = 0;
const FROM_MIDDLE: i32 = 1;
const BEYOND_NEAR: i32 = 2;
const BEYOND_FAR: i32 = 3;
const NEAR_FROM_MIDDLE: i32 = 4;
const NEAR_APART: i32 = 5;

/** Bytes between two pictures, two rows of codes, two planes that are made. */
let pictureBytes: i32 = 0;
let codeBytes: i32 = 0;
let planeBytes: i32 = 0;
let pictures: usize = 0;
let codes: usize = 0;
let planes: usize = 0;

/** Once: room for strips of so many rows of so many packs of 2x2 cells. */
export function begin(columns: i32, rows: i32, planeCount: i32): void {
  pictureBytes = 16 * columns * rows;
  codeBytes = 4 * columns + <i32>PAD;
  planeBytes = columns * rows;
  pictures = heap.alloc(<usize>(PICTURES * pictureBytes) + PAD);
  codes = heap.alloc(<usize>(KINDS * codeBytes) + PAD);
  planes = heap.alloc(<usize>(planeCount * planeBytes) + PAD);
}

export function picturesAt(): usize {
  return pictures;
}

export function planesAt(): usize {
  return planes;
}

/** Where in row `row` of plane `plane` of what is made. */
function placeOf(plane: i32, row: i32, columns: i32): usize {
  return planes + plane * planeBytes + row * columns;
}

/**
 * Luma of `4 * rows` rows of each picture, `width` samples without gaps: six contrasts, in planes
 * that begin at channels `now`, `middle`, …, four planes a channel.
 */
export function luma(
  width: i32,
  columns: i32,
  rows: i32,
  middle: i32,
  near: i32,
  far: i32,
  before: i32,
  apart: i32,
): void {
  for (let row = 0; row < 4 * rows; row++) {
    compareRow(row * width, width, 4 * columns, true);
    const y = row & 3;
    const to = row >> 2;
    takeFour(NOW, 0, y, to, columns);
    takeFour(FROM_MIDDLE, middle, y, to, columns);
    takeFour(BEYOND_NEAR, near, y, to, columns);
    takeFour(BEYOND_FAR, far, y, to, columns);
    takeFour(NEAR_FROM_MIDDLE, before, y, to, columns);
    takeFour(NEAR_APART, apart, y, to, columns);
  }
}

/** U or V of `2 * rows` rows of each picture: two contrasts, in channels `middle` and `near`. */
export function chroma(width: i32, columns: i32, rows: i32, middle: i32, near: i32): void {
  for (let row = 0; row < 2 * rows; row++) {
    compareRow(row * width, width, 2 * columns, false);
    takeTwo(FROM_MIDDLE, middle, row & 1, row >> 1, columns);
    takeTwo(BEYOND_NEAR, near, row & 1, row >> 1, columns);
  }
}

/** Codes of the samples from `start` on, the last repeated up to `length`. */
function compareRow(start: i32, width: i32, length: i32, isLuma: bool): void {
  for (let x = 0; x < width; x += 16) {
    const at = pictures + start + x;
    const here = v128.load(at);
    const p = v128.load(at + pictureBytes);
    const q = v128.load(at + 2 * pictureBytes);
    const a = v128.load(at + 3 * pictureBytes);
    const b = v128.load(at + 4 * pictureBytes);
    const c = v128.load(at + 5 * pictureBytes);
    const d = v128.load(at + 6 * pictureBytes);
    const lowAb = i8x16.min_u(a, b);
    const lowCd = i8x16.min_u(c, d);
    const highAb = i8x16.max_u(a, b);
    const highCd = i8x16.max_u(c, d);
    // The two in the middle of four.
    const one = i8x16.max_u(lowAb, lowCd);
    const two = i8x16.min_u(highAb, highCd);
    const to = codes + x;
    v128.store(to + FROM_MIDDLE * codeBytes, codesOf(here, here, one, two));
    const inNear = between(here, i8x16.min_u(p, q), i8x16.max_u(p, q));
    v128.store(to + BEYOND_NEAR * codeBytes, codesOf(here, here, inNear, inNear));
    if (!isLuma) continue;
    const inFar = between(here, i8x16.min_u(lowAb, lowCd), i8x16.max_u(highAb, highCd));
    v128.store(to + NOW * codeBytes, here);
    v128.store(to + BEYOND_FAR * codeBytes, codesOf(here, here, inFar, inFar));
    v128.store(to + NEAR_FROM_MIDDLE * codeBytes, codesOf(p, p, one, two));
    v128.store(to + NEAR_APART * codeBytes, codesOf(p, p, q, q));
  }
  for (let kind = 0; kind < KINDS; kind++) {
    const row = codes + kind * codeBytes;
    memory.fill(row + width, load<u8>(row + width - 1), length - width);
  }
}

function between(value: v128, low: v128, high: v128): v128 {
  return i8x16.min_u(i8x16.max_u(value, low), high);
}

/** Codes of `a + b - c - d`, in half grey levels. */
function codesOf(a: v128, b: v128, c: v128, d: v128): v128 {
  const low = i16x8.sub(
    i16x8.add(i16x8.extend_low_i8x16_u(a), i16x8.extend_low_i8x16_u(b)),
    i16x8.add(i16x8.extend_low_i8x16_u(c), i16x8.extend_low_i8x16_u(d)),
  );
  const high = i16x8.sub(
    i16x8.add(i16x8.extend_high_i8x16_u(a), i16x8.extend_high_i8x16_u(b)),
    i16x8.add(i16x8.extend_high_i8x16_u(c), i16x8.extend_high_i8x16_u(d)),
  );
  return i8x16.narrow_i16x8_u(squeezed(low), squeezed(high));
}

function squeezed(differences: v128): v128 {
  const low = squeeze(i32x4.extend_low_i16x8_s(differences));
  const high = squeeze(i32x4.extend_high_i16x8_s(differences));
  return i16x8.narrow_i32x4_s(low, high);
}

/** 128 + 127 d / (|d| + KNEE), rounded: exact, for no quotient lies so close to a half. */
function squeeze(differences: v128): v128 {
  const d = f32x4.convert_i32x4_s(differences);
  const share = f32x4.div(
    f32x4.mul(d, f32x4.splat(127)),
    f32x4.add(f32x4.abs(d), f32x4.splat(KNEE)),
  );
  return i32x4.trunc_sat_f32x4_s(f32x4.add(share, f32x4.splat(128.5)));
}

/** Every fourth code of a row of luma to one of four planes; `y` is its row in the pack. */
function takeFour(kind: i32, channel: i32, y: i32, row: i32, columns: i32): void {
  const from = codes + kind * codeBytes;
  // Which sample of a cell, which cell of the pack.
  const plane = 4 * (channel + 2 * (y & 1)) + 2 * (y >> 1);
  const first = placeOf(plane, row, columns);
  const second = placeOf(plane + 4, row, columns);
  const third = placeOf(plane + 1, row, columns);
  const fourth = placeOf(plane + 5, row, columns);
  for (let x = 0; x < columns; x += 8) {
    const a = v128.load(from + 4 * x);
    const b = v128.load(from + 4 * x, 16);
    // prettier-ignore
    const left = v128.shuffle<i8>(a, b, 0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29);
    v128.store_lane<i64>(first + x, left, 0);
    v128.store_lane<i64>(second + x, left, 1);
    // prettier-ignore
    const right = v128.shuffle<i8>(a, b, 2, 6, 10, 14, 18, 22, 26, 30, 3, 7, 11, 15, 19, 23, 27, 31);
    v128.store_lane<i64>(third + x, right, 0);
    v128.store_lane<i64>(fourth + x, right, 1);
  }
}

/** Every second code of a row of chroma to one of two planes. */
function takeTwo(kind: i32, channel: i32, y: i32, row: i32, columns: i32): void {
  const from = codes + kind * codeBytes;
  const left = placeOf(4 * channel + 2 * y, row, columns);
  const right = placeOf(4 * channel + 2 * y + 1, row, columns);
  for (let x = 0; x < columns; x += 8) {
    const a = v128.load(from + 2 * x);
    // prettier-ignore
    const both = v128.shuffle<i8>(a, a, 0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15);
    v128.store_lane<i64>(left + x, both, 0);
    v128.store_lane<i64>(right + x, both, 1);
  }
}
