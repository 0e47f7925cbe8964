/** Which cells of a frame are to be repaired. */
import { isBlank } from './blank.js';

/**
 * A mask value above this and below 255 names in its low bits the luma samples of the cell that are to
 * be repaired, and its colour with them: 1 top left, 2 top right, 4 bottom left, 8 bottom right. The
 * other samples of the cell are seen, and kept.
 */
export const SOME_SAMPLES = 240;

/** `data` is `[rows, columns]` u8 on the chroma grid: 255 = repair, 0 = keep; see `SOME_SAMPLES`. */
export interface Mask {
  readonly columns: number;
  readonly rows: number;
  readonly data: Uint8Array;
  /** Share of cells to repair, 0–1. */
  readonly coverage: number;
}

/** Share of the cells that are not 0. */
export function coverageOf(cells: Uint8Array): number {
  if (isBlank(cells)) return 0;
  let set = 0;
  for (let cell = 0; cell < cells.length; cell++) if (cells[cell] !== 0) set++;
  return set / cells.length;
}
