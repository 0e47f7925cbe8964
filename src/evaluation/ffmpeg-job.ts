/** One run of ffmpeg from file to file. */
import { RelensError } from '../errors.js';
import type { Ffmpeg } from '../ffmpeg/find.js';
import { start } from '../ffmpeg/process.js';

/**
 * @param what for the error message: what could not be done
 * @throws RelensError FFMPEG_FAILED with ffmpeg's own last line, or ABORTED
 */
export async function runFfmpeg(
  ffmpeg: Ffmpeg,
  args: readonly string[],
  what: string,
  signal: AbortSignal,
): Promise<void> {
  throwIfAborted(signal);
  const child = start({
    command: ffmpeg.ffmpeg,
    args: ['-hide_banner', '-nostdin', '-v', 'error', '-y', ...args],
  });
  const kill = () => child.kill();
  signal.addEventListener('abort', kill, { once: true });
  const exit = await child.exited;
  signal.removeEventListener('abort', kill);
  throwIfAborted(signal);
  if (exit.code !== 0) {
    const why = exit.error?.message ?? child.stderr.lines.at(-1) ?? `exit code ${exit.code}`;
    throw new RelensError('FFMPEG_FAILED', `ffmpeg could not ${what}: ${why}`);
  }
}

/** @throws RelensError ABORTED */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new RelensError('ABORTED', 'the evaluation was stopped');
}
