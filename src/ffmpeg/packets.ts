/** Hashes the coded pictures of a file, without decoding them. */
import { createInterface } from 'node:readline';
import { LOCAL_ONLY } from './args.js';
import { ending, reason } from './failure.js';
import type { Ffmpeg } from './find.js';
import { start } from './process.js';

/** Pictures that a codec may send before one that is shown earlier: more than any codec does. */
const REORDER = 64;

/**
 * SHA-256 of each packet of the first video stream, in the order in which they are shown. Aborting
 * the signal ends it.
 */
export async function* packetHashes(
  ffmpeg: Ffmpeg,
  path: string,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  const child = start({
    command: ffmpeg.ffmpeg,
    args: [
      ...['-nostdin', '-hide_banner', '-loglevel', 'error', '-copyts', ...LOCAL_ONLY],
      ...['-i', `file:${path}`, '-map', '0:v:0', '-c', 'copy'],
      ...['-f', 'framehash', '-hash', 'sha256', 'pipe:1'],
    ],
    stdout: 'pipe',
  });
  const stop = () => child.kill();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    if (child.stdout === null) throw new Error('ffmpeg without stdout');
    const waiting: { pts: number; hash: string }[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      const [, , pts, , , hash] = line.split(',').map((field) => field.trim());
      if (line.startsWith('#') || hash === undefined) continue;
      const packet = { pts: Number(pts), hash };
      let at = waiting.length;
      while (at > 0 && (waiting[at - 1]?.pts ?? 0) > packet.pts) at--;
      waiting.splice(at, 0, packet);
      if (waiting.length > REORDER) yield waiting.shift()?.hash ?? '';
    }
    for (const { hash } of waiting) yield hash;
    const exit = await child.exited;
    if (exit.code !== 0) {
      throw new Error(`ffmpeg could not list ${path}: ${ending(exit)} (${reason(child.stderr)})`);
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    child.kill();
  }
}
