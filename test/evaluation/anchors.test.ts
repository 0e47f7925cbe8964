/** What the methods do that Relens is held against. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Anchor } from '../../src/evaluation/anchors/anchor.js';
import { FILTERS } from '../../src/evaluation/anchors/filters.js';
import { NAVIER_STOKES, TELEA } from '../../src/evaluation/anchors/inpaint.js';
import { TEMPORAL_MEDIAN } from '../../src/evaluation/anchors/temporal-median.js';
import { runAtBest } from '../../src/evaluation/best-setting.js';
import { damageRaw } from '../../src/evaluation/damage-clip.js';
import { damageCaseNamed } from '../../src/evaluation/damage/index.js';
import { measure } from '../../src/evaluation/measure.js';
import { findFfmpeg, type Ffmpeg } from '../../src/ffmpeg/find.js';
import { movingSquare, readRecords, temporaryFolder, writeRecords } from './clips.js';

const { signal } = new AbortController();
let ffmpeg: Ffmpeg;

beforeAll(async () => {
  ffmpeg = await findFfmpeg();
});

describe('the temporal median', () => {
  const size = { width: 4, height: 2 };
  const frame = (left: number) =>
    Uint8Array.of(left, left, 7, 7, left, left, 7, 7, left, 9, left, 9);
  const seen = Uint8Array.of(0, 0);
  const hidden = Uint8Array.of(255, 0);

  async function fill(setting: number, values: number[], masks: Uint8Array[]) {
    const folder = await temporaryFolder();
    const path = await writeRecords(join(folder, 'damaged'), values.map(frame));
    const mask = await writeRecords(join(folder, 'mask'), masks);
    const output = join(folder, 'filled');
    const clip = {
      ...size,
      path,
      frames: values.length,
      rate: [25, 1],
      colour: { kr: 0.3, kb: 0.1, fullRange: false },
    } as const;
    await TEMPORAL_MEDIAN.settings[setting]?.run({ ffmpeg, damaged: clip, mask, output, signal });
    return readRecords(output, 12);
  }

  it('takes the middle one of the unmasked samples, in all six planes of a cell', async () => {
    const filled = await fill(0, [10, 255, 30, 20], [seen, hidden, seen, seen]);
    expect(filled).toEqual([10, 20, 30, 20].map(frame));
  });

  it('looks only as far as its window', async () => {
    const values = [99, ...new Array<number>(14).fill(50), 255];
    const masks = values.map((value) => (value === 255 ? hidden : seen));
    const filled = await fill(1, values, masks);
    expect(filled.at(-1)).toEqual(frame(50));
    expect(filled[0]).toEqual(frame(99));
  });

  it('leaves what was never seen', async () => {
    expect(await fill(0, [1, 2], [hidden, hidden])).toEqual([1, 2].map(frame));
  });
});

describe.each([TELEA, NAVIER_STOKES])('$name', (anchor) => {
  it('fills a hole from around it and changes nothing else', async () => {
    const folder = await temporaryFolder();
    const clean = await movingSquare(folder, { width: 64, height: 48, frames: 2 });
    const mask = new Uint8Array(32 * 24);
    for (const row of [5, 6]) mask.fill(255, row * 32 + 20, row * 32 + 23);
    const [original] = await readRecords(clean.path, 4608);
    const holed = (await readRecords(clean.path, 4608)).map((data) => {
      for (let y = 10; y < 14; y++) data.fill(0, y * 64 + 40, y * 64 + 46);
      return data;
    });
    const damaged = { ...clean, path: await writeRecords(join(folder, 'holed'), holed) };
    const masks = await writeRecords(join(folder, 'mask'), [mask, mask]);
    const output = join(folder, 'filled');
    await anchor.settings[0]?.run({ ffmpeg, damaged, mask: masks, output, signal });
    const [filled] = await readRecords(output, 4608);
    for (let i = 0; i < 64 * 48; i++) {
      const inside = mask[(i >> 7) * 32 + ((i % 64) >> 1)] === 255;
      const error = Math.abs(filled![i]! - original![i]!);
      if (inside) expect(error).toBeLessThan(25);
      else expect(error).toBe(0);
    }
  });
});

describe('without the WebAssembly OpenCV', () => {
  it('Telea is a line that says how to get it', async () => {
    vi.resetModules();
    vi.doMock('@opencvjs/node', () => {
      throw new Error('not installed');
    });
    onTestFinished(() => {
      vi.doUnmock('@opencvjs/node');
    });
    const { TELEA: unable } = await import('../../src/evaluation/anchors/inpaint.js');
    const { runAtBest: run } = await import('../../src/evaluation/best-setting.js');
    const folder = await temporaryFolder();
    const clean = await movingSquare(folder, { width: 32, height: 32, frames: 2 });
    const job = { ffmpeg, damaged: clean, mask: clean.path, signal };
    const result = await run(unable, clean, job, folder);
    expect(result).toMatchObject({
      why: expect.stringContaining('npm install @opencvjs/node') as string,
    });
  });
});

describe('an ffmpeg filter at its best strength', () => {
  it.each(FILTERS.map((anchor) => [anchor.name, anchor] as const))(
    '%s comes nearer to the clean clip than the noisy one',
    async (_, anchor) => {
      const folder = await temporaryFolder();
      const clean = await movingSquare(folder, { width: 64, height: 48, frames: 8 });
      const noisy = await damageRaw(ffmpeg, damageCaseNamed('awgn25'), clean, 's', folder, signal);
      const job = { ffmpeg, damaged: noisy.clip, signal };
      // Two strengths show that one is chosen; the whole grid is the bench's business.
      const result = await runAtBest(
        { ...anchor, settings: anchor.settings.slice(1, 4) },
        clean,
        job,
        folder,
      );
      if (!('path' in result)) throw new Error(result.why);
      const paths = [noisy.clip.path, result.path];
      const [before, after] = await measure(clean, paths, undefined, signal);
      expect(after!.psnr!).toBeGreaterThan(before!.psnr! + 0.5);
      expect(result.setting).toContain(`${anchor.name}=`);
    },
  );
});

describe('runAtBest', () => {
  it('says why a method cannot be run instead of ending the evaluation', async () => {
    const folder = await temporaryFolder();
    const clean = await movingSquare(folder, { width: 32, height: 32, frames: 2 });
    const broken: Anchor = {
      ...FILTERS[0]!,
      name: 'no such filter',
      settings: [
        {
          label: 'none',
          run: () => Promise.reject(new (class extends Error {})('a fault of the program')),
        },
      ],
    };
    await expect(
      runAtBest(broken, clean, { ffmpeg, damaged: clean, signal }, folder),
    ).rejects.toThrow('a fault');
    const missing = { ...ffmpeg, ffmpeg: '/nowhere/ffmpeg' };
    const skipped = await runAtBest(
      FILTERS[0]!,
      clean,
      { ffmpeg: missing, damaged: clean, signal },
      folder,
    );
    expect(skipped).toMatchObject({
      name: 'hqdn3d',
      why: expect.stringContaining('ffmpeg could not'),
    });
  });
});
