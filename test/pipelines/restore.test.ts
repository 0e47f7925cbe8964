/** The restore pipeline with a real ffmpeg and the shipped model. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { lastValueFrom } from 'rxjs';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restore, type FrameDecision, type RestoreOptions } from '../../pipelines/restore.js';
import { PROVENANCE } from '../../src/frame/provenance.js';
import { findFfmpeg } from '../../src/ffmpeg/find.js';

const run = promisify(execFile);
const [width, height, frames] = [192, 128, 40];
const bytes = (width * height * 3) / 2;
let folder: string;
let ffmpeg: string;

const at = (name: string) => join(folder, name);

function options(change: Partial<RestoreOptions>): RestoreOptions {
  return {
    input: at('quiet.mkv'),
    output: at('out.mkv'),
    model: 'lite',
    device: 'cpu',
    threads: 1,
    strength: 1,
    lossless: true,
    deinterlace: 'auto',
    synthesis: true,
    ...change,
  };
}

async function restored(change: Partial<RestoreOptions>) {
  const decisions: FrameDecision[] = [];
  const report = await lastValueFrom(
    restore(
      options({
        ...change,
        observe: (decision) =>
          decisions.push({
            ...decision,
            mask: decision.mask.slice(),
            provenance: decision.provenance.slice(),
          }),
      }),
      new AbortController().signal,
    ),
  );
  return { report, decisions };
}

async function planes(name: string): Promise<Uint8Array> {
  const args = ['-v', 'error', '-i', at(name), '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-'];
  const { stdout } = await run(ffmpeg, args, { encoding: 'buffer', maxBuffer: 1e9 });
  return stdout;
}

/** Comparing megabytes by toEqual takes seconds. */
async function same(first: string, second: string): Promise<boolean> {
  return Buffer.compare(await planes(first), await planes(second)) === 0;
}

/** Cells of a frame whose six samples are not all alike in two pictures. */
function changedCells(before: Uint8Array, after: Uint8Array, frame: number): Set<number> {
  const cells = (width * height) / 4;
  const changed = new Set<number>();
  for (let i = 0; i < bytes; i++) {
    if (before[frame * bytes + i] === after[frame * bytes + i]) continue;
    const luma = Math.floor(i / width / 2) * (width / 2) + ((i % width) >> 1);
    changed.add(i < 4 * cells ? luma : i % cells);
  }
  return changed;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relens-restore-'));
  ({ ffmpeg } = await findFfmpeg());
  const still = `mandelbrot=size=${width}x${height}:rate=10:end_pts=1:start_scale=0.3:end_scale=0.3`;
  const mover = 'color=c=red:size=30x30:rate=10';
  const scene = `${still}[a];${mover}[b];[a][b]overlay=x=mod(n*4\\,150):y=40`;
  const lossless = ['-frames:v', String(frames), '-pix_fmt', 'yuv420p', '-c:v', 'ffv1'];
  const make = (filter: string, name: string) =>
    run(ffmpeg, ['-v', 'error', '-f', 'lavfi', '-i', filter, ...lossless, at(name)]);
  await make(scene, 'quiet.mkv');
  await make(`${scene},noise=alls=35:allf=t:all_seed=5`, 'noisy.mkv');
  const hole = Buffer.alloc(width * height);
  for (let y = 60; y < 84; y++) hole.fill(255, y * width + 90, y * width + 120);
  const passing =
    "color=black:size=192x128:rate=10,format=gray,drawbox=x=90:y=60:w=30:h=24:color=white:t=fill:enable='lt(n,8)'";
  await run(ffmpeg, ['-v', 'error', '-f', 'lavfi', '-i', passing, ...lossless, at('passing.mkv')]);
  await sharp(hole, { raw: { width, height, channels: 1 } })
    .png()
    .toFile(at('hole.png'));
});

afterAll(() => rm(folder, { recursive: true }));

describe('restore', () => {
  it('leaves a clean recording as it is, byte for byte', async () => {
    const { report } = await restored({ output: at('same.mkv') });
    expect(report.frames).toBe(frames);
    expect(await same('same.mkv', 'quiet.mkv')).toBe(true);
    expect(report.provenance.original).toBe(1);
    expect(report.inference.tilesRun).toBe(0);
  });

  it('changes no cell outside the mask, and says of each what it is', async () => {
    const { report, decisions } = await restored({
      mask: at('hole.png'),
      output: at('filled.mkv'),
    });
    const [before, after] = [await planes('quiet.mkv'), await planes('filled.mkv')];
    expect(decisions).toHaveLength(frames);
    let changed = 0;
    for (const [frame, { mask, provenance }] of decisions.entries()) {
      for (const cell of changedCells(before, after, frame)) {
        expect(mask[cell]).toBe(255);
        expect(provenance[cell]).toBeGreaterThanOrEqual(2);
        changed++;
      }
    }
    expect(changed).toBeGreaterThan(frames * 100);
    // The hole is there from the first frame to the last: nobody ever saw what is behind it.
    expect(report.provenance).toMatchObject({ recovered: 0, denoised: 0 });
    expect(report.provenance.synthesised).toBeCloseTo((12 * 15) / ((width * height) / 4), 5);
  });

  it('says what happened to the camera meanwhile', async () => {
    const dark = "drawbox=color=black:t=fill:enable='between(n,30,59)'";
    const args = ['-v', 'error', '-stream_loop', '1', '-i', at('quiet.mkv'), '-vf', dark];
    await run(ffmpeg, [...args, '-pix_fmt', 'yuv420p', '-c:v', 'ffv1', at('dark.mkv')]);
    const { report } = await restored({ input: at('dark.mkv'), output: at('light.mkv') });
    expect(report.events).toHaveLength(1);
    const [event] = report.events;
    expect(event?.kind).toBe('black');
    // A tenth of a second may go where the film is joined to itself.
    expect(Math.abs((event?.start ?? 0) - 3)).toBeLessThan(0.15);
    expect(Math.abs((event?.end ?? 0) - 6)).toBeLessThan(0.15);
    const { report: quiet } = await restored({ output: at('same.mkv') });
    expect(quiet.events).toEqual([]);
  });

  it('recovers what is seen only later', async () => {
    const { decisions } = await restored({ mask: at('passing.mkv'), output: at('seen.mkv') });
    const [before, after] = [await planes('quiet.mkv'), await planes('seen.mkv')];
    let recovered = 0;
    let worst = 0;
    // The red square is far away from the hole in these frames.
    for (const [frame, { mask, provenance }] of decisions.slice(0, 8).entries()) {
      for (const [cell, hidden] of mask.entries()) {
        if (hidden === 0) continue;
        if (provenance[cell] === PROVENANCE.recovered) recovered++;
        const sample = frame * bytes + width * height + cell;
        worst = Math.max(worst, Math.abs((before[sample] ?? 0) - (after[sample] ?? 0)));
      }
    }
    expect(recovered).toBeGreaterThan(0.9 * 8 * 12 * 15);
    expect(worst).toBeLessThan(24);
  });

  it('with --no-synthesis leaves what was never seen byte for byte', async () => {
    const { report } = await restored({
      mask: at('hole.png'),
      synthesis: false,
      output: at('kept.mkv'),
    });
    expect(await same('kept.mkv', 'quiet.mkv')).toBe(true);
    expect(report.provenance.original).toBe(1);
  });

  it('takes most of the noise away and keeps the picture', async () => {
    const { report } = await restored({ input: at('noisy.mkv'), output: at('calm.mkv') });
    const clean = await planes('quiet.mkv');
    const error = (other: Uint8Array) =>
      other.reduce((sum, value, i) => sum + (value - (clean[i] ?? 0)) ** 2, 0) / other.length;
    const [before, after] = [error(await planes('noisy.mkv')), error(await planes('calm.mkv'))];
    expect(report.noise.mean).toBeGreaterThan(10);
    expect(after).toBeLessThan(before / 6);
    expect(report.provenance.denoised).toBeGreaterThan(0.8);
  });

  it('gives the same planes with one thread and with two', async () => {
    await restored({ input: at('noisy.mkv'), output: at('one.mkv'), threads: 1 });
    await restored({ input: at('noisy.mkv'), output: at('two.mkv'), threads: 2 });
    expect(await same('one.mkv', 'two.mkv')).toBe(true);
  });

  it('stops when told to, and leaves nothing under the final name', async () => {
    const stop = new AbortController();
    const job = lastValueFrom(
      restore(
        options({
          input: at('noisy.mkv'),
          output: at('stopped.mkv'),
          onProgress: () => {
            stop.abort();
          },
        }),
        stop.signal,
      ),
    );
    await expect(job).rejects.toMatchObject({ code: 'ABORTED' });
    expect(existsSync(at('stopped.mkv'))).toBe(false);
    expect((await readdir(folder)).filter((name) => name.includes('stopped'))).toEqual([]);
  });

  it('books where the time went', async () => {
    const { report } = await restored({ input: at('noisy.mkv'), output: at('timed.mkv') });
    expect(Object.keys(report.stages)).toEqual(
      expect.arrayContaining(['noise', 'detect', 'look ahead', 'remember', 'network']),
    );
    expect(report.framesPerSecond).toBeGreaterThan(0);
  });
});
