/** A picture that cannot be taken for a live one: dimmed, striped, and with the time it is from. */
import { frameBytes, type FrameSize } from '../frame/frame.js';
import type { CameraState } from '../frame/live-seams.js';

const GREY = 128;
const BLACK = 16;
const STRIPE = 180;

/**
 * @param newest yuv420p planes of the last picture, not changed; none: a black one is made
 * @returns new planes, grey and at a third of the brightness, under diagonal stripes
 */
export function markPicture(
  size: FrameSize,
  newest: Uint8Array | undefined,
  _state: CameraState,
): Uint8Array {
  const { width, height } = size;
  const luma = width * height;
  const marked = new Uint8Array(frameBytes(size)).fill(GREY, luma).fill(BLACK, 0, luma);
  const period = Math.max(16, Math.round(height / 6));
  const thickness = Math.max(2, Math.round(period / 8));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const striped = (x + y) % period < thickness;
      const dim = BLACK + ((newest?.[at] ?? BLACK) - BLACK) / 3;
      marked[at] = striped ? STRIPE : dim;
    }
  }
  return marked;
}
