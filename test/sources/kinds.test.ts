import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openFile, type FileSpec } from '../../src/sources/file.js';
import {
  ffmpeg,
  isTurned,
  make,
  PASSTHROUGH,
  pictures,
  planes,
  psnr,
  scratchFolder,
  takeAll,
  times,
} from '../ffmpeg/clips.js';

const folder = scratchFolder();
const at = (name: string) => join(folder, name);
const open = (path: string, options: Partial<FileSpec> = {}) =>
  openFile({ path, ffmpeg, deinterlace: 'auto', ...options });
const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];

async function taken(path: string, options: Partial<FileSpec> = {}) {
  const source = await open(path, options);
  const frames = await takeAll(source);
  return {
    source,
    frames,
    seconds: frames.map(({ timestamp }) => timestamp / 1e6),
    data: Buffer.concat(frames.map(({ data }) => data)),
  };
}

describe('containers', () => {
  it.each(['mp4', 'mkv', 'avi', 'mov'])('gives all of .%s, exactly, at its times', async (kind) => {
    const path = at(`plain.${kind}`);
    make(...pictures(), ...X264, path);
    const { source, seconds, data } = await taken(path);
    expect(data.equals(planes(path))).toBe(true);
    expect(seconds).toEqual(Array.from({ length: 10 }, (_, n) => n / 10));
    expect(source.info).toMatchObject({ width: 64, height: 48, frameRate: 10, frameCount: 10 });
    expect(source.info.conversions).toEqual([]);
    expect(source.report()).toEqual({ frames: 10, errorLines: 0, lost: [] });
  });

  it('moves a transport stream, whose clock begins late, to 0', async () => {
    const path = at('late.ts');
    make(...pictures(), ...X264, path);
    expect(times(path)[0]).toBeGreaterThan(1);
    const { seconds, data } = await taken(path);
    expect(data.equals(planes(path))).toBe(true);
    expect(seconds).toEqual(Array.from({ length: 10 }, (_, n) => n / 10));
  });

  it('keeps every time of a file with a variable rate, and tells a break', async () => {
    const path = at('variable.mkv');
    const some = "select='lt(n,20)*not(mod(n*n,7))+gt(n,130)'";
    make(...pictures('64x48', 5, 30), '-vf', some, ...PASSTHROUGH, ...X264, path);
    const { frames, seconds } = await taken(path);
    expect(seconds).toEqual(times(path));
    expect(new Set(seconds.slice(1).map((s, n) => (s - (seconds[n] ?? 0)).toFixed(3))).size).toBe(
      5,
    );
    expect(frames.filter((frame) => frame.discontinuity).map(({ seq }) => seq)).toEqual([3]);
  });

  it('reads MJPEG in AVI without touching its full range', async () => {
    const path = at('full.avi');
    make(...pictures(), '-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', path);
    const { source, data } = await taken(path);
    expect(source.info.colour.range).toBe('pc');
    expect(data.equals(planes(path, '-vf', 'scale=in_range=pc:out_range=tv'))).toBe(false);
    const raw = at('full.yuv');
    make('-i', path, '-f', 'rawvideo', '-pix_fmt', 'yuvj420p', raw);
    expect(data.equals(readFileSync(raw))).toBe(true);
  });
});

describe('raw streams', () => {
  it.each([
    ['h264', 'libx264'],
    ['hevc', 'libx265'],
    ['mjpeg', 'mjpeg'],
  ])('asks for the rate of .%s, and counts by it', async (kind, encoder) => {
    const path = at(`raw.${kind}`);
    const pixels = kind === 'mjpeg' ? 'yuvj420p' : 'yuv420p';
    make(...pictures(), '-c:v', encoder, '-pix_fmt', pixels, '-f', kind, path);
    await expect(open(path)).rejects.toMatchObject({
      code: 'INPUT_NEEDS_RATE',
      message: expect.stringContaining('--fps N') as string,
    });
    const { source, seconds } = await taken(path, { frameRate: 29.97 });
    expect(seconds).toEqual(
      Array.from({ length: 10 }, (_, n) => Math.round((n * 1e6 * 1001) / 30000) / 1e6),
    );
    expect(source.info).toMatchObject({ rate: [30000, 1001], constantRate: true });
    const { seconds: part } = await taken(path, { frameRate: 10, start: 0.3, end: 0.7 });
    expect(part).toEqual([0, 0.1, 0.2, 0.3]);
  });
});

it('asks for the rate of MJPEG that looks like a pipe of images', async () => {
  const path = at('few.mjpeg');
  make(...pictures('96x64'), '-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-f', 'mjpeg', path);
  await expect(open(path)).rejects.toMatchObject({ code: 'INPUT_NEEDS_RATE' });
  const { seconds } = await taken(path, { frameRate: 10 });
  expect(seconds).toEqual(Array.from({ length: 10 }, (_, n) => n / 10));
});

describe('images', () => {
  const images = at('images');
  mkdirSync(images);
  make(...pictures('66x47'), '-start_number', '5', join(images, "it's %d.png"));

  it('reads a folder in natural order', async () => {
    const { source, frames, seconds } = await taken(images);
    expect(readdirSync(images)).toHaveLength(10);
    expect(seconds.slice(0, 3)).toEqual([0, 0.04, 0.08]);
    expect(source.info).toMatchObject({ width: 66, height: 48, displayHeight: 47, frameCount: 10 });
    const direct = await taken(join(images, "it's %d.png"), { frameRate: 10 });
    expect(direct.seconds.at(-1)).toBe(0.9);
    expect(direct.data.equals(Buffer.concat(frames.map(({ data }) => data)))).toBe(true);
    const single = await taken(join(images, "it's 10.png"));
    expect(single.data.equals(frames[5]?.data ?? Buffer.alloc(0))).toBe(true);
  });

  it('leaves out what is no image, and says when nothing is left', async () => {
    const mixed = at('mixed');
    mkdirSync(mixed);
    copyFileSync(join(images, "it's 5.png"), join(mixed, 'a.png'));
    copyFileSync(at('plain.mp4'), join(mixed, 'b.mp4'));
    expect((await taken(mixed)).frames).toHaveLength(1);
    const empty = at('empty');
    mkdirSync(empty);
    await expect(open(empty)).rejects.toMatchObject({ code: 'INPUT_NOT_FOUND' });
    await expect(open(join(empty, '%04d.png'))).rejects.toMatchObject({ code: 'INPUT_NOT_FOUND' });
  });
});

describe('pixels at the door', () => {
  const yuv = 'yuv420p';

  it('dithers 10 bit to 8 on purpose', async () => {
    const path = at('ten.mkv');
    // Luma 402 of 1023 lies half way between 100 and 101 of 255.
    make(
      ...['-f', 'lavfi', '-i', 'color=black:s=64x48:d=0.2:r=10,format=yuv420p10le,geq=402:512:512'],
      ...['-c:v', 'ffv1', '-pix_fmt', 'yuv420p10le', path],
    );
    const { source, frames } = await taken(path);
    const luma = frames[0]?.data.subarray(0, 64 * 48) ?? Buffer.alloc(0);
    expect(new Set(luma)).toEqual(new Set([100, 101]));
    const mean = luma.reduce((sum, value) => sum + value, 0) / luma.length;
    expect(mean).toBeCloseTo(100.5, 1);
    expect(source.info.conversions).toEqual(['10 bit dithered to 8 bit (yuv420p10le)']);
  });

  it.each(['yuv422p', 'yuv444p', 'yuv422p10le', 'yuv444p10le', 'yuv410p', 'nv12'])(
    'brings %s to 4:2:0',
    async (format) => {
      const path = at(`${format}.nut`);
      make(...pictures(), '-c:v', 'rawvideo', '-pix_fmt', format, path);
      const reference = at('reference.mkv');
      make(...pictures(), '-c:v', 'ffv1', '-pix_fmt', yuv, reference);
      const { source, data } = await taken(path);
      // yuv410p has a sixteenth of the chroma.
      expect(psnr(data, planes(reference))).toBeGreaterThan(format === 'yuv410p' ? 18 : 30);
      expect(source.info.conversions.length).toBe(
        format === 'nv12' ? 0 : format.endsWith('10le') ? 2 : 1,
      );
    },
  );

  it('keeps grey levels as they are', async () => {
    const path = at('grey.mkv');
    make(...pictures(), '-c:v', 'ffv1', '-pix_fmt', 'gray', path);
    const raw = at('grey.raw');
    make('-i', path, '-f', 'rawvideo', '-pix_fmt', 'gray', raw);
    const { source, frames } = await taken(path);
    const luma = frames.map(({ data }) => data.subarray(0, 64 * 48));
    expect(Buffer.concat(luma).equals(readFileSync(raw))).toBe(true);
    expect(new Set(frames[0]?.data.subarray(64 * 48))).toEqual(new Set([128]));
    expect(source.info.conversions).toEqual(['grey given neutral chroma (gray)']);
  });

  it('deinterlaces by the flag of the stream, unless told not to', async () => {
    const path = at('interlaced.mkv');
    make(
      ...pictures('64x48', 1, 20),
      ...['-vf', 'interlace', '-flags', '+ilme+ildct', '-c:v', 'libx264', '-crf', '1'],
      ...['-x264-params', 'interlaced=1', '-pix_fmt', yuv, path],
    );
    const woven = await taken(path, { deinterlace: 'off' });
    expect(woven.data.equals(planes(path))).toBe(true);
    expect(woven.source.info.conversions).toEqual(['interlaced, and left so']);
    const { source, seconds, data } = await taken(path);
    expect(seconds).toEqual(woven.seconds);
    expect(data.equals(woven.data)).toBe(false);
    expect(source.info.conversions).toEqual(['interlaced frames deinterlaced (bwdif)']);
  });

  it('turns a rotated picture upright, and its aspect with it', async () => {
    const flat = at('flat.mp4');
    make(...pictures('64x32'), '-vf', 'setsar=4/3', ...X264, flat);
    const turned = at('turned.mp4');
    // Versions before 6 take the tag, later ones the option.
    make('-i', flat, '-c', 'copy', '-metadata:s:v:0', 'rotate=90', turned);
    if (!isTurned(turned)) make('-display_rotation', '90', '-i', flat, '-c', 'copy', turned);
    const { source, frames, data } = await taken(turned);
    expect(source.info).toMatchObject({ width: 32, height: 64, sampleAspect: [3, 4] });
    expect(frames).toHaveLength(10);
    expect(data.equals(planes(turned))).toBe(true);
    expect(source.info.conversions).toEqual(['turned upright by 270 degrees']);
  });

  it('pads odd sizes by repeating the edge', async () => {
    const path = at('odd.mkv');
    make(...pictures('35x27'), '-c:v', 'ffv1', '-pix_fmt', yuv, path);
    const { source, frames } = await taken(path);
    expect(source.info).toMatchObject({
      width: 36,
      height: 28,
      displayWidth: 35,
      displayHeight: 27,
      conversions: ['padded from 35x27 to 36x28 while it is worked on'],
    });
    const raw = planes(path);
    const first = frames[0]?.data ?? Buffer.alloc(0);
    for (let row = 0; row < 28; row++) {
      const from = Math.min(row, 26) * 35;
      expect([...first.subarray(row * 36, row * 36 + 35)]).toEqual([
        ...raw.subarray(from, from + 35),
      ]);
      expect(first[row * 36 + 35]).toBe(raw[from + 34]);
    }
    expect(first.subarray(36 * 28).equals(raw.subarray(35 * 27, 35 * 27 + 2 * 18 * 14))).toBe(true);
  });

  it('scales to a greatest width, evenly', async () => {
    const { source, frames } = await taken(at('plain.mp4'), { maxWidth: 31 });
    expect(source.info).toMatchObject({ width: 30, height: 22, conversions: ['scaled to 30x22'] });
    expect(frames).toHaveLength(10);
  });

  it('tells the colour tags', async () => {
    const path = at('tags.mp4');
    const tags = ['-color_range', 'tv', '-colorspace', 'smpte170m', '-color_trc', 'smpte170m'];
    const name = 'smpte170m';
    // Frames are tagged for new versions of ffmpeg, the encoder for old ones.
    const frames = `setparams=range=tv:colorspace=${name}:color_trc=${name}:color_primaries=${name}`;
    make(...pictures(), '-vf', frames, ...X264, ...tags, '-color_primaries', name, path);
    const { info } = await open(path);
    expect(info.colour).toEqual({
      range: 'tv',
      space: 'smpte170m',
      transfer: 'smpte170m',
      primaries: 'smpte170m',
    });
  });
});

describe('trimming', () => {
  it.each(['mp4', 'mkv', 'ts'])(
    'gives exactly the frames from start to end of .%s',
    async (kind) => {
      const path = at(`long.${kind}`);
      make(...pictures('64x48', 4), ...X264, '-g', '15', path);
      const { frames, seconds } = await taken(path, { start: 1.2, end: 2.5 });
      expect(seconds).toEqual(Array.from({ length: 13 }, (_, n) => n / 10));
      const size = (64 * 48 * 3) / 2;
      const all = planes(path);
      expect(frames[0]?.data.equals(all.subarray(12 * size, 13 * size))).toBe(true);
      expect((await taken(path, { start: 3.5 })).frames).toHaveLength(5);
    },
  );

  it('refuses an end that is not after the start', async () => {
    await expect(open(at('plain.mp4'), { start: 2, end: 2 })).rejects.toMatchObject({
      code: 'USAGE',
    });
  });
});
