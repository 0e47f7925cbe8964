/** The band round a mask, where a repair meets what was left. */
import type { CellGrid } from '../../frame/frame.js';

/** 8 luma pixels. */
export const BAND_CELLS = 4;

/**
 * Cells outside the mask, at most `BAND_CELLS` away from it in either direction (a square
 * neighbourhood): `band` `[rows, columns]` 0|255. `scratch` has the same length.
 */
export function edgeBand(
  { columns, rows }: CellGrid,
  mask: Uint8Array,
  band: Uint8Array,
  scratch: Uint8Array,
): void {
  scratch.fill(0);
  band.fill(0);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (mask[row * columns + column] === 0) continue;
      const from = row * columns + Math.max(0, column - BAND_CELLS);
      scratch.fill(255, from, row * columns + Math.min(columns, column + BAND_CELLS + 1));
    }
  }
  for (let row = 0; row < rows; row++) {
    const last = Math.min(rows - 1, row + BAND_CELLS);
    for (let near = Math.max(0, row - BAND_CELLS); near <= last; near++) {
      for (let column = 0; column < columns; column++) {
        if (scratch[near * columns + column] !== 0) band[row * columns + column] = 255;
      }
    }
  }
  for (let cell = 0; cell < mask.length; cell++) if (mask[cell] !== 0) band[cell] = 0;
}
