import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { concat, lastValueFrom, map, NEVER, take, tap, throwError } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { canEncode, listed } from '../../src/ffmpeg/abilities.js';
import { FramePool } from '../../src/frame/frame-pool.js';
import { videoFile } from '../../src/sinks/video-file.js';
import { openFile } from '../../src/sources/file.js';
import {
  ffmpeg,
  make,
  PASSTHROUGH,
  pictures,
  planes,
  probed,
  psnr,
  scratchFolder,
  takeAll,
  times,
} from '../ffmpeg/clips.js';
import { copy } from './copying.js';

const folder = scratchFolder();
const at = (name: string) => join(folder, name);
const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
const clip = at('clip.mp4');
make(...pictures(), ...X264, clip);

/** What is left in the folder besides what was there. */
const leftovers = () => readdirSync(folder).filter((name) => name.includes('.part-'));

describe('a video file', () => {
  it('without loss decodes to exactly the planes that were given', async () => {
    const report = await copy(clip, at('exact.mkv'));
    expect(report).toEqual({ frames: 10, path: at('exact.mkv'), encoder: 'ffv1', notes: [] });
    expect(planes(at('exact.mkv')).equals(planes(clip))).toBe(true);
    expect(probed(at('exact.mkv'), 'stream=codec_name')).toEqual(['ffv1']);
    expect(leftovers()).toEqual([]);
  });

  it('is H.264 by default, close to what was given, at the same times', async () => {
    const variable = at('variable.mp4');
    const some = "select='not(mod(n*n,7))'";
    make(
      ...pictures('64x48', 4, 30),
      '-vf',
      some,
      ...PASSTHROUGH,
      '-enc_time_base',
      '1:90000',
      ...X264,
      variable,
    );
    expect(await copy(variable, at('default.mp4'))).toMatchObject({
      encoder: 'libx264',
      notes: [],
    });
    expect(times(at('default.mp4'))).toEqual(times(variable));
    expect(psnr(planes(at('default.mp4')), planes(variable))).toBeGreaterThan(35);
    await copy(variable, at('variable.mkv'));
    const rounded = times(variable).map((seconds) => Number(seconds.toFixed(3)));
    expect(times(at('variable.mkv'))).toEqual(rounded);
  });

  it.each([
    ['h264', 'mp4', 'h264'],
    ['hevc', 'mp4', 'hevc'],
    ['vp9', 'webm', 'vp9'],
    ['av1', 'mkv', 'av1'],
    ['ffv1', 'mkv', 'ffv1'],
    ['mpeg4', 'avi', 'mpeg4'],
  ])('is written as %s when asked for', async (codec, kind, name) => {
    const output = at(`as-${codec}.${kind}`);
    const wrote = await copy(clip, output, { codec, crf: 30, lossless: false }).catch(
      (error: unknown) => error,
    );
    // What this ffmpeg cannot encode it must say; that is the next test's matter.
    if (wrote instanceof Error) {
      expect(wrote).toMatchObject({ code: 'CODEC_MISSING' });
      return;
    }
    expect(probed(output, 'stream=codec_name')).toEqual([name]);
    expect(times(output)).toHaveLength(10);
  });

  it.each([
    ['tv', 'bt709'],
    ['tv', 'smpte170m'],
    ['pc', 'bt709'],
  ])('has the colour tags of its source (%s, %s), and its samples', async (range, name) => {
    const tagged = at(`tagged-${range}-${name}.mkv`);
    const tags = `setparams=range=${range}:colorspace=${name}:color_primaries=${name}:color_trc=${name}`;
    const told = ['-color_range', range, '-colorspace', name];
    told.push('-color_primaries', name, '-color_trc', name);
    make(...pictures(), '-vf', `format=yuv420p,${tags}`, ...told, '-c:v', 'ffv1', tagged);
    const entries = 'stream=color_range,color_space,color_transfer,color_primaries';
    const original = probed(tagged, entries);
    expect(original[0]?.split(',').slice(0, 2)).toEqual([range, name]);
    for (const kind of ['mkv', 'mp4']) {
      const output = at(`tags-${range}-${name}.${kind}`);
      await copy(tagged, output);
      expect(probed(output, entries)).toEqual(original);
      if (kind === 'mkv')
        expect((await takeAll(await open(output))).map(({ data }) => data)).toEqual(
          (await takeAll(await open(tagged))).map(({ data }) => data),
        );
    }
  });

  it('says nothing of colour where its source does not', async () => {
    await copy(clip, at('untagged.mp4'));
    const entries = 'stream=color_range,color_space,color_transfer,color_primaries';
    expect(probed(at('untagged.mp4'), entries)).toEqual(probed(clip, entries));
  });

  it('keeps the shape of its pixels', async () => {
    const wide = at('wide.mkv');
    make(...pictures(), '-vf', 'setsar=16/11', '-c:v', 'ffv1', '-pix_fmt', 'yuv420p', wide);
    await copy(wide, at('shaped.mp4'));
    expect(probed(at('shaped.mp4'), 'stream=sample_aspect_ratio')).toEqual(['16:11']);
  });

  it('has the size of its source, odd or not', async () => {
    const odd = at('odd.mkv');
    make(...pictures('35x27'), '-c:v', 'ffv1', '-pix_fmt', 'yuv420p', odd);
    await copy(odd, at('odd-exact.mkv'));
    expect(planes(at('odd-exact.mkv')).equals(planes(odd))).toBe(true);
    const report = await copy(odd, at('odd.mp4'));
    expect(probed(at('odd.mp4'), 'stream=width,height,pix_fmt')).toEqual(['35,27,yuv444p']);
    expect(report.notes).toEqual(['libx264 holds the odd size 35x27 only in 4:4:4: written so']);
    expect(psnr(planes(at('odd.mp4')), planes(odd))).toBeGreaterThan(30);
  });
});

describe('a disk, a folder or a codec that will not do', () => {
  it('names the extension that --lossless needs', async () => {
    await expect(copy(clip, at('a.b/x.mp4'), { lossless: true })).rejects.toMatchObject({
      code: 'OUTPUT_WRITE',
    });
    await expect(copy(clip, at('x.mp4'), { lossless: true })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(`write to ${at('x.mkv')}`) as string,
    });
    await expect(copy(clip, at('x.mkv'), { codec: 'h264' })).rejects.toMatchObject({
      code: 'USAGE',
    });
    await expect(copy(clip, at('x.doc'))).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('names a codec that is missing', async () => {
    for (const codec of ['libnonesuch', 'h264_vaapi']) {
      if (await canEncode(ffmpeg, codec)) continue;
      await expect(copy(clip, at('y.mp4'), { codec, lossless: false })).rejects.toMatchObject({
        code: 'CODEC_MISSING',
        message: expect.stringMatching(`no ${codec} that works in MP4.*relens doctor`) as string,
      });
    }
    expect(existsSync(at('y.mp4'))).toBe(false);
    expect((await listed(ffmpeg, 'encoders')).has('ffv1')).toBe(true);
  });

  it('names an output that cannot be written, before anything is decoded', async () => {
    writeFileSync(at('file'), '');
    mkdirSync(at('sub.mp4'));
    for (const output of [at('missing/x.mp4'), at('file/x.mp4'), at('sub.mp4')]) {
      const source = await openFile({ path: clip, ffmpeg, deinterlace: 'auto' });
      const sink = videoFile({ path: output, ffmpeg, info: source.info, lossless: false });
      const subscribed = vi.fn();
      const frames$ = NEVER.pipe(tap({ subscribe: subscribed }));
      await expect(lastValueFrom(sink.consume(frames$))).rejects.toMatchObject({
        code: 'OUTPUT_WRITE',
        message: expect.stringContaining(output) as string,
      });
      expect(subscribed).not.toHaveBeenCalled();
    }
    const locked = at('locked');
    mkdirSync(locked);
    chmodSync(locked, 0o500);
    if (process.getuid?.() !== 0) {
      await expect(copy(clip, join(locked, 'x.mp4'))).rejects.toMatchObject({
        code: 'OUTPUT_WRITE',
      });
    }
  });
});

describe('an output that is broken off', () => {
  it('is removed when the frames fail, and what was there before stays', async () => {
    const target = at('kept.mp4');
    writeFileSync(target, 'before');
    const source = await open(clip);
    const pool = new FramePool(source.info, 3);
    const sink = videoFile({ path: target, ffmpeg, info: source.info, lossless: false });
    const broken$ = concat(
      source.frames(pool).pipe(take(4)),
      throwError(() => new Error('cut')),
    );
    await expect(lastValueFrom(sink.consume(broken$))).rejects.toThrow('cut');
    expect(leftovers()).toEqual([]);
    expect(statSync(target).size).toBe(6);
    await vi.waitFor(() => expect(pool.inUse).toBe(0), { timeout: 20_000 });
  });

  it('is removed when unsubscribed, and every frame is closed', async () => {
    const target = at('cancelled.mkv');
    const source = await open(clip);
    const pool = new FramePool(source.info, 3);
    const sink = videoFile({ path: target, ffmpeg, info: source.info, lossless: true });
    await new Promise<void>((resolve) => {
      let seen = 0;
      const frames$ = source.frames(pool).pipe(
        map((frame) => {
          if (++seen === 5) setImmediate(() => (subscription.unsubscribe(), resolve()));
          return frame;
        }),
      );
      const subscription = sink.consume(frames$).subscribe();
    });
    expect(leftovers()).toEqual([]);
    expect(existsSync(target)).toBe(false);
    await vi.waitFor(() => expect(pool.inUse).toBe(0), { timeout: 20_000 });
  });

  it.each([
    ['Error writing trailer: No space left on device', 'DISK_FULL'],
    ['Segmentation fault', 'FFMPEG_FAILED'],
  ])('lets go of the frames when the encoder dies (%s)', async (words, code) => {
    const source = await open(clip);
    const pool = new FramePool(source.info, 3);
    const dying = { ...ffmpeg, ffmpeg: dyingEncoder(words) };
    const sink = videoFile({
      path: at('dead.mp4'),
      ffmpeg: dying,
      info: source.info,
      lossless: false,
    });
    const torn = vi.fn();
    const endless$ = concat(source.frames(pool), NEVER).pipe(tap({ unsubscribe: torn }));
    await expect(lastValueFrom(sink.consume(endless$))).rejects.toMatchObject({ code });
    expect(torn).toHaveBeenCalledOnce();
    await vi.waitFor(() => expect(pool.inUse).toBe(0), { timeout: 20_000 });
    expect(leftovers()).toEqual([]);
  });
});

/** An ffmpeg that answers questions, but dies of `words` soon after it began to write a file. */
function dyingEncoder(words: string): string {
  const path = at(`dying-${words.length}`);
  const die = `head -c 20000 > /dev/null; echo "${words}" >&2; exit 1`;
  const script = `#!/bin/sh\ncase "$*" in *.part-*) ${die};; esac\nexec '${ffmpeg.ffmpeg}' "$@"\n`;
  writeFileSync(path, script, { mode: 0o755 });
  return path;
}

function open(path: string) {
  return openFile({ path, ffmpeg, deinterlace: 'auto' });
}
