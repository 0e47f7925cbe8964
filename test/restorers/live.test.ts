/** The live restorer: what it lets through, what it forgets, and what its detectors see. */
import { expect, it } from 'vitest';
import { FramePool } from '../../src/frame/frame-pool.js';
import { nowMs } from '../../src/frame/live-seams.js';
import type { Engine } from '../../src/inference/engine.js';
import { loadModelCard } from '../../src/inference/model-card.js';
import { SharedEngine } from '../../src/inference/shared-engine.js';
import { LiveRestorer, type LiveInput } from '../../src/restorers/live.js';

const size = { width: 64, height: 48 };
const cells = (size.width * size.height) / 4;
const card = await loadModelCard('lite');

/** A restorer of clean pictures: the network is never asked. */
function bench() {
  const inspected: number[] = [];
  let opened = 0;
  const engine: Engine = {
    ...{ device: 'cpu', card },
    run: () => Promise.reject(new Error('not asked')),
    close: () => Promise.resolve(),
  };
  const restorer = new LiveRestorer({
    ...{ size, lane: 'door', engine: new SharedEngine(engine), lateMs: 1000 },
    ...{ noiseFloor: 1.5, strength: 1, synthesis: true },
    open: () => {
      opened++;
      return {
        inspect: (frame) => {
          inspected.push(frame.seq);
          const noise = { sigma: 0, map: new Uint8Array(cells) };
          return Promise.resolve({ frame, maps: [], noise });
        },
        noise: ({ noise }) => noise,
        mask: () => ({ columns: 32, rows: 24, data: new Uint8Array(cells), coverage: 0 }),
      };
    },
  });
  const pool = new FramePool(size, 4);
  const input = (seq: number, more: { age?: number; discontinuity?: boolean } = {}): LiveInput => {
    const { age = 0, discontinuity = false } = more;
    const stamp = { lane: 'door', seq, timestamp: seq * 40_000, discontinuity };
    const receivedMs = nowMs() - age;
    return { frame: pool.tryAcquire()!.publish(stamp), receivedMs, decodedMs: receivedMs };
  };
  return { restorer, pool, input, inspected, opens: () => opened };
}

it('shows its detectors frames without gaps, whatever was let through between them', async () => {
  const { restorer, input, inspected, pool } = bench();
  for (const seq of [0, 3, 9]) {
    const outcome = await restorer.restore(input(seq));
    expect(outcome).toMatchObject({ passedThrough: false, overlay: { seq } });
    outcome.close();
    restorer.pass(input(seq + 1)).close();
  }
  expect(inspected).toEqual([0, 1, 2]);
  expect(pool.inUse).toBe(0);
});

it('lets through what is too old, marked, and gives every frame back', async () => {
  const { restorer, input, inspected, pool } = bench();
  const outcome = await restorer.restore(input(0, { age: 1500 }));
  expect(outcome.passedThrough).toBe(true);
  expect(outcome.restored.data).toBe(outcome.original.data);
  outcome.close();
  expect(inspected).toEqual([]);
  expect(pool.inUse).toBe(0);
});

it('begins anew after a break, also when the frame of the break was not restored', async () => {
  const { restorer, input, opens } = bench();
  (await restorer.restore(input(0))).close();
  (await restorer.restore(input(1))).close();
  expect(opens()).toBe(1);
  restorer.pass(input(2, { discontinuity: true })).close();
  (await restorer.restore(input(3))).close();
  expect(opens()).toBe(2);
});
