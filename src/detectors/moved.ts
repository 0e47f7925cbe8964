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
  const most = difference(size, luma, other, around(box), 0, 0) * 0.45;
  // A flat streak resembles any flat ground: what lies next to it must have come along as well.
  const beside = (down: number, aside: number) =>
    difference(size, luma, other, aboveOf(box), down, aside) +
    difference(size, luma, other, belowOf(box), down, aside);
  const still = beside(0, 0);
  const fits = (down: number, aside: number) =>
    difference(size, luma, other, around(box), down, aside) < most &&
    !(beside(down, aside) > 1.3 * still);
  for (let down = -FURTHEST_DOWN; down <= FURTHEST_DOWN; down++) {
    if (down !== 0 && fits(down, 0)) return true;
  }
  for (let aside = -FURTHEST_ASIDE; aside <= FURTHEST_ASIDE; aside += 2) {
    if (aside !== 0 && fits(0, aside)) return true;
  }
  return false;
}

const aboveOf = (box: Box): Box => ({ ...box, top: box.top - 1 - MARGIN, bottom: box.top - 1 });
const belowOf = (box: Box): Box => ({
  ...box,
  top: box.bottom + 1,
  bottom: box.bottom + 1 + MARGIN,
});
const around = (box: Box): Box => ({
  ...box,
  top: box.top - MARGIN,
  bottom: box.bottom + MARGIN,
});

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
  for (let y = box.top; y < box.bottom; y++) {
    if (y < 0 || y >= height || y + down < 0 || y + down >= height) continue;
    const shift = down * width + aside;
    for (let i = y * width + left; i < y * width + right; i += 3) {
      sum += Math.abs((luma[i] ?? 0) - (other[i + shift] ?? 0));
      count++;
    }
  }
  return count === 0 ? Infinity : sum / count;
}
