/** The shared engine: lanes in turn, batches of equal sizes, late runs withdrawn. */
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/inference/engine.js';
import { loadModelCard } from '../../src/inference/model-card.js';
import { SharedEngine } from '../../src/inference/shared-engine.js';
import type { Tensors } from '../../src/inference/tensors.js';

const card = await loadModelCard('lite');

/** An engine that gives back its mask plus one, when it is told to. */
function fakeEngine() {
  const runs: Tensors[] = [];
  const waiting: (() => void)[] = [];
  const engine: Engine = {
    device: 'cpu',
    card,
    run: (feeds) => {
      runs.push(feeds);
      return new Promise((resolve) => {
        waiting.push(() => {
          const mask = feeds['mask']!;
          const data = (mask.data as Uint8Array<ArrayBuffer>).map((value) => value + 1);
          resolve({ results: { restored: { data, dims: mask.dims } }, feeds, ms: 10 });
        });
      });
    },
    close: () => Promise.resolve(),
  };
  const finish = async () => {
    waiting.shift()!();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { engine, runs, finish };
}

function feeds(value: number, columns = 8, strength = 1): Tensors {
  return {
    mask: { data: new Uint8Array(8 * columns).fill(value), dims: [1, 1, 8, columns] },
    strength: { data: Float32Array.of(strength), dims: [1] },
  };
}

describe('the shared engine', () => {
  it('runs what waits in one batch when the sizes agree, and gives each lane its own', async () => {
    const { engine, runs, finish } = fakeEngine();
    const shared = new SharedEngine(engine);
    const first = shared.for('a').run(feeds(1));
    const second = shared.for('b').run(feeds(10));
    const third = shared.for('c').run(feeds(20));
    await finish();
    expect(runs[1]!['mask']!.dims).toEqual([2, 1, 8, 8]);
    await finish();
    const results = await Promise.all([first, second, third]);
    expect(results.map(({ results: made }) => made['restored']!.data[0])).toEqual([2, 11, 21]);
    expect(results.map(({ results: made }) => made['restored']!.data.length)).toEqual([64, 64, 64]);
  });

  it('keeps apart what differs in size or strength, first come, first served', async () => {
    const { engine, runs, finish } = fakeEngine();
    const shared = new SharedEngine(engine);
    const all = [
      shared.for('a').run(feeds(1)),
      shared.for('b').run(feeds(2, 16)),
      shared.for('c').run(feeds(3, 8, 0.5)),
      shared.for('d').run(feeds(4, 16)),
    ];
    for (let run = 0; run < 3; run++) await finish();
    await Promise.all(all);
    expect(runs.map((run) => run['mask']!.dims[0])).toEqual([1, 2, 1]);
  });

  it('withdraws a run that is given up before it begins', async () => {
    const { engine, runs, finish } = fakeEngine();
    const shared = new SharedEngine(engine);
    const late = new AbortController();
    const first = shared.for('a').run(feeds(1));
    const second = shared.for('b', { signal: late.signal }).run(feeds(2));
    late.abort();
    const refused = expect(second).rejects.toMatchObject({ code: 'ABORTED' });
    await finish();
    await first;
    await refused;
    expect(runs).toHaveLength(1);
  });

  it('does not begin what it could not do in time, and tries again before long', async () => {
    const { engine, runs, finish } = fakeEngine();
    const shared = new SharedEngine(engine);
    const first = shared.for('a').run(feeds(1));
    await finish();
    await first;
    const soon = () => performance.now() - 1;
    await expect(shared.for('a', { dueMs: soon() }).run(feeds(2))).rejects.toThrow('too late');
    expect(runs).toHaveLength(1);
    const later = shared.for('a', { dueMs: performance.now() + 60_000 }).run(feeds(3));
    await finish();
    expect((await later).results['restored']!.data[0]).toBe(4);
  });
});
