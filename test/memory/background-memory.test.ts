/** The background memory against its twin in training/memory.py, and by hand. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FramePool } from '../../src/frame/frame-pool.js';
import type { Frame } from '../../src/frame/frame.js';
import { BackgroundMemory } from '../../src/memory/background-memory.js';

const size = { width: 32, height: 24 };
const cells = (size.width * size.height) / 4;
const nothing = new Uint8Array(cells);

function frameOf(size: { width: number; height: number }, data: Uint8Array, seq: number): Frame {
  const slot = new FramePool(size, 1).tryAcquire();
  if (slot === undefined) throw new Error('no slot');
  slot.data.set(data);
  return slot.publish({ lane: 'test', seq, timestamp: seq * 40_000, discontinuity: false });
}

/** Grey 100 everywhere but in the first eight rows: a common shift would be taken for light. */
const banded = (value: number, seq: number) => {
  const frame = flat(100, seq);
  frame.data.fill(value, 0, size.width * 8);
  return frame;
};

const flat = (value: number, seq: number) =>
  frameOf(size, new Uint8Array((size.width * size.height * 3) / 2).fill(value), seq);

describe('background memory', () => {
  it('gives the same states as training/memory.py', () => {
    const folder = join(import.meta.dirname, 'fixture');
    const read = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
    const facts = JSON.parse(readFileSync(join(folder, 'facts.json'), 'utf8')) as {
      width: number;
      height: number;
      sigma: number;
      forgot: boolean[];
    };
    const [frames, masks, states] = [read('frames.bin'), read('masks.bin'), read('states.bin')];
    const grid = (facts.width * facts.height) / 4;
    const memory = new BackgroundMemory(facts);
    for (const [moment, forgot] of facts.forgot.entries()) {
      const data = frames.subarray(moment * 6 * grid, (moment + 1) * 6 * grid);
      const mask = masks.subarray(moment * grid, (moment + 1) * grid);
      expect(memory.learn(frameOf(facts, data, moment), mask, facts.sigma)).toBe(forgot);
      for (const [index, layer] of [memory.recent, memory.background].entries()) {
        const at = (2 * moment + index) * 7 * grid;
        expect(layer.count).toEqual(states.subarray(at + 6 * grid, at + 7 * grid));
        let largest = 0;
        for (let i = 0; i < 6 * grid; i++) {
          if (layer.count[i < 4 * grid ? 0 : i % grid] === 0) continue;
          largest = Math.max(largest, Math.abs((layer.planes[i] ?? 0) - (states[at + i] ?? 0)));
        }
        // Half-way values round up here and to even there.
        expect(largest).toBeLessThanOrEqual(1);
      }
    }
    expect(facts.forgot).toContain(true);
  });

  it('averages what stays the same', () => {
    const memory = new BackgroundMemory(size);
    memory.learn(flat(100, 0), nothing, 4);
    memory.learn(banded(102, 1), nothing, 4);
    expect(memory.recent.planes[0]).toBe(101);
    expect(memory.recent.count[0]).toBe(2);
    expect(memory.recent.seenAt[0]).toBe(1);
  });

  it('learns nothing from masked cells, and remembers when they were seen', () => {
    const memory = new BackgroundMemory(size);
    memory.learn(flat(100, 0), nothing, 0);
    const mask = new Uint8Array(cells);
    mask[5] = 255;
    memory.learn(banded(102, 1), mask, 0);
    expect(memory.recent.count[5]).toBe(1);
    expect(memory.recent.seenAt[5]).toBe(0);
    expect(memory.recent.planes[10]).toBe(100);
    expect(memory.recent.seenAt[6]).toBe(1);
  });

  it('keeps the background while something passes in front of it', () => {
    const memory = new BackgroundMemory(size);
    for (let seq = 0; seq < 10; seq++) memory.learn(flat(100, seq), nothing, 0);
    for (let n = 0; n < 3; n++) memory.learn(banded(220, 10 + n), nothing, 0);
    expect(memory.recent.planes[0]).toBe(220);
    expect(memory.background.planes[0]).toBe(100);
    expect(memory.background.seenAt[0]).toBe(9);
  });

  it('takes what stays longer than the background did as the new background', () => {
    const memory = new BackgroundMemory(size);
    for (let seq = 0; seq < 4; seq++) memory.learn(flat(100, seq), nothing, 0);
    for (let n = 0; n < 4; n++) memory.learn(banded(220, 4 + n), nothing, 0);
    expect(memory.background.planes[0]).toBe(220);
  });

  it('follows a change of light without forgetting', () => {
    const memory = new BackgroundMemory(size);
    for (let seq = 0; seq < 6; seq++) memory.learn(flat(100, seq), nothing, 0);
    const lit = flat(100, 6);
    lit.data.fill(130, 0, size.width * size.height);
    expect(memory.learn(lit, nothing, 0)).toBe(false);
    expect(memory.recent.count[0]).toBe(7);
    expect(memory.recent.planes[0]).toBeGreaterThan(128);
  });

  it('forgets everything at a cut', () => {
    const memory = new BackgroundMemory(size);
    for (let seq = 0; seq < 6; seq++) memory.learn(flat(100, seq), nothing, 0);
    const other = flat(100, 6);
    for (let i = 0; i < other.data.length; i++) other.data[i] = (i * 37) % 251;
    expect(memory.learn(other, nothing, 0)).toBe(true);
    expect(memory.recent.count[0]).toBe(1);
    expect(memory.background.planes[1]).toBe(37);
  });
});
