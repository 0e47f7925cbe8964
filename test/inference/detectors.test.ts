/** The shipped detectors in the worker against what PyTorch made of the same input. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NETWORK_DETECTORS } from '../../src/detectors/index.js';
import { openEngine } from '../../src/inference/engine.js';
import { loadModelCard } from '../../src/inference/model-card.js';
import type { Tensors } from '../../src/inference/tensors.js';

interface Shapes {
  sha256: string;
  tensors: Record<string, { dims: number[] }>;
}

/** Inputs and scores that training/detect_export.py wrote beside the model. */
function fixture(model: string): { shapes: Shapes; tensors: Tensors } {
  const folder = join(import.meta.dirname, model);
  const shapes = JSON.parse(readFileSync(join(folder, 'shapes.json'), 'utf8')) as Shapes;
  const tensors: Tensors = {};
  for (const [name, { dims }] of Object.entries(shapes.tensors)) {
    tensors[name] = { data: new Uint8Array(readFileSync(join(folder, `${name}.bin`))), dims };
  }
  return { shapes, tensors };
}

describe.each(NETWORK_DETECTORS)('the $model model', ({ model, kinds }) => {
  it("gives PyTorch's scores within one of 255, one map a kind or more", async () => {
    const { shapes, tensors } = fixture(model);
    const card = await loadModelCard(model);
    const { scores } = tensors;
    const feeds = Object.fromEntries(
      Object.entries(tensors).filter(([name]) => name in card.inputs),
    );
    expect(card).toMatchObject({ role: 'detector', sha256: shapes.sha256 });
    const engine = await openEngine(card, 'cpu', 1);
    const { results } = await engine.run(feeds);
    await engine.close();
    expect(results['scores']?.dims).toEqual(scores?.dims);
    expect(scores?.dims[1]).toBeGreaterThanOrEqual(kinds.length);
    const got = results['scores']?.data ?? [];
    const off = [...(scores?.data ?? [])].map((value, i) => Math.abs(value - (got[i] ?? 0)));
    expect(Math.max(...off)).toBeLessThanOrEqual(1);
  });
});
