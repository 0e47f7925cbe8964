/** The live restorer: what it lets through, that no break is missed, and what a late run holds up. */
import { expect, it } from 'vitest';
import { FramePool } from '../../src/frame/frame-pool.js';
import { nowMs } from '../../src/frame/live-seams.js';
import type { LiveRestored } from '../../src/restorers/live-work.js';
import { LiveRestorer, type LiveInput, type LiveWorker } from '../../src/restorers/live.js';

const size = { width: 64, height: 48 };
const cells = (size.width * size.height) / 4;

const restored: LiveRestored = {
  data: new Uint8Array(cells * 6).fill(7),
  mask: new Uint8Array(cells),
  provenance: new Uint8Array(cells).fill(1),
  ...{ sigma: 5, networkMs: 3, late: false },
};

/** A restorer whose worker answers when it is told to. */
function bench(lateMs = 1000) {
  const begun: { readonly seq: number; readonly discontinuity: boolean }[] = [];
  const answers: ((answer: LiveRestored) => void)[] = [];
  const signals: AbortSignal[] = [];
  const worker: LiveWorker = {
    restore: ({ frame: { seq, discontinuity } }, { signal }) => {
      begun.push({ seq, discontinuity });
      signals.push(signal);
      return new Promise((resolve) => answers.push(resolve));
    },
    close: () => undefined,
  };
  const restorer = new LiveRestorer({ size, lateMs, worker });
  const pool = new FramePool(size, 4);
  const input = (seq: number, more: { age?: number; discontinuity?: boolean } = {}): LiveInput => {
    const { age = 0, discontinuity = false } = more;
    const stamp = { lane: 'door', seq, timestamp: seq * 40_000, discontinuity };
    const times = { receivedMs: nowMs() - age, decodedMs: nowMs() };
    return { frame: pool.tryAcquire()!.publish(stamp), ...times, trusted: true };
  };
  return { restorer, pool, input, begun, answers, signals };
}

it('shows what its worker made of a frame beside the frame, and gives both back', async () => {
  const { restorer, input, answers, pool } = bench();
  const working = restorer.restore(input(4));
  answers[0]!(restored);
  const outcome = await working;
  expect(outcome).toMatchObject({ passedThrough: false, sigma: 5, networkMs: 3 });
  expect(outcome).toMatchObject({ restored: { seq: 4 }, overlay: { seq: 4 } });
  expect(outcome.restored.data[0]).toBe(7);
  expect(outcome.original.data[0]).toBe(0);
  outcome.close();
  expect(pool.inUse).toBe(0);
});

it('lets through what is too old, marked, and gives every frame back', async () => {
  const { restorer, input, begun, pool } = bench();
  const outcome = await restorer.restore(input(0, { age: 1500 }));
  expect(outcome.passedThrough).toBe(true);
  expect(outcome.restored.data).toBe(outcome.original.data);
  outcome.close();
  expect(begun).toEqual([]);
  expect(pool.inUse).toBe(0);
});

it('puts the repairs of damage that stays into what it lets through, which stays marked', async () => {
  const { restorer, input, answers } = bench();
  const staying = new Uint8Array(cells).fill(1, 5, 6);
  const working = restorer.restore(input(0));
  answers[0]!({ ...restored, mask: staying.map((stays) => 255 * stays), staying });
  (await working).close();
  const passed = restorer.pass(input(1));
  expect(passed.passedThrough).toBe(true);
  expect(passed.restored.seq).toBe(1);
  // The cell begins at the tenth sample of the first row.
  expect([...passed.restored.data.subarray(9, 13)]).toEqual([0, 7, 7, 0]);
  expect(passed.overlay.mask[5]).toBe(255);
  expect([...passed.overlay.provenance.subarray(4, 7)]).toEqual([0, 1, 0]);
  passed.close();
  const broken = restorer.pass(input(2, { discontinuity: true }));
  expect(broken.restored.data).toBe(broken.original.data);
});

it('waits for no frame longer than is allowed, and asks for no other until it is done', async () => {
  const { restorer, input, begun, answers, signals } = bench(20);
  const late = await restorer.restore(input(0));
  expect(late.passedThrough).toBe(true);
  expect(signals[0]!.aborted).toBe(true);
  expect((await restorer.restore(input(1))).passedThrough).toBe(true);
  answers[0]!({ ...restored, late: true });
  await new Promise((resolve) => setImmediate(resolve));
  void restorer.restore(input(2));
  expect(begun.map(({ seq }) => seq)).toEqual([0, 2]);
});

it('tells its worker of a break, also when the frame of the break was not restored', async () => {
  const { restorer, input, begun, answers } = bench();
  const next = async (one: LiveInput) => {
    const working = restorer.restore(one);
    answers.at(-1)!(restored);
    (await working).close();
  };
  await next(input(0, { discontinuity: true }));
  restorer.pass(input(1, { discontinuity: true })).close();
  await next(input(2));
  await next(input(3));
  expect(begun.map(({ discontinuity }) => discontinuity)).toEqual([true, true, false]);
});
