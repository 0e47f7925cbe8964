/** Looks ahead: what each frame of a block will be seen to have been, from the frames after it. */
import { frameBytes, type Frame, type FrameSize } from '../frame/frame.js';
import { BackgroundMemory } from '../memory/background-memory.js';
import type { SightedMemory } from './doubt.js';
import type { Memory } from './generator.js';

/** A frame and what its memory may learn from it. */
export interface Lesson {
  readonly frame: Frame;
  /** `[rows, columns]`, 255 = damaged. */
  readonly mask: Uint8Array;
  /** Grey levels. */
  readonly sigma: number;
}

export interface FutureView {
  readonly recent: SightedMemory;
  readonly background: Memory;
}

/**
 * For each frame of `block` the memory of what follows it, learned backwards from the end of `next`.
 * @returns as many views as `block` has frames; they own their arrays
 */
export function lookAhead(
  size: FrameSize,
  block: readonly Lesson[],
  next: readonly Lesson[],
): FutureView[] {
  const memory = new BackgroundMemory(size);
  // Far ahead every other frame will do: what matters is what comes next.
  const far = next.filter((_, index) => index % 2 === 0).reverse();
  for (const { frame, mask, sigma } of far) memory.learn(frame, mask, sigma);
  const views: FutureView[] = [];
  for (const { frame, mask, sigma } of [...block].reverse()) {
    const recent = { ...copyOf(memory.recent), seenAt: memory.recent.seenAt.slice() };
    views.push({ recent, background: copyOf(memory.background) });
    memory.learn(frame, mask, sigma);
  }
  return views.reverse();
}

function copyOf({ planes, count }: Memory): Memory {
  return { planes: planes.slice(), count: count.slice() };
}

/** Cell by cell the picture with more samples behind it: the surer of two backgrounds. */
export function surer(size: FrameSize, first: Memory, second: Memory): Memory {
  const cells = (size.width * size.height) >> 2;
  const columns = size.width >> 1;
  const planes = new Uint8Array(frameBytes(size));
  planes.set(first.planes);
  const count = first.count.slice();
  for (let cell = 0; cell < cells; cell++) {
    const better = second.count[cell] ?? 0;
    if (better <= (count[cell] ?? 0)) continue;
    count[cell] = better;
    const row = (cell / columns) | 0;
    const luma = row * 2 * size.width + (cell - row * columns) * 2;
    for (const at of [luma, luma + size.width]) {
      planes[at] = second.planes[at] ?? 0;
      planes[at + 1] = second.planes[at + 1] ?? 0;
    }
    for (const at of [4 * cells + cell, 5 * cells + cell]) planes[at] = second.planes[at] ?? 0;
  }
  return { planes, count };
}
