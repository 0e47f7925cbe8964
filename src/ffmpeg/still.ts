/** One raw picture to one image file, in memory. */
import { RelensError } from '../errors.js';
import type { ColourTags } from '../frame/colour.js';
import type { FrameSize } from '../frame/frame.js';
import { convertFilter, readColours } from './colour.js';
import { ending, reason } from './failure.js';
import type { Ffmpeg } from './find.js';
import { run } from './process.js';

export interface RawPicture extends FrameSize {
  readonly pixelFormat: 'yuv420p' | 'gray' | 'rgb24';
  readonly data: Uint8Array;
  /** Of yuv420p. */
  readonly colour?: ColourTags;
}

const CODECS = {
  png: ['-c:v', 'png'],
  jpeg: ['-c:v', 'mjpeg', '-q:v', '2', '-pix_fmt', 'yuvj420p'],
} as const;

/** PNG holds colours, and no samples that would have to be read. */
function readFilter(colour: ColourTags, codec: keyof typeof CODECS): string {
  return codec === 'jpeg' ? convertFilter(colour, 'pc') : readColours(colour);
}

/** @throws RelensError FFMPEG_FAILED */
export async function stillImage(
  ffmpeg: Ffmpeg,
  { width, height, pixelFormat, data, colour = {} }: RawPicture,
  codec: keyof typeof CODECS,
): Promise<Buffer> {
  const { exit, stdout, stderr } = await run(
    ffmpeg.ffmpeg,
    [
      ...['-hide_banner', '-loglevel', 'error', '-f', 'rawvideo', '-pix_fmt', pixelFormat],
      ...['-video_size', `${width}x${height}`, '-i', 'pipe:0', '-frames:v', '1'],
      ...(pixelFormat === 'yuv420p' ? ['-vf', readFilter(colour, codec)] : []),
      ...[...CODECS[codec], '-f', 'image2pipe', 'pipe:1'],
    ],
    { input: data },
  );
  if (exit.code === 0 && stdout.length > 0) return stdout;
  throw new RelensError(
    'FFMPEG_FAILED',
    `ffmpeg, which writes a still image, ${ending(exit)} (${reason(stderr)})`,
  );
}
