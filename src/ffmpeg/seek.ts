/** How to begin reading a file in its middle without missing anything. */
import { clockOrigin, type ProbedFile } from './probe.js';

/** Containers with an index of their key frames. */
const INDEXED = new Set(['mov', 'matroska', 'avi', 'mp4', 'webm']);

/**
 * Where there is no index, ffmpeg lands near the time asked for and the decoder waits for the next
 * key frame. Cameras send one every minute at the least.
 */
const KEY_FRAME_SECONDS = 60;

export interface Seek {
  /** Input options; reading begins at the start or before. */
  readonly args: readonly string[];
  /** Seconds; where the file's clock begins. */
  readonly origin: number;
}

/** @param start seconds from the start of the file; what comes before has still to be cut off */
export function seek(file: ProbedFile, start: number): Seek {
  const indexed = file.format.split(',').some((name) => INDEXED.has(name));
  const from = Math.max(0, start - (indexed ? 0 : KEY_FRAME_SECONDS));
  const origin = clockOrigin(file) / 1e6;
  return { args: from === 0 ? [] : ['-ss', String(from)], origin };
}
