/** What the restorer hands to the network, and what it takes back. */
import { describe, expect, it } from 'vitest';
import { frameBytes, planesOf, type Frame } from '../../src/frame/frame.js';
import { FramePool } from '../../src/frame/frame-pool.js';
import { PROVENANCE } from '../../src/frame/provenance.js';
import type { Engine } from '../../src/inference/engine.js';
import type { Tensors } from '../../src/inference/tensors.js';
import { generate, type RestoreInput } from '../../src/restorers/generator.js';

const size = { width: 36, height: 20 };
const columns = 18;
const cells = columns * 10;
const PAINT = 7;

/** Paints everything grey 7, whatever it is given, and says how much of it is invented. */
function painter(painted = 0): Engine & { given: Tensors[] } {
  const given: Tensors[] = [];
  return {
    device: 'test',
    card: { cellMultiple: 8 } as Engine['card'],
    given,
    run: (feeds) => {
      given.push(feeds);
      const [batch = 0, , rows = 0, width = 0] = feeds['mask']?.dims ?? [];
      const results = {
        restored_luma: {
          data: new Uint8Array(batch * 4 * rows * width).fill(PAINT),
          dims: [batch, 1, 2 * rows, 2 * width],
        },
        restored_chroma: {
          data: new Uint8Array(batch * 2 * rows * width).fill(PAINT),
          dims: [batch, 2, rows, width],
        },
        invented: {
          data: new Uint8Array(batch * rows * width).fill(painted),
          dims: [batch, 1, rows, width],
        },
      };
      return Promise.resolve({ results, feeds, ms: 1 });
    },
    close: () => Promise.resolve(),
  };
}

function picture(value: number): Frame {
  const slot = new FramePool(size, 1).tryAcquire();
  if (slot === undefined) throw new Error('no slot');
  slot.data.set(new Uint8Array(frameBytes(size)).map((_, i) => (value + i) % 256));
  return slot.publish({ lane: 'test', seq: 0, timestamp: 0, discontinuity: false });
}

const known = (samples: number) => ({
  planes: new Uint8Array(frameBytes(size)).fill(99),
  count: new Uint8Array(cells).fill(samples),
});

function input(change: Partial<RestoreInput>): RestoreInput {
  return {
    frame: picture(20),
    mask: new Uint8Array(cells),
    noise: new Uint8Array(cells),
    past: known(0),
    future: known(0),
    background: known(0),
    ...change,
  };
}

const all = { strength: 1, synthesis: true };
const masked = (...at: number[]) => {
  const mask = new Uint8Array(cells);
  for (const cell of at) mask[cell] = 255;
  return mask;
};

describe('generate', () => {
  it('does not run the network where there is nothing to do', async () => {
    const engine = painter();
    const given = input({});
    const before = given.frame.data.slice();
    const outcome = await generate(engine, given, all);
    expect(engine.given).toHaveLength(0);
    expect(outcome).toMatchObject({ tilesRun: 0, tilesTotal: 1, inferenceMs: 0 });
    expect(given.frame.data).toEqual(before);
  });

  it('changes the six samples of the cells in question and no other byte', async () => {
    const noise = new Uint8Array(cells);
    noise[100] = 40;
    const given = input({ mask: masked(0, 37), noise });
    const wanted = given.frame.data.slice();
    const { y, u, v } = planesOf(size, wanted);
    for (const cell of [0, 37, 100]) {
      u[cell] = PAINT;
      v[cell] = PAINT;
      const at = Math.floor(cell / columns) * 2 * size.width + (cell % columns) * 2;
      for (const step of [0, 1, size.width, size.width + 1]) y[at + step] = PAINT;
    }
    await generate(painter(), given, all);
    expect(given.frame.data).toEqual(wanted);
  });

  it('says where each cell comes from', async () => {
    const past = known(0);
    past.count[4] = 3;
    const noise = new Uint8Array(cells);
    noise[6] = 20;
    const { provenance } = await generate(
      painter(),
      input({ mask: masked(4, 5), past, noise }),
      all,
    );
    expect([...provenance.subarray(3, 8)]).toEqual([
      PROVENANCE.original,
      PROVENANCE.recovered,
      PROVENANCE.synthesised,
      PROVENANCE.denoised,
      PROVENANCE.original,
    ]);
  });

  it('calls a cell synthesised when an eighth of it was painted', async () => {
    const given = input({ mask: masked(4), past: known(3) });
    expect((await generate(painter(31), given, all)).provenance[4]).toBe(PROVENANCE.recovered);
    expect((await generate(painter(32), given, all)).provenance[4]).toBe(PROVENANCE.synthesised);
  });

  it('without synthesis leaves what was never seen as it was, and recovers the rest', async () => {
    const past = known(0);
    past.count[4] = 3;
    const given = input({ mask: masked(4, 5), past });
    const before = given.frame.data.slice();
    const engine = painter();
    const { provenance } = await generate(engine, given, { strength: 1, synthesis: false });
    expect(engine.given[0]?.['synthesis']?.data[0]).toBe(0);
    expect(given.frame.data.subarray(10, 12)).toEqual(before.subarray(10, 12));
    expect(given.frame.data.subarray(8, 10)).toEqual(Uint8Array.of(PAINT, PAINT));
    expect(provenance[5]).toBe(PROVENANCE.original);
  });

  it('at strength 0 leaves noise alone', async () => {
    const noise = new Uint8Array(cells).fill(40);
    const given = input({ noise });
    const before = given.frame.data.slice();
    await generate(painter(), given, { strength: 0, synthesis: true });
    expect(given.frame.data).toEqual(before);
  });

  it('pads to the multiple that the model asks for by repeating the border', async () => {
    const engine = painter();
    const given = input({ mask: new Uint8Array(cells).fill(255), past: known(9) });
    const last = given.frame.data[size.width * size.height - 1];
    await generate(engine, given, all);
    const feeds = engine.given[0];
    expect(feeds?.['luma']?.dims).toEqual([1, 4, 32, 48]);
    expect(feeds?.['luma']?.data[32 * 48 - 1]).toBe(last);
    expect(feeds?.['counts']?.data[0]).toBe(9);
  });
});
