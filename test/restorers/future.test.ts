/** Looking ahead: each frame's view holds what follows it, and nothing of itself or before. */
import { describe, expect, it } from 'vitest';
import { frameBytes, type Frame } from '../../src/frame/frame.js';
import { FramePool } from '../../src/frame/frame-pool.js';
import { LookAhead, surer } from '../../src/restorers/future.js';

const size = { width: 16, height: 16 };
const cells = 64;

function flat(seq: number, value: number): Frame {
  const slot = new FramePool(size, 1).tryAcquire();
  if (slot === undefined) throw new Error('no slot');
  slot.data.fill(value);
  return slot.publish({ lane: 'test', seq, timestamp: seq, discontinuity: false });
}

const lesson = (seq: number, value: number, masked = 0) => ({
  frame: flat(seq, value),
  mask: new Uint8Array(cells).fill(masked),
  sigma: 0,
});

describe('looking ahead', () => {
  it('shows each frame what comes after it', () => {
    const views = new LookAhead(size).views(
      [lesson(0, 50), lesson(1, 50), lesson(2, 90)],
      [lesson(3, 90)],
    );
    expect(views).toHaveLength(3);
    expect(views[2]?.recent.count[0]).toBe(1);
    expect(views[2]?.recent.planes[0]).toBe(90);
    expect(views[1]?.recent.count[0]).toBe(2);
  });

  it('knows nothing at the end', () => {
    const views = new LookAhead(size).views([lesson(0, 50), lesson(1, 50)], []);
    expect(views[1]?.recent.count).toEqual(new Uint8Array(cells));
    expect(views[0]?.recent.count[0]).toBe(1);
  });

  it('is for each block as if it were the first', () => {
    const memory = new LookAhead(size);
    const other = [lesson(2, 120), lesson(3, 120, 255)];
    memory.views([lesson(0, 200), lesson(1, 20)], [lesson(2, 230)]);
    expect(memory.views(other, [])).toEqual(new LookAhead(size).views(other, []));
  });

  it('does not learn from damaged cells', () => {
    const views = new LookAhead(size).views(
      [lesson(0, 50)],
      [lesson(1, 200, 255), lesson(2, 200, 255)],
    );
    expect(views[0]?.recent.count[0]).toBe(0);
  });
});

describe('surer', () => {
  it('takes each cell from the memory with more samples, all six values of it', () => {
    const layer = (value: number, count: number) => ({
      planes: new Uint8Array(frameBytes(size)).fill(value),
      count: new Uint8Array(cells).fill(count),
    });
    const first = layer(10, 5);
    const second = layer(20, 5);
    second.count[9] = 6;
    const chosen = surer(size, first, second);
    const changed = [...chosen.planes].flatMap((value, at) => (value === 20 ? [at] : []));
    // Cell 9 is column 1 of row 1: luma from (2, 2), chroma at 9 in each plane.
    expect(changed).toEqual([34, 35, 50, 51, 256 + 9, 320 + 9]);
    expect(chosen.count[9]).toBe(6);
    expect(first.planes[34]).toBe(10);
  });
});
