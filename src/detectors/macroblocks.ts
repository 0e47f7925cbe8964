/** Measures on a codec's grid of 16x16 luma blocks. */

export interface Macroblocks {
  /** Luma samples in a row of the picture. */
  readonly width: number;
  /** Whole blocks in the picture. */
  readonly across: number;
  readonly down: number;
}

/** Mean absolute difference of a block in two luma planes, in grey levels. */
export function changeOf(
  { width, across }: Macroblocks,
  block: number,
  luma: Uint8Array,
  other: Uint8Array,
): number {
  const top = Math.floor(block / across) * 16;
  const left = (block % across) * 16;
  let sum = 0;
  for (let y = top; y < top + 16; y++) {
    for (let i = y * width + left; i < y * width + left + 16; i++) {
      sum += Math.abs((luma[i] ?? 0) - (other[i] ?? 0));
    }
  }
  return sum / 256;
}

/** Mean absolute step between neighbours in a row of a block, in grey levels: its fine detail. */
export function detailOf({ width, across }: Macroblocks, block: number, luma: Uint8Array): number {
  const top = Math.floor(block / across) * 16;
  const left = (block % across) * 16;
  let sum = 0;
  for (let y = top; y < top + 16; y++) {
    for (let i = y * width + left; i < y * width + left + 15; i++) {
      sum += Math.abs((luma[i] ?? 0) - (luma[i + 1] ?? 0));
    }
  }
  return sum / 240;
}

/**
 * How much sharper the seam above block (row, column) is than the rows next to it, in grey levels,
 * less the same in `before`: a seam that the scene itself has is in both.
 */
export function edgeExcess(
  { width }: Macroblocks,
  row: number,
  column: number,
  luma: Uint8Array,
  before: Uint8Array,
): number {
  const start = row * 16 * width + column * 16;
  return seam(luma, start, width) - seam(before, start, width);
}

function seam(luma: Uint8Array, start: number, width: number): number {
  let sum = 0;
  for (let i = start; i < start + 16; i++) {
    const far = luma[i - 2 * width] ?? 0;
    const near = luma[i - width] ?? 0;
    const first = luma[i] ?? 0;
    const second = luma[i + width] ?? 0;
    sum += Math.abs(first - near) - (Math.abs(near - far) + Math.abs(second - first)) / 2;
  }
  return sum / 16;
}
