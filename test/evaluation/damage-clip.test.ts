/** Damaged clips as files: what a tool is given, and what is true of it. */
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeToRaw, encodeMask } from '../../src/evaluation/clip.js';
import { damageRaw } from '../../src/evaluation/damage-clip.js';
import { damageCaseNamed } from '../../src/evaluation/damage/index.js';
import { findFfmpeg, type Ffmpeg } from '../../src/ffmpeg/find.js';
import { openFile } from '../../src/sources/file.js';
import { movingSquare, readRecords, temporaryFolder } from './clips.js';

const SIZE = { width: 96, height: 64, frames: 6 };
const FRAME = (96 * 64 * 3) / 2;
const { signal } = new AbortController();
let ffmpeg: Ffmpeg;

beforeAll(async () => {
  ffmpeg = await findFfmpeg();
});

async function decoded(path: string, frames = SIZE.frames, bytes = FRAME) {
  const raw = join(await temporaryFolder(), 'decoded');
  await decodeToRaw(openFile, { path, ffmpeg, deinterlace: 'off' }, frames, raw, signal);
  return readRecords(raw, bytes);
}

describe('damageRaw', () => {
  it('writes exactly the damaged planes, and a mask that tells where they are', async () => {
    const folder = await temporaryFolder();
    const clean = await movingSquare(folder, SIZE);
    const made = await damageRaw(ffmpeg, damageCaseNamed('holes'), clean, 's', folder, signal);
    const maskFile = join(folder, 'mask.mkv');
    await encodeMask(ffmpeg, made.mask!, clean, maskFile, signal);
    const before = await readRecords(clean.path, FRAME);
    const after = await decoded(made.file);
    const masks = await decoded(maskFile);
    expect(after).toEqual(await readRecords(made.clip.path, FRAME));
    let holes = 0;
    for (let frame = 0; frame < SIZE.frames; frame++) {
      for (let i = 0; i < 96 * 64; i++) {
        const white = masks[frame]![i]! > 127;
        if (white) holes++;
        expect(after[frame]![i]).toBe(white ? 128 : before[frame]![i]);
      }
    }
    expect(holes).toBeGreaterThan(0);
  });

  it('depends on the seed alone', async () => {
    const folder = await temporaryFolder();
    const clean = await movingSquare(folder, SIZE);
    const run = async (seed: string) => {
      const work = await temporaryFolder();
      const made = await damageRaw(ffmpeg, damageCaseNamed('dirt'), clean, seed, work, signal);
      return Buffer.concat(await readRecords(made.clip.path, FRAME));
    };
    const first = await run('one');
    expect((await run('one')).equals(first)).toBe(true);
    expect((await run('other')).equals(first)).toBe(false);
  });

  it('stops when it is told to', async () => {
    const folder = await temporaryFolder();
    const clean = await movingSquare(folder, SIZE);
    const stopped = AbortSignal.abort();
    const made = damageRaw(ffmpeg, damageCaseNamed('tape'), clean, 's', folder, stopped);
    await expect(made).rejects.toMatchObject({ code: 'ABORTED' });
  });
  it('compresses sensor noise with H.264, and gives what its decoder makes of it', async () => {
    const folder = await temporaryFolder();
    const clean = await movingSquare(folder, SIZE);
    const made = await damageRaw(ffmpeg, damageCaseNamed('sensor'), clean, 's', folder, signal);
    expect(made.mask).toBeUndefined();
    expect(await decoded(made.file)).toEqual(await readRecords(made.clip.path, FRAME));
  });

  it('loses packets, keeps the number of frames, and marks what differs', async () => {
    const folder = await temporaryFolder();
    const square = await movingSquare(folder, { width: 320, height: 240, frames: 50 });
    // Noise, so that a picture takes more than one packet.
    const grainy = damageCaseNamed('awgn10');
    const other = await temporaryFolder();
    const { clip: clean } = await damageRaw(ffmpeg, grainy, square, 's', other, signal);
    const damage = damageCaseNamed('packetloss');
    const made = await damageRaw(ffmpeg, damage, clean, 'lossy', folder, signal);
    const masks = await readRecords(made.mask!, 160 * 120);
    const frames = await readRecords(made.clip.path, 320 * 240 * 1.5);
    expect(frames.length).toBe(50);
    expect(masks.length).toBe(50);
    // The first picture is spared.
    expect(masks[0]!.includes(255)).toBe(false);
    expect(masks.some((mask) => mask.includes(255))).toBe(true);
    // The broken stream itself is handed over, and reads the same each time.
    const bytes = 320 * 240 * 1.5;
    const read = await decoded(made.file, 60, bytes);
    expect(read).toHaveLength(50);
    const again = Buffer.concat(await decoded(made.file, 60, bytes));
    expect(again.equals(Buffer.concat(read))).toBe(true);
    const source = await openFile({ path: made.file, ffmpeg, deinterlace: 'off' });
    expect(await firstValueFrom(source.isDamaged())).toBe(true);
  });
});
