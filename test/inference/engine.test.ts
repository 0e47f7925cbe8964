/** The shipped model in the worker against what PyTorch made of the same input. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEngine, type Engine } from '../../src/inference/engine.js';
import { listModels, loadModelCard } from '../../src/inference/model-card.js';
import type { TensorValue, Tensors } from '../../src/inference/tensors.js';

interface Shapes {
  sha256: string;
  tensors: Record<string, { type: string; dims: number[] }>;
}

const folder = join(import.meta.dirname, 'fixture');
const shapes = JSON.parse(readFileSync(join(folder, 'shapes.json'), 'utf8')) as Shapes;

function stored(name: string): TensorValue {
  const shape = shapes.tensors[name];
  if (shape === undefined) throw new Error(`no ${name} in the fixture`);
  const bytes = new Uint8Array(readFileSync(join(folder, `${name}.bin`)));
  return {
    data: shape.type === 'uint8' ? bytes : new Float32Array(bytes.buffer),
    dims: shape.dims,
  };
}

function feeds(): Tensors {
  const names = ['luma', 'chroma', 'counts', 'mask', 'sigma', 'strength', 'synthesis'];
  return Object.fromEntries(names.map((name) => [name, stored(name)]));
}

describe('engine', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine(await loadModelCard('lite'), 'cpu', 1);
  });
  afterAll(() => engine.close());

  it('was given the fixture of the model that is shipped', () => {
    expect(engine.card.sha256).toBe(shapes.sha256);
  });

  it("gives PyTorch's output within one grey level", async () => {
    const { results } = await engine.run(feeds());
    for (const name of ['restored_luma', 'restored_chroma', 'invented']) {
      const got = results[name];
      const wanted = stored(name);
      expect(got?.dims).toEqual(wanted.dims);
      const differences = [...wanted.data].map((value, i) => Math.abs(value - (got?.data[i] ?? 0)));
      expect(Math.max(...differences)).toBeLessThanOrEqual(1);
    }
  });

  it('passes cells that are neither hidden nor noisy through as they were', async () => {
    const { results } = await engine.run(feeds());
    const [luma, mask, sigma] = [stored('luma'), stored('mask'), stored('sigma')];
    const columns = mask.dims[3] ?? 0;
    const wrong = [...mask.data].filter((hidden, cell) => {
      if (hidden !== 0 || sigma.data[cell] !== 0) return false;
      const at = Math.floor(cell / columns) * 4 * columns + (cell % columns) * 2;
      return [at, at + 1, at + 2 * columns, at + 2 * columns + 1].some(
        (sample) => luma.data[sample] !== results['restored_luma']?.data[sample],
      );
    });
    expect(wrong).toEqual([]);
    expect(
      [...mask.data].filter((hidden, cell) => hidden === 0 && sigma.data[cell] === 0).length,
    ).toBeGreaterThan(100);
  });

  it('gives the same bytes for one thread and two, alone and in a batch', async () => {
    const two = await openEngine(await loadModelCard('lite'), 'cpu', 2);
    const first = await engine.run(feeds());
    const second = await two.run(feeds());
    const doubled: Tensors = {};
    for (const [name, { data, dims }] of Object.entries(feeds())) {
      doubled[name] =
        data instanceof Uint8Array
          ? { data: Uint8Array.of(...data, ...data), dims: [2, ...dims.slice(1)] }
          : { data, dims };
    }
    const batch = await two.run(doubled);
    await two.close();
    const luma = first.results['restored_luma']?.data ?? [];
    expect(second.results['restored_luma']?.data).toEqual(luma);
    expect(batch.results['restored_luma']?.data.subarray(luma.length)).toEqual(luma);
  });

  it('says what is wrong with a feed, and goes on', async () => {
    const broken = { ...feeds(), mask: { data: new Uint8Array(4), dims: [1, 1, 2, 2] } };
    await expect(engine.run(broken)).rejects.toMatchObject({ code: 'INFERENCE' });
    await expect(engine.run(feeds())).resolves.toBeDefined();
  });
});

describe('model cards', () => {
  it('describe every model that is shipped', async () => {
    const cards = await listModels();
    expect(cards.map(({ name }) => name)).toContain('lite');
    for (const card of cards) {
      await expect(loadModelCard(card.name)).resolves.toMatchObject({ sha256: card.sha256 });
    }
  });

  it('refuse a model that was changed', async () => {
    const place = await mkdtemp(join(tmpdir(), 'relens-model-'));
    const card = await loadModelCard('lite');
    const path = join(place, 'lite.onnx');
    await writeFile(path, readFileSync(card.path).subarray(1));
    await writeFile(join(place, 'lite.json'), JSON.stringify(card));
    await expect(loadModelCard(path)).rejects.toThrow(/expected sha256 .*got/);
    await rm(place, { recursive: true });
  });

  it('say what a model is for, and a detector is not taken for a generator', async () => {
    await expect(loadModelCard('damage', 'generator')).rejects.toThrow(/expected a generator/);
    await expect(loadModelCard('lite', 'generator')).resolves.toBeDefined();
  });

  it('are asked for by name, and the names that exist are told', async () => {
    await expect(loadModelCard('nothing')).rejects.toThrow(/shipped models: .*lite/);
  });
});
