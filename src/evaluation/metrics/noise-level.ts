/** The noise that was really added to a frame, to hold an estimate against. */
import { cellGrid, planesOf, type FrameSize } from '../../frame/frame.js';

/** Luma where a noise of sigma 50 in RGB is hardly ever clipped. */
const DARKEST = 70;
const BRIGHTEST = 185;
const FEWEST_SAMPLES = 500;

/**
 * Standard deviation of luma, in grey levels, of the difference between two frames, over undamaged
 * cells that are bright and dark enough not to be clipped; undefined when there are too few.
 */
export function addedNoise(
  size: FrameSize,
  clean: Uint8Array,
  damaged: Uint8Array,
  mask?: Uint8Array,
): number | undefined {
  const { columns } = cellGrid(size);
  const a = planesOf(size, clean).y;
  const b = planesOf(size, damaged).y;
  let squares = 0;
  let count = 0;
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      if (mask !== undefined && mask[(y >> 1) * columns + (x >> 1)] !== 0) continue;
      const value = a[y * size.width + x] ?? 0;
      if (value < DARKEST || value > BRIGHTEST) continue;
      squares += (value - (b[y * size.width + x] ?? 0)) ** 2;
      count++;
    }
  }
  return count < FEWEST_SAMPLES ? undefined : Math.sqrt(squares / count);
}
