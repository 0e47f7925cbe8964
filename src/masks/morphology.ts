/** Grows and shrinks masks by a square, one row pass and one column pass. */
import type { CellGrid } from '../frame/frame.js';

/**
 * The cells within `radius` cells (Chebyshev distance) of a set cell.
 * `mask` is `[rows, columns]` u8, anything but 0 is set; the result is a new array of 0 and 255.
 */
export function dilate(grid: CellGrid, mask: Uint8Array, radius: number): Uint8Array {
  const out = new Uint8Array(mask.length);
  const wide = new Uint8Array(mask.length);
  spread(mask, wide, grid.rows, grid.columns, grid.columns, 1, radius);
  spread(wide, out, grid.columns, grid.rows, 1, grid.columns, radius);
  return out;
}

/**
 * The cells whose whole square of `radius` cells is set; outside the picture counts as set, so that
 * a region that touches the border is not eaten from there.
 */
export function erode(grid: CellGrid, mask: Uint8Array, radius: number): Uint8Array {
  return inverted(dilate(grid, inverted(mask), radius));
}

function inverted(mask: Uint8Array): Uint8Array {
  return mask.map((value) => (value === 0 ? 255 : 0));
}

/** Marks every element within `radius` of a set one along each of `lines` lines, in linear time. */
function spread(
  from: Uint8Array,
  to: Uint8Array,
  lines: number,
  length: number,
  lineStep: number,
  step: number,
  radius: number,
): void {
  for (let line = 0; line < lines; line++) {
    const start = line * lineStep;
    let filled = 0;
    for (let at = 0; at < length; at++) {
      if (from[start + at * step] === 0) continue;
      const last = Math.min(length - 1, at + radius);
      for (let i = Math.max(filled, at - radius); i <= last; i++) to[start + i * step] = 255;
      filled = last + 1;
    }
  }
}
