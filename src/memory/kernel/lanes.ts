/** AssemblyScript. Four cells at a time: bytes to numbers and back. */

/** Four u8 at `at` as i32. */
export function bytesAt(at: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at)));
}

/** Four u8 at `at` as f32. */
export function samplesAt(at: usize): v128 {
  return f32x4.convert_i32x4_s(bytesAt(at));
}

/** Writes four i32 of 0 to 255 as u8. */
export function storeBytes(at: usize, values: v128): void {
  const words = i16x8.narrow_i32x4_s(values, values);
  v128.store_lane<i32>(at, i8x16.narrow_i16x8_u(words, words), 0);
}

/** All ones in the lanes of cells within a row, of which `left` remain. */
export function within(left: i32): v128 {
  return i32x4.gt_s(i32x4.splat(left), i32x4(0, 1, 2, 3));
}
