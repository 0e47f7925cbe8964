/** Takes out of a memory what was damage: dirt that was taken for the scene before it was found. */
import { isBlank } from '../frame/blank.js';
import { cellGrid } from '../frame/frame.js';
import type { BackgroundMemory } from '../memory/background-memory.js';
import type { Lesson } from './future.js';

/** Frames in which damage must be seen to be taken for one that stays. */
const STAYS = 8;
/** Grey levels; what is remembered looks alike when it is nearer in the mean, but for the noise. */
const ALIKE = 4;

/**
 * Forgets the cells that are damaged in all of `lessons`, for as long as anybody can see, and look in
 * the first of them as they are remembered: what is remembered there is the damage, and would be put
 * in its own place. What is remembered otherwise was seen before the damage came, and is kept.
 */
export function unlearn(past: BackgroundMemory, lessons: readonly Lesson[]): void {
  const [first, ...others] = lessons;
  if (first === undefined || lessons.length < STAYS) return;
  if (lessons.some(({ mask }) => isBlank(mask))) return;
  const stays = first.mask.map((value, cell) =>
    value !== 0 && others.every(({ mask }) => mask[cell] !== 0) ? 1 : 0,
  );
  forgetAlike(past, first, stays);
}

/** Forgets, of the cells that are not 0 in `damaged`, what is remembered as this frame shows it. */
export function forgetAlike(
  past: BackgroundMemory,
  { frame, sigma }: Pick<Lesson, 'frame' | 'sigma'>,
  damaged: Uint8Array,
): void {
  const { columns } = cellGrid(frame);
  const cells = damaged.length;
  const gone = { recent: new Uint8Array(cells), background: new Uint8Array(cells) };
  for (let cell = 0; cell < cells; cell++) {
    if (damaged[cell] === 0) continue;
    const row = Math.floor(cell / columns);
    const luma = 2 * (row * frame.width + cell - row * columns);
    const below = luma + frame.width;
    const samples = [luma, luma + 1, below, below + 1, 4 * cells + cell, 5 * cells + cell];
    for (const which of ['recent', 'background'] as const) {
      if (past[which].count[cell] === 0) continue;
      const { planes } = past[which];
      let apart = 0;
      for (const at of samples) apart += Math.abs((frame.data[at] ?? 0) - (planes[at] ?? 0));
      if (apart <= samples.length * (ALIKE + sigma)) gone[which][cell] = 1;
    }
  }
  past.forget(gone.recent, gone.background);
}
