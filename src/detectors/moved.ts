/** Tells whether a band of a frame is there in a neighbouring frame too, a little further on. */
import type { FrameSize } from '../frame/frame.js';

/** Luma samples `[top, bottom)` x `[left, right)`. */
export interface Box {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Rows above and below that must move along. */
const MARGIN = 3;
const FURTHEST_DOWN = 16;
const FURTHEST_ASIDE = 32;

/**
 * True when moving `other` up, down or aside explains most of the difference to `luma` in the box and
 * a margin above and below it: then it shows a car or a person, not damage.
 */
export function hasMoved(size: FrameSize, luma: Uint8Array, other: Uint8Array, box: Box): boolean {
  const most = difference(size, luma, other, box, 0, 0) * 0.45;
  for (let down = -FURTHEST_DOWN; down <= FURTHEST_DOWN; down++) {
    if (down !== 0 && difference(size, luma, other, box, down, 0) < most) return true;
  }
  for (let aside = -FURTHEST_ASIDE; aside <= FURTHEST_ASIDE; aside += 2) {
    if (aside !== 0 && difference(size, luma, other, box, 0, aside) < most) return true;
  }
  return false;
}

/** Mean absolute difference to the shifted frame, over every third column. */
function difference(
  { width, height }: FrameSize,
  luma: Uint8Array,
  other: Uint8Array,
  box: Box,
  down: number,
  aside: number,
): number {
  const left = Math.max(box.left, -aside);
  const right = Math.min(box.right, width - aside);
  let sum = 0;
  let count = 0;
  for (let y = box.top - MARGIN; y < box.bottom + MARGIN; y++) {
    if (y < 0 || y >= height || y + down < 0 || y + down >= height) continue;
    const shift = down * width + aside;
    for (let i = y * width + left; i < y * width + right; i += 3) {
      sum += Math.abs((luma[i] ?? 0) - (other[i + shift] ?? 0));
      count++;
    }
  }
  return count === 0 ? Infinity : sum / count;
}
