import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { concatMap, firstValueFrom, lastValueFrom, Subject, take, tap, toArray } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import type { Frame } from '../../src/frame/frame.js';
import { FramePool } from '../../src/frame/frame-pool.js';
import { openFile } from '../../src/sources/file.js';
import { ffmpeg, make, pictures, scratchFolder } from '../ffmpeg/clips.js';

const folder = scratchFolder();
const path = join(folder, 'clip.mp4');
make(
  ...pictures('320x240', 8, 25),
  '-c:v',
  'libx264',
  '-preset',
  'ultrafast',
  '-pix_fmt',
  'yuv420p',
  path,
);
const open = () => openFile({ path, ffmpeg, deinterlace: 'auto' });

/** ffmpeg processes of ours that still run. */
function children(): number {
  if (process.platform !== 'linux') return 0;
  return readdirSync('/proc').filter((pid) => {
    try {
      const parent = /\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
      return parent === String(process.pid) && readlinkSync(`/proc/${pid}/exe`) === ffmpeg.ffmpeg;
    } catch {
      return false;
    }
  }).length;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes in buffers that are really in use: what nobody holds is collected first. */
function heldBytes(): number {
  // The sweep of the first collection ends with the second.
  collect();
  collect();
  return process.memoryUsage().arrayBuffers;
}

describe('a file source', () => {
  it('never has more frames out than the pool has slots, and waits for them', async () => {
    const source = await open();
    const pool = new FramePool(source.info, 3);
    const held: Frame[] = [];
    const full = new Subject<void>();
    let most = 0;
    const all$ = source.frames(pool).pipe(
      tap((frame) => {
        held.push(frame);
        most = Math.max(most, pool.inUse);
        if (held.length === 3) full.next();
      }),
      toArray(),
    );
    const done = lastValueFrom(all$);
    await firstValueFrom(full);
    // Nothing more can come until something is closed: the source stands at acquire().
    expect(pool.tryAcquire()).toBeUndefined();
    expect(held).toHaveLength(3);
    const release = setInterval(() => held.splice(0).forEach((frame) => frame.close()), 0);
    expect(await done).toHaveLength(200);
    clearInterval(release);
    held.forEach((frame) => frame.close());
    expect(most).toBe(3);
    expect(pool.inUse).toBe(0);
  });

  it('keeps memory bounded while its consumer is slow', async () => {
    const source = await open();
    const pool = new FramePool(source.info, 2);
    const before = heldBytes();
    let most = 0;
    await lastValueFrom(
      source.frames(pool).pipe(
        concatMap(async (frame) => {
          await new Promise((resolve) => setImmediate(resolve));
          if (frame.seq % 20 === 0) most = Math.max(most, heldBytes() - before);
          frame.close();
        }),
      ),
    );
    // Two slots of 115 kB and what the pipe holds; all 200 frames would be 23 MB.
    expect(most).toBeLessThan(4_000_000);
  });

  it('ends its child when unsubscribed, and leaves no slot out', async () => {
    const source = await open();
    const pool = new FramePool(source.info, 3);
    await lastValueFrom(
      source.frames(pool).pipe(
        tap((frame) => frame.close()),
        take(2),
      ),
    );
    await vi.waitFor(() => expect(children()).toBe(0), { timeout: 20_000 });
    await vi.waitFor(() => expect(pool.inUse).toBe(0), { timeout: 20_000 });
    pool.dispose();
  });

  it('ends quietly when the pool is disposed after unsubscribing at a full pool', async () => {
    const source = await open();
    const pool = new FramePool(source.info, 1);
    const first = await firstValueFrom(source.frames(pool));
    pool.dispose();
    first.close();
    await vi.waitFor(() => expect(children()).toBe(0), { timeout: 20_000 });
  });

  it('is cold: each subscription reads the file from its beginning', async () => {
    const source = await open();
    for (let round = 0; round < 2; round++) {
      const pool = new FramePool(source.info, 2);
      const close = tap((frame: Frame) => frame.close());
      const frames = await lastValueFrom(source.frames(pool).pipe(close, toArray()));
      expect(frames.map(({ seq }) => seq)).toEqual(Array.from({ length: 200 }, (_, n) => n));
      expect(source.report().frames).toBe(200);
    }
  });

  it('refuses a pool of another size', async () => {
    const source = await open();
    const pool = new FramePool({ width: 64, height: 64 }, 2);
    await expect(lastValueFrom(source.frames(pool))).rejects.toThrow(/pool of 64x64/);
  });
});
