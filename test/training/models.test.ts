/** The cards of the shipped models, and the pages that the training room writes. */
import { readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packageFile } from '../../src/config/package-root.js';
import { hashOf, listModels } from '../../src/inference/model-card.js';

const text = (...path: string[]) => readFileSync(packageFile(...path), 'utf8');
const cards = await listModels();

describe.each(cards.map((card) => [card.name, card] as const))('the model %s', (name, card) => {
  const full = JSON.parse(text('models', `${name}.json`)) as Record<string, unknown>;

  it('is the file its card describes, and small enough to be shipped', async () => {
    expect(await hashOf(card.path)).toBe(card.sha256);
    expect(statSync(card.path).size).toBeLessThan(25e6);
  });

  it('tells its data, licence, cost and scores', () => {
    for (const key of ['description', 'licence', 'data', 'limits']) {
      expect(full[key], key).toBeTruthy();
    }
    expect(card.parameters).toBeGreaterThan(0);
  });
});

it('has a row of its own in the ablation for what each row of its page names', () => {
  const told = [...text('training', 'ablate.py').matchAll(/(?:Row|on)\(\s*\S+, "([^"]+)"/g)].map(
    ([, says]) => says,
  );
  const rows = [...text('docs', 'ablation.md').matchAll(/^\| ([^|]+?) +\|/gm)].map(
    ([, says]) => says!,
  );
  const shown = rows.filter((says) => says !== 'row' && !says.startsWith('---'));
  expect(shown.length).toBeGreaterThan(5);
  expect(shown.filter((says) => !told.includes(says))).toEqual([]);
});

it('lite costs at most 4 GFLOP for a frame of 640x360', () => {
  expect(cards.find(({ name }) => name === 'lite')!.gflopsAt640x360).toBeLessThanOrEqual(4);
});
