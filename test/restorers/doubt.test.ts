/** How sure a repaired cell is: less with more noise, fewer samples, and memories that disagree. */
import { describe, expect, it } from 'vitest';
import { FramePool } from '../../src/frame/frame-pool.js';
import { UNKNOWN } from '../../src/frame/uncertainty.js';
import { doubtOf, type SightedMemory } from '../../src/restorers/doubt.js';

const size = { width: 4, height: 2 };
const BYTES = 12;

/** Both cells alike. */
function memory(level: number, count: number, seenAt: number): SightedMemory {
  return {
    planes: new Uint8Array(BYTES).fill(level),
    count: new Uint8Array(2).fill(count),
    seenAt: new Int32Array(2).fill(seenAt),
  };
}

const nothing = memory(0, 0, -1);

function doubt(change: {
  noise?: number;
  masked?: boolean;
  past?: SightedMemory;
  future?: SightedMemory;
  background?: SightedMemory;
  strength?: number;
}) {
  const pool = new FramePool(size, 1);
  const slot = pool.tryAcquire()!;
  const frame = slot.publish({ lane: 'a', seq: 100, timestamp: 0, discontinuity: false });
  const { noise = 0, masked = false, strength = 1 } = change;
  const { past = nothing, future = nothing, background = nothing } = change;
  const { uncertainty, seenFrom } = doubtOf(
    {
      ...{ frame, past, future, background },
      mask: new Uint8Array(2).fill(masked ? 255 : 0),
      noise: new Uint8Array(2).fill(4 * noise),
    },
    strength,
  );
  frame.close();
  expect(uncertainty[0]).toBe(uncertainty[1]);
  return { code: uncertainty[0]!, from: seenFrom[0]! };
}

describe('the doubt about a cell', () => {
  it('is none where nothing is done', () => {
    expect(doubt({}).code).toBe(0);
  });

  it('grows with the noise, and falls with every sample behind it', () => {
    const codes = [2, 8, 25].map((noise) => doubt({ noise }).code);
    expect(codes).toEqual([...codes].sort((a, b) => a - b));
    expect(new Set(codes).size).toBe(3);
    const past = memory(90, 15, 99);
    expect(doubt({ noise: 8, past }).code).toBeLessThan(doubt({ noise: 8 }).code);
  });

  it('grows where less of the noise is taken away', () => {
    const past = memory(90, 30, 99);
    const [whole, half] = [1, 0.5].map((strength) => doubt({ noise: 20, past, strength }).code);
    expect(half).toBeGreaterThan(whole!);
  });

  it('grows with what the memories differ by, and where only one of them vouches', () => {
    const past = memory(90, 5, 97);
    const both = (level: number) => doubt({ masked: true, past, future: memory(level, 5, 101) });
    const codes = [90, 92, 98, 120].map((level) => both(level).code);
    expect(codes).toEqual([...codes].sort((a, b) => a - b));
    expect(codes[3]).toBeGreaterThan(codes[0]!);
    expect(doubt({ masked: true, past }).code).toBeGreaterThan(codes[0]!);
    expect([both(90).from, doubt({ masked: true, past }).from]).toEqual([1, -3]);
  });

  it('is unknown where the camera never saw anything', () => {
    expect(doubt({ masked: true })).toEqual({ code: UNKNOWN, from: 0 });
  });
});
