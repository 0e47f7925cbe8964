/** Encodes a picture stream for viewers that know no H.264: JPEG images, or MPEG-1 for JSMpeg. */
import { fromEvent, map, merge, from, type Observable } from 'rxjs';
import { RelensError } from '../errors.js';
import type { ColourTags } from '../frame/colour.js';
import type { FrameSize } from '../frame/frame.js';
import { passthrough } from './abilities.js';
import { convertFilter } from './colour.js';
import { ending, reason } from './failure.js';
import type { Ffmpeg } from './find.js';
import { start } from './process.js';

export type ViewCodec = 'jpeg' | 'mpeg1';

export interface ViewEncoder {
  /**
   * What comes out: multipart JPEG with lengths (see multipart-jpeg.ts), or an MPEG transport
   * stream. Errors with FFMPEG_FAILED when the child ends; subscribe once.
   */
  readonly output$: Observable<Buffer>;
  /** One yuv420p picture in parts; resolves when they may be changed again. */
  write(parts: readonly Uint8Array[]): Promise<void>;
  kill(): void;
}

/** MPEG-1 knows few frame rates; whoever feeds it repeats pictures to keep this one. */
export const MPEG1_FPS = 25;

const CODECS: Record<ViewCodec, readonly string[]> = {
  jpeg: ['-c:v', 'mjpeg', '-q:v', '4', '-pix_fmt', 'yuvj420p', '-threads', '1', '-f', 'mpjpeg'],
  mpeg1: [
    ...['-c:v', 'mpeg1video', '-q:v', '6', '-bf', '0', '-g', String(Math.floor(MPEG1_FPS / 2))],
    ...['-threads', '1', '-f', 'mpegts', '-muxdelay', '0', '-muxpreload', '0'],
  ],
};

export async function startViewEncoder(
  ffmpeg: Ffmpeg,
  codec: ViewCodec,
  size: FrameSize,
  colour: ColourTags,
): Promise<ViewEncoder> {
  const child = start({
    command: ffmpeg.ffmpeg,
    args: [
      ...['-nostdin', '-hide_banner', '-loglevel', 'error', '-fflags', 'nobuffer'],
      ...['-probesize', '32', '-analyzeduration', '0', '-f', 'rawvideo', '-pix_fmt', 'yuv420p'],
      ...['-video_size', `${size.width}x${size.height}`, '-framerate', String(MPEG1_FPS)],
      ...['-i', 'pipe:0', '-vf', convertFilter(colour, codec === 'jpeg' ? 'pc' : 'tv')],
      ...[...(await passthrough(ffmpeg)), ...CODECS[codec]],
      ...['-flush_packets', '1', 'pipe:1'],
    ],
    stdin: 'pipe',
    stdout: 'pipe',
  });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('a pipe that was asked for is missing');
  const ended$ = from(child.exited).pipe(
    map((exit): never => {
      const why = `${ending(exit)} (${reason(child.stderr)})`;
      throw new RelensError('FFMPEG_FAILED', `ffmpeg, which encodes ${codec} for viewers, ${why}`);
    }),
  );
  return {
    output$: merge(fromEvent(stdout, 'data').pipe(map((chunk) => chunk as Buffer)), ended$),
    write: (parts) =>
      new Promise((resolve) => {
        if (!stdin.writable) {
          resolve();
          return;
        }
        stdin.cork();
        const last = parts.length - 1;
        // How the child ended is told by `output$`.
        parts.forEach((part, i) => stdin.write(part, i === last ? () => resolve() : undefined));
        stdin.uncork();
      }),
    kill: () => child.kill(),
  };
}
