import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openMask } from '../../src/sources/mask-file.js';
import { ffmpeg, make, scratchFolder } from '../ffmpeg/clips.js';

const folder = scratchFolder();
const at = (name: string) => join(folder, name);
const size = { width: 8, height: 6 };
const frame = (seq: number) => ({ seq, timestamp: seq * 40_000 });

/** A picture whose grey level is a formula in X, Y and N. */
function grey(path: string, formula: string, dimensions = '8x6', frames = 1): string {
  const source = `color=black:s=${dimensions}:r=25,format=gray,geq=lum='${formula}'`;
  const codec = path.endsWith('.mkv') ? ['-c:v', 'ffv1'] : [];
  make('-f', 'lavfi', '-i', source, '-frames:v', String(frames), ...codec, path);
  return path;
}

async function cells(path: string, seq = 0): Promise<number[][]> {
  const mask = await openMask(path, size, ffmpeg);
  const data = [...(await mask.at(frame(seq)))];
  mask.close();
  return [0, 1, 2].map((row) => data.slice(row * 4, row * 4 + 4));
}

it('says when it was scaled', async () => {
  const notes = async (dimensions: string) => {
    const mask = await openMask(grey(at(`${dimensions}.png`), '0', dimensions), size, ffmpeg);
    mask.close();
    return mask.notes;
  };
  expect(await notes('8x6')).toEqual([]);
  expect(await notes('7x5')).toEqual([]);
  expect(await notes('16x8')).toEqual(['mask scaled from 16x8 to 8x6']);
});

describe('a mask file', () => {
  it('marks a cell for any sample in it that is brighter than 127', async () => {
    const path = grey(
      at('spot.png'),
      '255*eq(X,3)*eq(Y,2)+127*eq(X,6)*eq(Y,5)+128*eq(X,1)*eq(Y,5)',
    );
    expect(await cells(path)).toEqual([
      [0, 0, 0, 0],
      [0, 255, 0, 0],
      [255, 0, 0, 0],
    ]);
  });

  it('is scaled to the frame without smoothing', async () => {
    const path = grey(at('small.png'), '255*gte(X,2)', '4x3');
    expect(await cells(path)).toEqual([0, 1, 2].map(() => [0, 0, 255, 255]));
  });

  it('takes the last row and column of an odd picture for its padding', async () => {
    const path = grey(at('odd.png'), '255*eq(X,6)*eq(Y,4)', '7x5');
    expect((await cells(path))[2]).toEqual([0, 0, 0, 255]);
  });

  it('takes limited-range video white for white', async () => {
    const path = at('limited.mkv');
    make(
      '-f',
      'lavfi',
      '-i',
      'color=white:s=8x6:d=0.1:r=25',
      '-c:v',
      'ffv1',
      '-pix_fmt',
      'yuv420p',
      path,
    );
    expect((await cells(path)).flat()).toEqual(Array<number>(12).fill(255));
  });

  it('is the same for every frame when it is an image', async () => {
    const mask = await openMask(grey(at('all.png'), '255*lt(X,2)'), size, ffmpeg);
    const first = [...(await mask.at(frame(0)))];
    expect([...(await mask.at(frame(7)))]).toEqual(first);
    expect([...(await mask.at(frame(8)))]).toEqual(first);
    mask.close();
  });

  it('goes frame by frame when it is a video, holds the last one, and can go back', async () => {
    const path = grey(at('moving.mkv'), '255*eq(floor(X/2),N)', '8x6', 3);
    const mask = await openMask(path, size, ffmpeg);
    const marked = async (seq: number) => (await mask.at(frame(seq))).indexOf(255);
    expect(await marked(0)).toBe(0);
    expect(await marked(1)).toBe(1);
    expect(await marked(2)).toBe(2);
    expect(await marked(9)).toBe(2);
    expect(await marked(1)).toBe(1);
    const together = await Promise.all([0, 1, 2].map(marked));
    expect(together).toHaveLength(3);
    mask.close();
  });

  it('is refused in one line when it is missing or no picture', async () => {
    await expect(openMask(at('none.png'), size, ffmpeg)).rejects.toMatchObject({
      code: 'MASK',
      message: expect.stringMatching(/none\.png/) as string,
    });
    const sound = at('sound.wav');
    make('-f', 'lavfi', '-i', 'sine=d=0.1', sound);
    await expect(openMask(sound, size, ffmpeg)).rejects.toMatchObject({ code: 'MASK' });
  });
});
