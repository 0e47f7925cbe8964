/** The shipped painter in the worker against what PyTorch made of the same input. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lazyEngine } from '../../src/inference/lazy-engine.js';
import { loadModelCard } from '../../src/inference/model-card.js';

interface Shapes {
  sha256: string;
  tensors: Record<string, { type: string; dims: number[] }>;
}

const folder = join(import.meta.dirname, 'painter');

function bytesOf(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(join(folder, `${name}.bin`)));
}

describe('the painter model', () => {
  it("gives PyTorch's gains and rests, opened when it is first asked", async () => {
    const shapes = JSON.parse(readFileSync(join(folder, 'shapes.json'), 'utf8')) as Shapes;
    const card = await loadModelCard('painter', 'painter');
    expect(card.sha256).toBe(shapes.sha256);
    const engine = lazyEngine(card, 'cpu', 1);
    const feeds = Object.fromEntries(
      Object.keys(card.inputs).map((name) => {
        const { dims } = shapes.tensors[name]!;
        return [name, { data: bytesOf(name), dims }];
      }),
    );
    const { results } = await engine.run(feeds);
    await engine.close();
    for (const name of Object.keys(card.outputs)) {
      const wanted = new Float32Array(bytesOf(name).buffer);
      const got = results[name];
      expect(got?.dims).toEqual(shapes.tensors[name]?.dims);
      const off = wanted.map((value, k) => Math.abs(value - (got?.data[k] ?? NaN)));
      expect(Math.max(...off)).toBeLessThan(0.02);
    }
  });

  it('is not opened by who never asks, and is refused where a generator is wanted', async () => {
    const card = await loadModelCard('painter');
    await lazyEngine({ ...card, path: '/nowhere.onnx' }, 'cpu', 1).close();
    await expect(loadModelCard('painter', 'generator')).rejects.toMatchObject({ code: 'MODEL' });
  });
});
