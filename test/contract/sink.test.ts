/** What every sink must do, whatever it writes. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { concat, EMPTY, lastValueFrom, NEVER, Observable, tap, toArray } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import type { FileInfo } from '../../src/ffmpeg/file-info.js';
import type { Frame } from '../../src/frame/frame.js';
import { FramePool } from '../../src/frame/frame-pool.js';
import type { Sink } from '../../src/frame/seams.js';
import { images } from '../../src/sinks/images.js';
import { videoFile } from '../../src/sinks/video-file.js';
import { ffmpeg, scratchFolder } from '../ffmpeg/clips.js';

const folder = scratchFolder();
const info: FileInfo = {
  lane: 'test',
  path: 'test',
  ...{ width: 64, height: 48, displayWidth: 64, displayHeight: 48 },
  ...{ frameRate: 25, rate: [25, 1], timeBase: [1, 25], constantRate: true },
  ...{ container: 'none', codec: 'none', pixelFormat: 'yuv420p', colour: {}, tags: {} },
  ...{ isFilm: true, hasAudio: false, hasSubtitles: false, chapters: 0, conversions: [] },
};
const video = { ffmpeg, info, lossless: false };

const members: readonly [string, string, (path: string) => Sink][] = [
  ['an MP4 file', 'out.mp4', (path) => videoFile({ ...video, path })],
  ['a lossless file', 'out.mkv', (path) => videoFile({ ...video, path, lossless: true })],
  ['a folder of images', 'images', (path) => images({ path: join(path, '%d.png'), ffmpeg, info })],
];

/** `count` grey frames, as a source gives them: only when the pool has a slot. */
function frames(pool: FramePool, count: number): Observable<Frame> {
  return new Observable((subscriber) => {
    const work = async () => {
      for (let seq = 0; seq < count; seq++) {
        const slot = await pool.acquire();
        if (subscriber.closed) {
          slot.release();
          return;
        }
        slot.data.fill(seq * 5);
        const timestamp = seq * 40_000;
        subscriber.next(slot.publish({ lane: 'test', seq, timestamp, discontinuity: false }));
      }
      subscriber.complete();
    };
    work().catch((error: unknown) => subscriber.error(error));
  });
}
const allClosed = (pool: FramePool) =>
  vi.waitFor(() => expect(pool.inUse).toBe(0), { timeout: 20_000 });

describe.each(members)('%s as a sink', (_name, name, open) => {
  const path = join(folder, name);

  it('leaves nothing behind when it is left, and closes every frame', async () => {
    const pool = new FramePool(info, 2);
    const given = vi.fn();
    const endless$ = concat(frames(pool, 6).pipe(tap({ complete: given })), NEVER);
    const subscription = open(path).consume(endless$).subscribe();
    await vi.waitFor(() => expect(given).toHaveBeenCalled(), { timeout: 20_000 });
    subscription.unsubscribe();
    await allClosed(pool);
    expect(readdirSync(folder)).not.toContain(name);
    expect(readdirSync(folder).filter((entry) => entry.includes('.part-'))).toEqual([]);
  });

  it('reports once, when everything is there, and closes every frame', async () => {
    const pool = new FramePool(info, 2);
    const there: boolean[] = [];
    const report$ = open(path).consume(frames(pool, 12));
    const reports = await lastValueFrom(
      report$.pipe(
        tap(() => there.push(existsSync(path))),
        toArray(),
      ),
    );
    expect(reports).toEqual([expect.objectContaining({ frames: 12 })]);
    expect(there).toEqual([true]);
    await allClosed(pool);
    expect(readdirSync(folder).filter((entry) => entry.includes('.part-'))).toEqual([]);
  });

  it('fails on a stream without a frame rather than write an empty output', async () => {
    const empty = join(folder, `empty-${name}`);
    await expect(lastValueFrom(open(empty).consume(EMPTY))).rejects.toMatchObject({
      code: 'FFMPEG_FAILED',
    });
    expect(existsSync(empty)).toBe(false);
  });
});
