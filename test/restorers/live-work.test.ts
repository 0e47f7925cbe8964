/** The work on live frames: what its detectors see, what it forgets, and what it never remembers. */
import { expect, it } from 'vitest';
import { RelensError } from '../../src/errors.js';
import { loadModelCard } from '../../src/inference/model-card.js';
import type { Tensors } from '../../src/inference/tensors.js';
import { LiveWork } from '../../src/restorers/live-work.js';

const size = { width: 64, height: 48 };
const cells = (size.width * size.height) / 4;
const card = await loadModelCard('lite');
const even = (value: number) => new Uint8Array(cells * 6).fill(value);

/** Work on pictures with one damaged cell, with a network that only looks at what it is given. */
function bench() {
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
          return Promise.resolve({ frame, maps: [], noise });
        },
        noise: ({ noise }) => noise,
        mask: () => {
          const data = new Uint8Array(cells);
          data[400] = 255;
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
    { discontinuity = false, trusted = true, value = 100 }: Record<string, unknown> = {},
  ) => {
    const data = even(Number(value));
    const frame = { lane: 'door', ...size, seq, timestamp: seq * 40_000, data };
    return work.restore({
      frame: { ...frame, discontinuity: discontinuity === true },
      trusted: trusted === true,
      engine,
    });
  };
  /** Samples that the network is told it knows of an intact cell, for each run. */
  const known = () => asked.map(({ counts }) => Math.max(...counts!.data));
  return { show, inspected, opens: () => opened, known };
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
