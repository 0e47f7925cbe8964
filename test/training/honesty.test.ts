/** What the shipped networks may and may not do, held to on the bundled footage. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { campusPath } from '../../fixtures/index.js';
import { decodeToRaw } from '../../src/evaluation/clip.js';
import { findFfmpeg } from '../../src/ffmpeg/find.js';
import { frameBytes, planesOf, type FrameSize } from '../../src/frame/frame.js';
import { openEngine, type Engine } from '../../src/inference/engine.js';
import { loadModelCard } from '../../src/inference/model-card.js';
import type { Tensors } from '../../src/inference/tensors.js';
import { openFile } from '../../src/sources/file.js';

/** Cells of the window, and its corner in luma samples. */
const SIDE = 128;
const CORNER = { x: 200, y: 240 };
const CELLS = SIDE * SIDE;

interface Window {
  readonly luma: Uint8Array<ArrayBuffer>;
  readonly chroma: Uint8Array<ArrayBuffer>;
}

let frames: Window[];

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'relens-honesty-'));
  try {
    const spec = {
      path: campusPath,
      ffmpeg: await findFfmpeg(),
      deinterlace: 'off',
    } as const;
    const signal = new AbortController().signal;
    const clip = await decodeToRaw(openFile, spec, 8, join(folder, 'clip.yuv'), signal);
    const bytes = new Uint8Array(await readFile(clip.path));
    const length = frameBytes(clip);
    frames = Array.from({ length: clip.frames }, (_, k) =>
      windowOf(clip, bytes.subarray(k * length, (k + 1) * length)),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

function windowOf(size: FrameSize, data: Uint8Array): Window {
  const { y, u, v } = planesOf(size, data);
  const cut = (plane: Uint8Array, width: number, left: number, top: number, side: number) => {
    const out = new Uint8Array(side * side);
    for (let row = 0; row < side; row++) {
      const from = (top + row) * width + left;
      out.set(plane.subarray(from, from + side), row * side);
    }
    return out;
  };
  const [cx, cy] = [CORNER.x / 2, CORNER.y / 2];
  const chroma = new Uint8Array(2 * CELLS);
  chroma.set(cut(u, size.width / 2, cx, cy, SIDE));
  chroma.set(cut(v, size.width / 2, cx, cy, SIDE), CELLS);
  return { luma: cut(y, size.width, CORNER.x, CORNER.y, 2 * SIDE), chroma };
}

/** Frame 4 between its neighbours; `sigma` in grey levels is what the network is told. */
function feeds(sigma: number, mask = new Uint8Array(CELLS), count = 9): Tensors {
  const pictures = [4, 3, 5, 2].map((k) => frames[k]!);
  const luma = new Uint8Array(16 * CELLS);
  const chroma = new Uint8Array(8 * CELLS);
  for (const [k, picture] of pictures.entries()) {
    luma.set(picture.luma, k * 4 * CELLS);
    chroma.set(picture.chroma, k * 2 * CELLS);
  }
  const cells = [1, 1, SIDE, SIDE];
  return {
    luma: { data: luma, dims: [1, 4, 2 * SIDE, 2 * SIDE] },
    chroma: { data: chroma, dims: [1, 8, SIDE, SIDE] },
    counts: { data: new Uint8Array(3 * CELLS).fill(count), dims: [1, 3, SIDE, SIDE] },
    mask: { data: mask.slice(), dims: cells },
    sigma: { data: new Uint8Array(CELLS).fill(4 * sigma), dims: cells },
    strength: { data: Float32Array.of(1), dims: [1] },
    synthesis: { data: Float32Array.of(1), dims: [1] },
  };
}

function hole(): Uint8Array<ArrayBuffer> {
  const mask = new Uint8Array(CELLS);
  for (let row = 50; row < 70; row++) mask.fill(255, row * SIDE + 40, row * SIDE + 64);
  return mask;
}

const luma = (results: Tensors) => results['restored_luma']!.data as Uint8Array;

describe.each(['lite', 'lite-int8', 'swift'])('the network %s', (name) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine(await loadModelCard(name), 'cpu', 1);
  });
  afterAll(() => engine.close());

  it('changes nothing of what was seen when it is told of no noise, as on clean input', async () => {
    const { results } = await engine.run(feeds(0));
    const before = frames[4]!.luma;
    expect(luma(results).every((value, i) => value === before[i])).toBe(true);
  });

  it('changes clean input by less than half a grey level in the mean, told of noise that is not there', async () => {
    const { results } = await engine.run(feeds(1.5));
    const before = frames[4]!.luma;
    const change = luma(results).reduce((sum, value, i) => sum + Math.abs(value - before[i]!), 0);
    expect(change / before.length).toBeLessThan(0.5);
  });

  it('is not changed by what lies in a hole', async () => {
    const clean = await engine.run(feeds(5, hole()));
    const spoiled = feeds(5, hole());
    for (let row = 100; row < 140; row++) {
      spoiled['luma']!.data.fill(row, row * 2 * SIDE + 80, row * 2 * SIDE + 128);
    }
    const other = await engine.run(spoiled);
    const same = luma(other.results).every((value, i) => value === luma(clean.results)[i]);
    expect(same).toBe(true);
  });

  it('recovers a hole from what was seen, and calls painted only what nobody saw', async () => {
    const seen = await engine.run(feeds(0, hole()));
    const never = await engine.run(feeds(0, hole(), 0));
    const inside = (data: ArrayLike<number>) => Array.from(hole(), (m, i) => (m ? data[i]! : -1));
    const share = (results: Tensors) =>
      inside(results['invented']!.data).filter((value) => value > 31).length / (20 * 24);
    expect(share(seen.results)).toBeLessThan(0.05);
    expect(share(never.results)).toBe(1);
    const error = (results: Tensors) => {
      let sum = 0;
      for (let row = 100; row < 140; row++) {
        for (let column = 80; column < 128; column++) {
          const at = row * 2 * SIDE + column;
          sum += (luma(results)[at]! - frames[4]!.luma[at]!) ** 2;
        }
      }
      return sum / (40 * 48);
    };
    expect(error(seen.results)).toBeLessThan(error(never.results) / 2);
  });
});
