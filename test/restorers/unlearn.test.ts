/** Unlearning: dirt that was learned before it was found is forgotten, and nothing else. */
import { expect, it } from 'vitest';
import { frameBytes, type Frame } from '../../src/frame/frame.js';
import { FramePool } from '../../src/frame/frame-pool.js';
import { BackgroundMemory } from '../../src/memory/background-memory.js';
import { unlearn } from '../../src/restorers/unlearn.js';

const size = { width: 32, height: 24 };
const cells = 192;
const DIRT = 100;
/** Its first luma sample: row 6, column 4 of cells. */
const LUMA = 12 * size.width + 8;

/** A picture of 90, its dirty cell of `value`. */
function shown(seq: number, value: number): Frame {
  const slot = new FramePool(size, 1).tryAcquire();
  if (slot === undefined) throw new Error('no slot');
  slot.data.fill(90);
  for (const at of [LUMA, LUMA + 1, LUMA + size.width, LUMA + size.width + 1]) {
    slot.data[at] = value;
  }
  for (const plane of [4, 5]) slot.data[plane * cells + DIRT] = value;
  return slot.publish({ lane: 'test', seq, timestamp: seq, discontinuity: false });
}

function lesson(seq: number, value: number, isFound: boolean) {
  const mask = new Uint8Array(cells);
  if (isFound) mask[DIRT] = 255;
  return { frame: shown(seq, value), mask, sigma: 1 };
}

/** A memory in which the cell was `value` for ten frames. */
function memoryOf(value: number): BackgroundMemory {
  const memory = new BackgroundMemory(size);
  for (let seq = 0; seq < 10; seq++) memory.learn(shown(seq, value), new Uint8Array(cells), 1);
  return memory;
}
const dirty = (count: number) => Array.from({ length: count }, (_, n) => lesson(10 + n, 30, true));
const counts = ({ recent, background }: BackgroundMemory, cell = DIRT) => [
  recent.count[cell],
  background.count[cell],
];

it('forgets what looks like the damage that stays, and nothing beside it', () => {
  expect(frameBytes(size)).toBe(6 * cells);
  const memory = memoryOf(31);
  unlearn(memory, dirty(8));
  expect(counts(memory)).toEqual([0, 0]);
  expect(counts(memory, DIRT + 1)).toEqual([10, 10]);
});

it('keeps what was seen before the damage came', () => {
  const memory = memoryOf(90);
  unlearn(memory, dirty(8));
  expect(counts(memory)).toEqual([10, 10]);
});

it('keeps what is damaged for a moment only', () => {
  for (const lessons of [dirty(7), [...dirty(12), lesson(22, 30, false)]]) {
    const memory = memoryOf(31);
    unlearn(memory, lessons);
    expect(counts(memory)).toEqual([10, 10]);
  }
});
