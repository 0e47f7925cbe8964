/** A second decoder that conceals in another way tells where a stream is broken, and where it is not. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastValueFrom, map, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { campusPath } from '../../fixtures/index.js';
import { loseVideoPackets } from '../../src/evaluation/carrier.js';
import { Random } from '../../src/evaluation/random.js';
import { FramePool } from '../../src/frame/frame-pool.js';
import { openFile } from '../../src/sources/file.js';
import type { SecondPictures } from '../../src/sources/file-source.js';
import { ffmpeg, make, scratchFolder } from './clips.js';

const folder = scratchFolder();
const whole = join(folder, 'whole.ts');
const lossy = join(folder, 'lossy.ts');
const X264 = ['-c:v', 'libx264', '-x264-params', 'slices=6:keyint=20:bframes=0'];
make(
  '-i',
  campusPath,
  '-vf',
  'scale=321:241',
  '-pix_fmt',
  'yuv444p',
  '-frames:v',
  '30',
  ...X264,
  whole,
);
writeFileSync(lossy, loseVideoPackets(readFileSync(whole), new Random('second')));

const hash = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

/** All frames, and what the second decoder said of them when they came. */
async function taken(path: string, asksSecond = true) {
  const source = await openFile({ path, ffmpeg, deinterlace: 'off' });
  const others: SecondPictures = new Map();
  const pool = new FramePool(source.info, 3);
  return lastValueFrom(
    source.frames(pool, asksSecond ? others : undefined).pipe(
      map((frame) => {
        const other = others.get(frame.seq);
        others.delete(frame.seq);
        const [shown, told] = [hash(frame.data), other && hash(other)];
        frame.close();
        return { shown, told };
      }),
      toArray(),
    ),
  );
}

describe('a second decoder', () => {
  it('shows a broken stream differently after the first loss, of any size, the same each time', async () => {
    const frames = await taken(lossy);
    expect(frames).toHaveLength(30);
    expect(frames[0]?.told).toBeUndefined();
    const different = frames.filter(({ told }) => told !== undefined);
    expect(different.length).toBeGreaterThan(5);
    for (const { shown, told } of different) expect(told).not.toBe(shown);
    expect(await taken(lossy)).toEqual(frames);
  });

  it('changes nothing of what the first shows', async () => {
    const alone = await taken(lossy, false);
    expect((await taken(lossy)).map(({ shown }) => shown)).toEqual(alone.map(({ shown }) => shown));
  });

  it('agrees where nothing was lost', async () => {
    const frames = await taken(whole);
    expect(frames.filter(({ told }) => told !== undefined)).toEqual([]);
  });
});
