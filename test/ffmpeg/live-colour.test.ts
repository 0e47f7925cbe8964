/** White stays white and grey stays grey, however a live camera's samples are to be read. */
import { spawnSync } from 'node:child_process';
import { filter, firstValueFrom, map, scan } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { chooseLiveEncoder, startLiveEncoder } from '../../src/ffmpeg/encode-live.js';
import { startViewEncoder, type ViewCodec } from '../../src/ffmpeg/encode-view.js';
import { stillImage } from '../../src/ffmpeg/still.js';
import type { ColourTags } from '../../src/frame/colour.js';
import { makeClip } from '../live/access-units.js';
import { endWatches, Watch } from '../live/watch.js';
import { ffmpeg, make, PASSTHROUGH, scratchFolder } from './clips.js';

const size = { width: 64, height: 48 };
const pixels = size.width * size.height;

/** A plain picture: luma and chroma of one pure colour in the given way to read samples. */
const plain = ([y, u, v]: readonly [number, number, number]) =>
  Buffer.concat([
    Buffer.alloc(pixels, y),
    Buffer.alloc(pixels / 4, u),
    Buffer.alloc(pixels / 4, v),
  ]);

/** The middle pixel as RGB. */
function middle(bytes: Uint8Array, ...how: string[]): number[] {
  const args = ['-v', 'error', ...how, '-i', 'pipe:0', '-frames:v', '1'];
  const { stdout } = spawnSync(
    ffmpeg.ffmpeg,
    [...args, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'],
    { input: bytes },
  );
  const at = 3 * (pixels / 2 + size.width / 2);
  return [...stdout.subarray(at, at + 3)];
}

const CASES: readonly [string, ColourTags, readonly [number, number, number], number[]][] = [
  ['white of limited range', { range: 'tv' }, [235, 128, 128], [255, 255, 255]],
  ['white of full range', { range: 'pc' }, [255, 128, 128], [255, 255, 255]],
  ['grey of full range', { range: 'pc' }, [60, 128, 128], [60, 60, 60]],
  ['red by BT.709', { range: 'tv', space: 'bt709' }, [63, 102, 240], [255, 0, 0]],
  ['red by BT.601', { range: 'tv', space: 'smpte170m' }, [81, 90, 240], [255, 0, 0]],
];

const near = (found: number[], wanted: number[]) => {
  expect(found).toHaveLength(3);
  found.forEach((value, index) => {
    expect(Math.abs(value - wanted[index]!)).toBeLessThanOrEqual(8);
  });
};

describe.each(CASES)('%s', (_, colour, samples, rgb) => {
  it.each(['png', 'jpeg'] as const)('is itself in a still %s', async (codec) => {
    const picture = { ...size, pixelFormat: 'yuv420p', data: plain(samples), colour } as const;
    near(middle(await stillImage(ffmpeg, picture, codec), '-f', 'image2pipe'), rgb);
  });

  it.each([
    ['jpeg', 'mjpeg'],
    ['mpeg1', 'mpegts'],
  ] as const)('is itself to a viewer of %s', async (codec: ViewCodec, format) => {
    const encoder = await startViewEncoder(ffmpeg, codec, size, colour);
    const enough = firstValueFrom(
      encoder.output$.pipe(
        scan((all: Buffer, chunk) => Buffer.concat([all, chunk]), Buffer.alloc(0)),
        map((all) => middle(all, '-f', format)),
        filter((found) => found.length === 3),
      ),
    );
    for (let n = 0; n < 4; n++) await encoder.write([plain(samples)]);
    near(await enough, rgb);
    encoder.kill();
  });
});

it('is said by the live H.264, exactly as the camera says it', async () => {
  const colour = { range: 'pc', space: 'bt709', primaries: 'bt709', transfer: 'bt709' } as const;
  const encoder = await chooseLiveEncoder(ffmpeg);
  const unit = await new Promise<Uint8Array>((resolve, reject) => {
    const made = startLiveEncoder<undefined>({
      ...{ ffmpeg, encoder, size, colour, passthrough: PASSTHROUGH },
      onUnit: ({ data }) => {
        made.kill();
        resolve(data);
      },
      onFailed: reject,
    });
    const parts = [plain([255, 128, 128])];
    made.write({ parts, timestamp: 0, about: undefined, done: () => undefined });
  });
  const entries = 'stream=color_range,color_space,color_transfer,color_primaries';
  const { stdout } = spawnSync(
    ffmpeg.ffprobe,
    ['-v', 'error', '-f', 'h264', '-show_entries', entries, '-of', 'default=nk=1:nw=1', '-'],
    { input: unit, encoding: 'utf8' },
  );
  expect(stdout.trim().split('\n')).toEqual(['pc', 'bt709', 'bt709', 'bt709']);
});

describe('a live source', () => {
  endWatches();

  it('knows of full range, as MJPEG cameras have', async () => {
    const watch = new Watch(makeClip({ coding: 'mjpeg' }).path);
    await watch.more(2);
    expect(watch.colour).toMatchObject({ range: 'pc' });
  });

  it('knows the matrix that a stream names', async () => {
    const path = `${scratchFolder()}/tagged.mp4`;
    const tags = 'range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709';
    const source = ['-f', 'lavfi', '-i', 'testsrc2=s=64x48:r=10:d=1', '-pix_fmt', 'yuv420p'];
    make(...source, '-vf', `setparams=${tags}`, '-c:v', 'libx264', path);
    const watch = new Watch(path);
    await watch.more(2);
    expect(watch.colour).toEqual({
      ...{ range: 'tv', space: 'bt709', primaries: 'bt709', transfer: 'bt709' },
    });
  });
});
