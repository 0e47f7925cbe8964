/**
 * The network gives the same bits for a tile on any number of threads and among any others. Only a tile
 * that is alone may differ, for the runtime then sums in another order; how many tiles there are is
 * decided by the frame alone, never by a setting.
 */
import { afterAll, expect, it } from 'vitest';
import { openEngine, type Engine } from '../../src/inference/engine.js';
import { loadModelCard } from '../../src/inference/model-card.js';
import type { Tensors } from '../../src/inference/tensors.js';
import { random } from '../detectors/scene.js';

const [rows, columns] = [32, 40];
const cells = rows * columns;
const engines: Engine[] = [];
afterAll(() => Promise.all(engines.map((engine) => engine.close())));

/** Tiles `from` to `to` of an endless row of random ones, as the generator hands them over. */
function tiles(from: number, to: number): Tensors {
  const count = to - from;
  const fill = (salt: number, size: number, most = 256) => {
    const data = new Uint8Array(count * size);
    for (let tile = 0; tile < count; tile++) {
      const next = random(1000 * salt + from + tile);
      for (let i = 0; i < size; i++) data[tile * size + i] = Math.floor(next() * most);
    }
    return data;
  };
  const mask = fill(4, cells, 2).map((value) => value * 255);
  return {
    luma: { data: fill(1, 16 * cells), dims: [count, 4, 2 * rows, 2 * columns] },
    chroma: { data: fill(2, 8 * cells), dims: [count, 8, rows, columns] },
    counts: { data: fill(3, 3 * cells, 33), dims: [count, 3, rows, columns] },
    mask: { data: mask, dims: [count, 1, rows, columns] },
    sigma: { data: fill(5, cells, 120), dims: [count, 1, rows, columns] },
    strength: { data: Float32Array.of(1), dims: [1] },
    synthesis: { data: Float32Array.of(1), dims: [1] },
  };
}

/** Results of tiles 0 to 11, computed in batches of `size`. */
async function inBatches(engine: Engine, size: number): Promise<Buffer[]> {
  const all: Buffer[] = [];
  for (let from = 0; from < 12; from += size) {
    const { results } = await engine.run(tiles(from, from + size));
    for (let tile = 0; tile < size; tile++) {
      const own = ['restored_luma', 'restored_chroma', 'invented'].map((name) => {
        const { data } = results[name]!;
        const length = data.length / size;
        return data.slice(tile * length, (tile + 1) * length) as Uint8Array;
      });
      all.push(Buffer.concat(own));
    }
  }
  return all;
}

it('in batches of 1, 2, 3, 6 and 12, on one thread and on two', async () => {
  const card = await loadModelCard('lite');
  let alone: Buffer[] | undefined;
  let together: Buffer[] | undefined;
  for (const threads of [1, 2]) {
    const engine = await openEngine(card, 'cpu', threads);
    engines.push(engine);
    const single = await inBatches(engine, 1);
    alone ??= single;
    expect(Buffer.concat(single).equals(Buffer.concat(alone))).toBe(true);
    for (const size of [2, 3, 6, 12]) {
      const several = await inBatches(engine, size);
      together ??= several;
      expect(Buffer.concat(several).equals(Buffer.concat(together))).toBe(true);
    }
  }
  const [one, other] = [Buffer.concat(alone ?? []), Buffer.concat(together ?? [])];
  const differences = one.map((value, at) => Math.abs(value - (other[at] ?? 0)));
  expect(Math.max(...new Set(differences))).toBeLessThanOrEqual(1);
  expect(differences.filter((value) => value > 0).length).toBeLessThan(one.length / 10_000);
});
