/** Which cells of a frame are to be repaired. */

/** `data` is `[rows, columns]` u8 on the chroma grid: 255 = repair, 0 = keep. */
export interface Mask {
  readonly columns: number;
  readonly rows: number;
  readonly data: Uint8Array;
  /** Share of cells to repair, 0–1. */
  readonly coverage: number;
}
