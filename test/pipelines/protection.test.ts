/** Writing and areas drawn by hand come through a whole restore bit by bit as they were. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { campusPath } from '../../fixtures/index.js';
import { restore, type RestoreOptions } from '../../pipelines/restore.js';
import { bytesOf, decodeToRaw, rawInput, type RawClip } from '../../src/evaluation/clip.js';
import { runFfmpeg } from '../../src/evaluation/ffmpeg-job.js';
import { Random } from '../../src/evaluation/random.js';
import { RawReader } from '../../src/evaluation/raw-file.js';
import { findFfmpeg, type Ffmpeg } from '../../src/ffmpeg/find.js';
import { openFile } from '../../src/sources/file.js';
import { STYLES, write } from '../detectors/osd/writing.js';

const FRAMES = 18;
const { signal } = new AbortController();
let folder: string;
let ffmpeg: Ffmpeg;
let clip: RawClip;
let box: ReturnType<typeof write>;
const before: Uint8Array[] = [];
const picture: Uint8Array[] = [];

const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relens-protection-'));
  ffmpeg = await findFfmpeg();
  const spec = { path: campusPath, ffmpeg, deinterlace: 'off', maxWidth: 256 } as const;
  clip = await decodeToRaw(openFile, spec, FRAMES, at('clip.yuv'), signal);
  const reader = await RawReader.open(clip.path, bytesOf(clip).frame);
  for (let seq = 0; seq < FRAMES; seq++) {
    const data = new Uint8Array(bytesOf(clip).frame);
    await reader.read(seq, data);
    picture.push(data);
  }
  await reader.close();
  await film([clock, noise]);
});

type Change = (data: Uint8Array, seq: number) => void;

const clock: Change = (data, seq) => {
  box = write(data, clip, `11-59-${String(10 + Math.floor(seq / 10))}`, 12, 10, STYLES[1]!);
};
const place: Change = (data) => {
  box = write(data, clip, 'CAM-08-A', 12, 10, STYLES[1]!);
};
const random = new Random('protection');
const noise: Change = (data) => {
  for (let i = 0; i < data.length; i++) {
    data[i] = Math.min(255, Math.max(0, (data[i] ?? 0) + 12 * random.gaussian()));
  }
};
/** A drop-out of one frame, two rows high, right through the writing. */
const streak: Change = (data, seq) => {
  if (seq === 6) data.fill(235, 16 * clip.width, 18 * clip.width);
};

/** Makes noisy.mkv and `before` anew: the footage with these changes, one after the other. */
async function film(changes: readonly Change[]): Promise<void> {
  before.length = 0;
  for (const [seq, clean] of picture.entries()) {
    const data = clean.slice();
    for (const change of changes) change(data, seq);
    before.push(data);
  }
  await writeFile(at('noisy.yuv'), Buffer.concat(before));
  const args = [...rawInput({ ...clip, path: at('noisy.yuv') }), '-c:v', 'ffv1', at('noisy.mkv')];
  await runFfmpeg(ffmpeg, [...args, '-y'], 'write the noisy clip', signal);
}

afterAll(() => rm(folder, { recursive: true }));

/** Share of the cells in the box, and outside it, that came out changed. */
async function changedShares(change: Partial<RestoreOptions>) {
  await lastValueFrom(
    restore(
      {
        ...{ input: at('noisy.mkv'), output: at('out.mkv'), model: 'lite', device: 'cpu' },
        ...{ threads: 1, strength: 1, lossless: true, deinterlace: 'auto', synthesis: true },
        ...change,
      },
      signal,
    ),
  );
  const spec = { path: at('out.mkv'), ffmpeg, deinterlace: 'off' } as const;
  const out = await decodeToRaw(openFile, spec, FRAMES, at('out.yuv'), signal);
  const reader = await RawReader.open(out.path, bytesOf(out).frame);
  const data = new Uint8Array(bytesOf(out).frame);
  const changed = { inside: 0, outside: 0 };
  const count = { inside: 0, outside: 0 };
  const cells = (clip.width * clip.height) / 4;
  for (const [seq, was] of before.entries()) {
    await reader.read(seq, data);
    for (let cell = 0; cell < cells; cell++) {
      const [x, y] = [(cell % (clip.width / 2)) * 2, Math.floor(cell / (clip.width / 2)) * 2];
      const inside = x >= box.left && x + 1 < box.right && y >= box.top && y + 1 < box.bottom;
      const where = inside ? 'inside' : 'outside';
      const luma = y * clip.width + x;
      const places = [luma, luma + 1, luma + clip.width, luma + clip.width + 1];
      places.push(4 * cells + cell, 5 * cells + cell);
      if (places.some((place) => was[place] !== data[place])) changed[where]++;
      count[where]++;
    }
  }
  await reader.close();
  return { inside: changed.inside / count.inside, outside: changed.outside / count.outside };
}

describe('restore', () => {
  it('leaves a running clock bit-exact, and denoises the rest', async () => {
    const { inside, outside } = await changedShares({});
    expect(inside).toBe(0);
    expect(outside).toBeGreaterThan(0.8);
  });

  it('denoises writing too when it is told not to look for any', async () => {
    const masks = { osd: false, damaged: [], keep: [] };
    expect((await changedShares({ masks })).inside).toBeGreaterThan(0.8);
  });

  it('repairs what a person drew over writing, and leaves what a person said to leave', async () => {
    const [left, top] = [(box.left + 2) / clip.width, (box.top + 2) / clip.height];
    const [right, bottom] = [(box.right - 2) / clip.width, (box.bottom - 2) / clip.height];
    const area = [
      [left, top],
      [right, top],
      [right, bottom],
      [left, bottom],
    ] as const;
    const repair = { osd: true, damaged: [area], keep: [] };
    expect((await changedShares({ masks: repair })).inside).toBeGreaterThan(0.5);
    const whole = [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
    ] as const;
    const leave = { osd: true, damaged: [area], keep: [whole] };
    expect(await changedShares({ masks: leave })).toEqual({ inside: 0, outside: 0 });
  });

  it('leaves writing on noise bit-exact, and takes noise from writing that it came over', async () => {
    await film([noise, place]);
    expect((await changedShares({})).inside).toBe(0);
    await film([place, noise]);
    expect((await changedShares({})).inside).toBeGreaterThan(0.5);
  });

  it('takes a drop-out from writing that stands still, and from a clock never', async () => {
    await film([place, streak]);
    expect((await changedShares({})).inside).toBeGreaterThan(0.001);
    await film([clock, streak]);
    expect((await changedShares({})).inside).toBe(0);
  });
});
