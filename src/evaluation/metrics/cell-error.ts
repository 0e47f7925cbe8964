/** Squared RGB error of each cell of a frame, from which every regional PSNR is added up. */
import type { FrameSize } from '../../frame/frame.js';

/** Samples of one cell: four pixels of three colours. */
export const CELL_SAMPLES = 12;

/**
 * Sums the squared differences of two `[3, H, W]` RGB pictures over each 2x2 block into
 * `errors` `[H/2, W/2]`.
 */
export function cellErrors(
  { width, height }: FrameSize,
  a: Uint8ClampedArray,
  b: Uint8ClampedArray,
  errors: Float64Array,
): void {
  const columns = width >> 1;
  errors.fill(0);
  for (let row = 0; row < 3 * height; row++) {
    // The rows of the three planes follow each other: row % height is the picture's row.
    const cells = ((row % height) >> 1) * columns;
    for (let column = 0; column < width; column++) {
      const at = row * width + column;
      const difference = (a[at] ?? 0) - (b[at] ?? 0);
      const cell = cells + (column >> 1);
      errors[cell] = (errors[cell] ?? 0) + difference * difference;
    }
  }
}
