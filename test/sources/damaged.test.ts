import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openFile } from '../../src/sources/file.js';
import { ffmpeg, make, pictures, scratchFolder, takeAll } from '../ffmpeg/clips.js';

const folder = scratchFolder();
const at = (name: string) => join(folder, name);
const open = (path: string) => openFile({ path, ffmpeg, deinterlace: 'auto' });
const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '5'];

const whole = at('whole.mp4');
make(...pictures('160x120', 4), ...X264, '-movflags', '+faststart', whole);

function cut(from: string, to: string, share: number): string {
  const bytes = readFileSync(from);
  writeFileSync(to, bytes.subarray(0, Math.round(bytes.length * share)));
  return to;
}

describe('a truncated file', () => {
  it('gives what can be decoded, and says how much was lost', async () => {
    const source = await open(cut(whole, at('cut.mp4'), 0.5));
    const frames = await takeAll(source);
    expect(frames.length).toBeGreaterThan(5);
    expect(frames.length).toBeLessThan(35);
    const { lost, errorLines } = source.report();
    expect(errorLines).toBeGreaterThan(0);
    expect(lost[0]).toBe(`${40 - frames.length} of 40 frames could not be decoded`);
    expect(lost[1]).toMatch(/^the pictures end at \d\.\d\d s, though the file says 4\.00 s$/);
    expect(lost[2]).toMatch(/^\d+ decoding errors?, the first: /);
  });

  it('is measured by its duration, where frames are not counted', async () => {
    const path = at('whole.mkv');
    make('-i', whole, '-c', 'copy', path);
    const source = await open(cut(path, at('cut.mkv'), 0.5));
    expect((await takeAll(source)).length).toBeLessThan(35);
    expect(source.report().lost.join()).toContain('though the file says 4.00 s');
  });

  it('cannot be read without its index', async () => {
    const path = at('late.mp4');
    make('-i', whole, '-c', 'copy', '-movflags', '-faststart', path);
    await expect(open(cut(path, at('headless.mp4'), 0.5))).rejects.toMatchObject({
      code: 'INPUT_NOT_VIDEO',
      message: expect.stringContaining('moov atom not found') as string,
    });
  });
});

describe('a corrupt file', () => {
  it('is decoded as far as it goes, with its errors counted', async () => {
    const path = at('corrupt.ts');
    make('-i', whole, '-c', 'copy', path);
    const bytes = readFileSync(path);
    for (let at = 188 * 40; at < bytes.length - 188; at += 188 * 9)
      bytes.fill(0x55, at + 20, at + 120);
    writeFileSync(path, bytes);
    const source = await open(path);
    expect((await takeAll(source)).length).toBeGreaterThan(10);
    expect(source.report().errorLines).toBeGreaterThan(3);
    expect(source.report().lost.join()).toMatch(/decoding errors, the first: /);
  });

  it('is refused when not one of its pictures can be decoded', async () => {
    const path = at('hollow.mp4');
    const bytes = readFileSync(whole);
    bytes.fill(0xff, bytes.indexOf('mdat') + 4);
    writeFileSync(path, bytes);
    await expect(open(path)).rejects.toMatchObject({
      code: 'INPUT_NOT_VIDEO',
      message: expect.stringContaining('holds no picture that can be decoded') as string,
    });
  });

  it('that has nothing in the part asked for is an error, not an empty film', async () => {
    const source = await openFile({ path: whole, ffmpeg, deinterlace: 'auto', start: 9 });
    await expect(takeAll(source)).rejects.toMatchObject({
      code: 'FFMPEG_FAILED',
      message: expect.stringContaining('no picture could be decoded') as string,
    });
  });
});

describe('what is no video', () => {
  it.each([
    ['a missing file', 'missing.mp4', undefined, 'INPUT_NOT_FOUND', 'no such file'],
    ['noise', 'noise.mp4', Buffer.from('x1%ä'.repeat(999)), 'INPUT_NOT_VIDEO', 'noise.mp4'],
    ['an empty file', 'empty.avi', Buffer.alloc(0), 'INPUT_NOT_VIDEO', 'empty.avi is empty'],
    [
      'a text',
      'notes.txt',
      Buffer.from('Camera 4, north gate\n'.repeat(50)),
      'INPUT_NOT_VIDEO',
      'a text',
    ],
  ])('%s is refused in one line', async (_what, name, bytes, code, words) => {
    if (bytes !== undefined) writeFileSync(at(name), bytes);
    const refusal = await open(at(name)).then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    expect(refusal).toMatchObject({ code, message: expect.stringContaining(words) as string });
    expect(refusal?.message).not.toContain('\n');
  });

  it('a sound file is refused, with a cover picture or without', async () => {
    const sound = at('sound.m4a');
    make('-f', 'lavfi', '-i', 'sine=d=0.2', '-c:a', 'aac', sound);
    const refusal = {
      code: 'INPUT_NOT_VIDEO',
      message: `${sound} has no video stream: it holds only sound`,
    };
    await expect(open(sound)).rejects.toMatchObject(refusal);
    const covered = at('covered.m4a');
    make(
      '-i',
      sound,
      ...pictures('32x32', 0.1),
      '-map',
      '0',
      '-map',
      '1',
      '-c:a',
      'copy',
      '-c:v',
      'mjpeg',
      '-pix_fmt',
      'yuvj420p',
      '-disposition:v:0',
      'attached_pic',
      covered,
    );
    await expect(open(covered)).rejects.toMatchObject({ code: 'INPUT_NOT_VIDEO' });
  });

  it('a playlist reaches nothing on the network', async () => {
    const path = at('list.m3u8');
    writeFileSync(path, '#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n');
    await expect(open(path)).rejects.toMatchObject({ code: 'INPUT_NOT_VIDEO' });
  });
});
