import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { concat, lastValueFrom, take, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { FramePool } from '../../src/frame/frame-pool.js';
import { images } from '../../src/sinks/images.js';
import { openFile } from '../../src/sources/file.js';
import { ffmpeg, make, pictures, scratchFolder } from '../ffmpeg/clips.js';

const folder = scratchFolder();
const at = (...names: string[]) => join(folder, ...names);
const clip = at('clip.mkv');
const tags = 'setparams=colorspace=bt709:range=tv';
make(
  ...pictures('35x27'),
  '-vf',
  `scale=out_color_matrix=bt709,format=yuv420p,${tags}`,
  '-c:v',
  'ffv1',
  clip,
);

async function write(path: string, input = clip) {
  const source = await openFile({ path: input, ffmpeg, deinterlace: 'auto' });
  const pool = new FramePool(source.info, 3);
  const sink = images({ path, ffmpeg, info: source.info });
  const report = await lastValueFrom(sink.consume(source.frames(pool)));
  expect(pool.inUse).toBe(0);
  return report;
}

describe('images', () => {
  it('are written by the pattern, counted from 1, at the size of the source', async () => {
    expect(await write(at('new', 'shot-%03d.png'))).toEqual({
      frames: 10,
      path: at('new', 'shot-%03d.png'),
    });
    expect(readdirSync(at('new'))).toHaveLength(10);
    expect(readdirSync(at('new'))[0]).toBe('shot-001.png');
    const back = await openFile({ path: at('new'), ffmpeg, deinterlace: 'auto' });
    expect(back.info).toMatchObject({ displayWidth: 35, displayHeight: 27 });
  });

  it('are converted by the matrix that the source names', async () => {
    const orange = at('orange.mkv');
    const source = 'color=0xff8000:s=64x48:d=0.1:r=10';
    const convert = `scale=out_color_matrix=bt709,format=yuv420p,${tags}`;
    const told = ['-colorspace', 'bt709', '-color_range', 'tv'];
    make('-f', 'lavfi', '-i', source, '-vf', convert, ...told, '-c:v', 'ffv1', orange);
    await write(at('orange', '%d.png'), orange);
    const raw = at('orange.raw');
    make('-i', at('orange', '1.png'), '-f', 'rawvideo', '-pix_fmt', 'rgb24', raw);
    const [red = 0, green = 0, blue = 0] = readFileSync(raw);
    expect([red, green, blue]).toEqual(
      [255, 128, 0].map((level) => expect.closeTo(level, -1) as number),
    );
  });

  it('go into a folder that is there already, beside what it holds', async () => {
    mkdirSync(at('there'));
    writeFileSync(at('there', 'notes.txt'), '');
    await write(at('there', '%06d.jpg'));
    expect(readdirSync(at('there'))).toHaveLength(11);
    await write(at('plain'));
    expect(readdirSync(at('plain'))[9]).toBe('000010.png');
  });

  it('leave nothing behind when they are broken off', async () => {
    const source = await openFile({ path: clip, ffmpeg, deinterlace: 'auto' });
    const pool = new FramePool(source.info, 3);
    const sink = images({ path: at('broken', '%d.png'), ffmpeg, info: source.info });
    const broken$ = concat(
      source.frames(pool).pipe(take(4)),
      throwError(() => new Error('cut')),
    );
    await expect(lastValueFrom(sink.consume(broken$))).rejects.toThrow('cut');
    expect(existsSync(at('broken'))).toBe(false);
    expect(readdirSync(folder).filter((name) => name.includes('.part-'))).toEqual([]);
  });

  it('are refused where the name or the folder will not do', async () => {
    await expect(write(at('single.png'))).rejects.toMatchObject({ code: 'USAGE' });
    await expect(write(at('x', '%d.gif'))).rejects.toMatchObject({ code: 'USAGE' });
    await expect(write(at('no', 'such', '%d.png'))).rejects.toMatchObject({ code: 'OUTPUT_WRITE' });
  });
});
