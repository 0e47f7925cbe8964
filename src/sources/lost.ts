/** Says in words what a damaged file did not give. */
import type { DecodeReport } from '../ffmpeg/file-info.js';
import type { DecodeOutcome } from '../ffmpeg/decode.js';
import { ending, reason } from '../ffmpeg/failure.js';

export interface Expected {
  /** By the container's own count; undefined when it has none, or only a part is read. */
  readonly frames?: number;
  /** µs from the first frame's clock; undefined when it cannot be known. */
  readonly duration?: number;
  /** µs */
  readonly frameDuration: number;
}

export const NOTHING_DECODED: DecodeReport = { frames: 0, errorLines: 0, lost: [] };

export function decodeReport(outcome: DecodeOutcome, expected: Expected): DecodeReport {
  const { frames, lastTimestamp, stderr, exit } = outcome;
  const lost: string[] = [];
  const end = lastTimestamp + expected.frameDuration;
  const early =
    expected.duration !== undefined &&
    expected.duration - end > Math.max(2 * expected.frameDuration, 100_000);
  const missing = Math.max(0, (expected.frames ?? frames) - frames);
  // A count alone proves nothing: an edit list may hide frames on purpose.
  if (missing > 0 && (early || stderr.count > 0)) {
    lost.push(`${missing} of ${expected.frames ?? 0} frames could not be decoded`);
  }
  if (early) {
    const [came, said] = [end, expected.duration ?? 0].map((us) => (us / 1e6).toFixed(2));
    lost.push(`the pictures end at ${came ?? ''} s, though the file says ${said ?? ''} s`);
  }
  if (stderr.count > 0) {
    const errors = stderr.count === 1 ? 'error' : 'errors';
    lost.push(`${stderr.count} decoding ${errors}, the first: ${reason(stderr)}`);
  }
  if (exit.code !== 0) lost.push(`the decoder ${ending(exit)} after ${frames} frames`);
  return { frames, errorLines: stderr.count, lost };
}
