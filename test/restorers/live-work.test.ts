/** The work on live frames: what its detectors see, what it forgets, and what it never remembers. */
import { expect, it } from 'vitest';
import type { DamageMap } from '../../src/frame/damage-map.js';
import { RelensError } from '../../src/errors.js';
import { loadModelCard } from '../../src/inference/model-card.js';
import type { Tensors } from '../../src/inference/tensors.js';
import { LiveWork } from '../../src/restorers/live-work.js';

const size = { width: 64, height: 48 };
const cells = (size.width * size.height) / 4;
const card = await loadModelCard('lite');
/** Those of the cell 400, in row 12 and column 16, and of two cells around it. */
const SAMPLES = [-2, -1, 0, 1, 2].flatMap((down) =>
  [-2, -1, 0, 1, 2].flatMap((right) => {
    const luma = 128 * (12 + down) + 2 * (16 + right);
    const cell = 400 + 32 * down + right;
    return [luma, luma + 1, luma + 64, luma + 65, 4 * cells + cell, 5 * cells + cell];
  }),
);
const even = (value: number) => new Uint8Array(cells * 6).fill(value);

/** Work on pictures with one damaged cell, with a network that only looks at what it is given. */
function bench(maps: (seq: number) => readonly DamageMap[] = () => []) {
  const inspected: number[] = [];
  const asked: Tensors[] = [];
  let opened = 0;
  const work = new LiveWork({
    ...{ size, noiseFloor: 1.5, strength: 1, synthesis: true },
    open: () => {
      opened++;
      return {
        inspect: (frame) => {
          inspected.push(frame.seq);
          const noise = { sigma: 0, map: new Uint8Array(cells) };
          return Promise.resolve({ frame, maps: maps(frame.seq), noise });
        },
        noise: ({ noise }) => noise,
        mask: (inspection) => {
          const data = new Uint8Array(cells);
          const found = inspection.maps[0]?.score[400] ?? 255;
          data[400] = found;
          return { columns: 32, rows: 24, data, coverage: 1 / cells };
        },
      };
    },
  });
  const engine = {
    card,
    run: (feeds: Tensors) => {
      asked.push(feeds);
      return Promise.reject(new RelensError('ABORTED', 'too late'));
    },
  };
  const show = (
    seq: number,
    {
      discontinuity = false,
      trusted = true,
      value = 100,
      there = value,
    }: Record<string, unknown> = {},
  ) => {
    const data = even(Number(value));
    for (const at of SAMPLES) data[at] = Number(there);
    const frame = { lane: 'door', ...size, seq, timestamp: seq * 40_000, data };
    return work.restore({
      frame: { ...frame, discontinuity: discontinuity === true },
      trusted: trusted === true,
      engine,
    });
  };
  /** Samples that the network is told it knows of an intact cell, for each run. */
  const known = () => asked.map(({ counts }) => Math.max(...counts!.data));
  /** The same, of the damaged cell: of late, and of old. */
  const knownThere = () =>
    asked.map(({ counts, mask }) => {
      const at = mask!.data.indexOf(255);
      const { data } = counts!;
      return [data[at], data[at + (2 * data.length) / 3]];
    });
  return { show, inspected, opens: () => opened, known, knownThere };
}

it('shows its detectors frames without gaps in their numbers, two at once in their order', async () => {
  const { show, inspected } = bench();
  const both = await Promise.all([show(0), show(3), show(9)]);
  expect(inspected).toEqual([0, 1, 2]);
  expect(both.map(({ late }) => late)).toEqual([true, true, true]);
});

it('leaves the frame itself alone, and hands back memory of its own', async () => {
  const { show } = bench();
  const { data, mask } = await show(0, { value: 9 });
  expect(data).toEqual(even(9));
  expect(mask[400]).toBe(255);
});

it('remembers what it saw, but not what may be wrong, and nothing from before a break', async () => {
  const { show, known, opens } = bench();
  for (let seq = 0; seq < 3; seq++) await show(seq);
  expect(known()).toEqual([0, 1, 2]);
  await show(3, { trusted: false });
  await show(4, { trusted: false });
  expect(known().slice(3)).toEqual([3, 3]);
  await show(5, { discontinuity: true });
  await show(6);
  expect(known().slice(5)).toEqual([0, 1]);
  expect(opens()).toBe(2);
});

/** Damage of the one cell, found from a frame on. */
const found = (kind: DamageMap['kind'], from: number) => (seq: number) => {
  const score = new Uint8Array(cells).fill(seq < from ? 0 : 255, 400, 401);
  return [{ kind, columns: 32, rows: 24, score }];
};

it('forgets what it saw where damage that stays is found late: that was the damage', async () => {
  const dirt = bench(found('dirt', 3));
  for (let seq = 0; seq < 5; seq++) await dirt.show(seq);
  expect(dirt.knownThere()).toEqual([
    [0, 0],
    [0, 0],
  ]);
  // What comes and goes hides what was really seen before it came.
  const streak = bench(found('drop-out', 3));
  for (let seq = 0; seq < 5; seq++) await streak.show(seq);
  expect(streak.knownThere()).toEqual([
    [3, 3],
    [3, 3],
  ]);
});

it('keeps what it saw before the damage came, also when it is told of it late', async () => {
  const drop = bench(found('drop', 15));
  for (let seq = 0; seq < 12; seq++) await drop.show(seq);
  for (let seq = 12; seq < 15; seq++) await drop.show(seq, { there: 30 });
  // Somebody passes behind the drop; and what may be wrong proves nothing.
  await drop.show(15, { there: 60 });
  await drop.show(16, { there: 30, trusted: false });
  expect(drop.knownThere().map(([recent]) => recent)).toEqual([3, 3]);
  await drop.show(17, { there: 30 });
  const [recent, background] = drop.knownThere().at(-1)!;
  expect(recent).toBe(0);
  expect(background).toBeGreaterThan(6);
});
