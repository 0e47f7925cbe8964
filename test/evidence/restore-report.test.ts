/** The account of a job: what was found, what was decided about it, and how noisy it was where. */
import { describe, expect, it } from 'vitest';
import {
  RestoreAccount,
  type JobFacts,
  type RestoredFrame,
} from '../../src/evidence/restore-report.js';
import type { DamageKind } from '../../src/frame/damage-map.js';
import { PROVENANCE } from '../../src/frame/provenance.js';

const COLUMNS = 12;
const ROWS = 12;
const CELLS = COLUMNS * ROWS;

const FACTS: JobFacts = {
  ...{ input: 'a.mkv', output: 'b.mkv', width: 24, height: 24, stages: {}, events: [], lost: [] },
  ...{ conversions: [], versions: {}, device: 'cpu', model: 'm', modelSha256: '0' },
};

function frame(kind: DamageKind, found: readonly number[], became: readonly number[] = []) {
  const score = new Uint8Array(CELLS);
  const provenance = new Uint8Array(CELLS);
  found.forEach((cell, i) => {
    score[cell] = 200;
    provenance[cell] = became[i] ?? PROVENANCE.original;
  });
  const grid = { columns: COLUMNS, rows: ROWS };
  const noiseMap = new Uint8Array(CELLS).map((_, cell) => (cell % COLUMNS < 4 ? 40 : 8));
  const restored: RestoredFrame = {
    maps: [{ kind, ...grid, score }],
    mask: { ...grid, data: score, coverage: found.length / CELLS },
    ...{ provenance, noiseMap, sigma: 4, tilesTotal: 1, tilesRun: 1, cut: false },
  };
  return restored;
}

describe('the account of a restore', () => {
  it('says of each kind what became of its cells, and why', () => {
    const account = new RestoreAccount();
    const { recovered, synthesised } = PROVENANCE;
    account.add(0, frame('drop-out', [1, 2, 3], [recovered, recovered, synthesised]));
    account.add(40_000, frame('drop-out', [5]));
    account.add(80_000, frame('passing', [7, 8]));
    const { damage } = account.close(FACTS);
    expect(damage['drop-out']).toMatchObject({
      frames: 2,
      done: { recovered: 0.5, synthesised: 0.25, original: 0.25, denoised: 0 },
      route: { actions: ['recover', 'synthesise'] },
    });
    expect(damage['drop-out']?.share).toBeCloseTo(4 / (3 * CELLS));
    expect(damage['passing']).toMatchObject({ frames: 1, route: { actions: ['leave alone'] } });
    expect(damage['passing']?.done.original).toBe(1);
    expect(damage['passing']?.route.why).toMatch(/person/);
  });

  it('tells the noise of each ninth of the picture', () => {
    const account = new RestoreAccount();
    account.add(0, frame('dirt', []));
    expect(account.close(FACTS).noise.byRegion).toEqual([10, 2, 2, 10, 2, 2, 10, 2, 2]);
  });

  it('goes on from what an interrupted run had booked', () => {
    const whole = new RestoreAccount();
    const [first, second] = [new RestoreAccount(), new RestoreAccount()];
    const one = frame('dirt', [1], [PROVENANCE.synthesised]);
    whole.add(0, one);
    whole.add(40_000, one);
    first.add(0, one);
    second.load(structuredClone(first.save()));
    second.add(40_000, one);
    expect(second.close(FACTS).damage).toEqual(whole.close(FACTS).damage);
  });
});
