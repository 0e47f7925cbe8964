/** Reads the grey pictures of a video one by one, as bytes. */
import { LOCAL_ONLY } from './args.js';
import { ByteReader } from './byte-reader.js';
import { ending, reason } from './failure.js';
import type { Ffmpeg } from './find.js';
import { start } from './process.js';

/** @param bytes of one picture. Aborting the signal ends it. */
export async function* greyPictures(
  ffmpeg: Ffmpeg,
  path: string,
  bytes: number,
  passthrough: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const child = start({
    command: ffmpeg.ffmpeg,
    args: [
      ...['-nostdin', '-hide_banner', '-loglevel', 'error', ...LOCAL_ONLY],
      // A damaged picture is left out rather than concealed by the one before it.
      ...['-err_detect', 'crccheck+explode', '-i', `file:${path}`, '-map', '0:v:0', ...passthrough],
      ...['-f', 'rawvideo', '-pix_fmt', 'gray', 'pipe:1'],
    ],
    stdout: 'pipe',
  });
  const stop = () => child.kill();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    if (child.stdout === null) throw new Error('ffmpeg without stdout');
    const reader = new ByteReader(child.stdout);
    for (;;) {
      const picture = await reader.take(bytes);
      if (picture === undefined) break;
      yield picture;
    }
    const exit = await child.exited;
    if (exit.code !== 0) {
      throw new Error(`ffmpeg could not read ${path}: ${ending(exit)} (${reason(child.stderr)})`);
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    child.kill();
  }
}
