/** What every source must do, whatever it reads. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { firstValueFrom, lastValueFrom, tap, toArray } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { frameBytes, type Frame } from '../../src/frame/frame.js';
import { FramePool } from '../../src/frame/frame-pool.js';
import { openFile, type FileSpec } from '../../src/sources/file.js';
import { ffmpeg, make, pictures, scratchFolder } from '../ffmpeg/clips.js';

const folder = scratchFolder();
const at = (name: string) => join(folder, name);
const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
mkdirSync(at('images'));
make(...pictures('38x26'), join(at('images'), '%d.png'));
make(...pictures(), ...X264, at('clip.mp4'));
make(...pictures('35x27'), '-c:v', 'ffv1', '-pix_fmt', 'yuv444p', at('odd.mkv'));
make(...pictures(), ...X264, at('raw.h264'));

const members: readonly [string, Partial<FileSpec> & { path: string }][] = [
  ['a video', { path: at('clip.mp4') }],
  ['a part of a video', { path: at('clip.mp4'), start: 0.2, end: 0.8 }],
  ['a video of odd size', { path: at('odd.mkv') }],
  ['a raw stream', { path: at('raw.h264'), frameRate: 10 }],
  ['a folder of images', { path: at('images') }],
  ['a pattern', { path: join(at('images'), '%d.png'), lane: 'gate' }],
];

describe.each(members)('%s as a source', (_name, spec) => {
  const open = () => openFile({ ffmpeg, deinterlace: 'auto', ...spec });

  it('tells an even size, a lane and a rate before its first frame', async () => {
    const { info } = await open();
    expect([info.width % 2, info.height % 2]).toEqual([0, 0]);
    expect(info.lane).toBe(spec.lane ?? spec.path);
    expect(info.frameRate).toBeGreaterThan(0);
  });

  it('numbers its frames without gaps, at times that grow from 0, and completes', async () => {
    const source = await open();
    const pool = new FramePool(source.info, 2);
    const seen: Pick<Frame, 'seq' | 'timestamp'>[] = [];
    await lastValueFrom(
      source.frames(pool).pipe(
        tap((frame) => {
          expect(frame).toMatchObject({
            lane: source.info.lane,
            width: source.info.width,
            height: source.info.height,
            discontinuity: false,
          });
          expect(frame.data).toHaveLength(frameBytes(source.info));
          seen.push({ seq: frame.seq, timestamp: frame.timestamp });
          frame.close();
        }),
      ),
    );
    expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, n) => n));
    expect(seen[0]?.timestamp).toBe(0);
    seen.slice(1).forEach(({ timestamp }, n) => {
      expect(timestamp).toBeGreaterThan(seen[n]?.timestamp ?? NaN);
    });
    if (source.info.frameCount !== undefined) expect(seen).toHaveLength(source.info.frameCount);
    expect(pool.inUse).toBe(0);
    expect(source.report()).toMatchObject({ frames: seen.length, lost: [] });
  });

  it('gives its slots back when it is left', async () => {
    const source = await open();
    const pool = new FramePool(source.info, 2);
    (await firstValueFrom(source.frames(pool))).close();
    await vi.waitFor(() => expect(pool.inUse).toBe(0), { timeout: 20_000 });
    pool.dispose();
  });

  it('runs two subscriptions side by side without mixing them up', async () => {
    const source = await open();
    const run = () => {
      const pool = new FramePool(source.info, 1);
      return lastValueFrom(
        source.frames(pool).pipe(
          tap((frame) => frame.close()),
          toArray(),
        ),
      );
    };
    const [a, b] = await Promise.all([run(), run()]);
    expect(a.map(({ timestamp }) => timestamp)).toEqual(b.map(({ timestamp }) => timestamp));
  });
});
