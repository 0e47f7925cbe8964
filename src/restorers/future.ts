/** Looks ahead: what each frame of a block will be seen to have been, from the frames after it. */
import type { Frame, FrameSize } from '../frame/frame.js';
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

/** One lane's memory of the future. It is made anew for each block, in the same place. */
export class LookAhead {
  readonly #memory: BackgroundMemory;
  readonly #views: FutureView[] = [];

  constructor(size: FrameSize) {
    this.#memory = new BackgroundMemory(size);
  }

  /**
   * For each frame of `block` the memory of what follows it, learned backwards from the end of
   * `next`.
   * @returns as many views as `block` has frames, on loan until the next call
   */
  views(block: readonly Lesson[], next: readonly Lesson[]): readonly FutureView[] {
    const memory = this.#memory;
    memory.clear();
    // Far ahead every other frame will do: what matters is what comes next.
    const far = next.filter((_, index) => index % 2 === 0).reverse();
    for (const { frame, mask, sigma } of far) memory.learn(frame, mask, sigma);
    for (const [index, { frame, mask, sigma }] of [...block.entries()].reverse()) {
      const { recent, background } = memory;
      const view = (this.#views[index] ??= {
        recent: { ...blank(recent), seenAt: new Int32Array(recent.seenAt.length) },
        background: blank(background),
      });
      copy(recent, view.recent);
      view.recent.seenAt.set(recent.seenAt);
      copy(background, view.background);
      memory.learn(frame, mask, sigma);
    }
    return this.#views.slice(0, block.length);
  }
}

/** A memory of the same size, for a copy to be written to. */
export function blank({ planes, count }: Memory): Memory {
  return { planes: new Uint8Array(planes.length), count: new Uint8Array(count.length) };
}

function copy({ planes, count }: Memory, to: Memory): void {
  to.planes.set(planes);
  to.count.set(count);
}

/** Writes cell by cell the picture with more samples behind it: the surer of two backgrounds. */
export function surer(
  size: FrameSize,
  first: Memory,
  second: Memory,
  { planes, count }: Memory = blank(first),
): Memory {
  const cells = (size.width * size.height) >> 2;
  const columns = size.width >> 1;
  planes.set(first.planes);
  count.set(first.count);
  for (let cell = 0; cell < cells; cell++) {
    const better = second.count[cell] ?? 0;
    if (better <= (count[cell] ?? 0)) continue;
    count[cell] = better;
    const row = (cell / columns) | 0;
    const luma = row * 2 * size.width + (cell - row * columns) * 2;
    copySample(second.planes, planes, luma);
    copySample(second.planes, planes, luma + 1);
    copySample(second.planes, planes, luma + size.width);
    copySample(second.planes, planes, luma + size.width + 1);
    copySample(second.planes, planes, 4 * cells + cell);
    copySample(second.planes, planes, 5 * cells + cell);
  }
  return { planes, count };
}

function copySample(from: Uint8Array, to: Uint8Array, at: number): void {
  to[at] = from[at] ?? 0;
}
