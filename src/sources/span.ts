/** Which part of a file is read, and how much of it is to be expected. */
import { RelensError } from '../errors.js';
import type { Rational } from '../ffmpeg/probe.js';
import { seek } from '../ffmpeg/seek.js';
import type { FileSpec } from './file-source.js';
import type { ProbedInput } from './input.js';
import type { Expected } from './lost.js';

export interface Span {
  /** ffmpeg's input options. */
  readonly args: readonly string[];
  /** In front of all other filters. */
  readonly filters: readonly string[];
  /** What decoding is measured against. */
  readonly expected: Expected;
  /** About how many frames will come; undefined when it cannot be known. */
  readonly frames?: number;
}

/** @throws RelensError USAGE */
export function planSpan(spec: FileSpec, probed: ProbedInput, rate: Rational): Span {
  const { start, end } = spec;
  if (end !== undefined && end <= (start ?? 0)) {
    throw new RelensError('USAGE', `--end ${end} is not after --start ${start ?? 0}`);
  }
  const perSecond = rate[0] / rate[1];
  const whole = wholeFile(probed, perSecond);
  if (start === undefined && end === undefined) return whole;
  const expected: Expected = { frameDuration: 1e6 / perSecond };
  const from = Math.round((start ?? 0) * perSecond);
  const to = Math.min(whole.frames ?? Infinity, Math.round((end ?? Infinity) * perSecond));
  const frames = Number.isFinite(to) ? { frames: Math.max(0, to - from) } : {};
  if (probed.input.rate !== undefined) {
    // Without a clock nothing can be sought: the frames are counted.
    const last = end === undefined ? '' : `:end_frame=${Math.round(end * perSecond)}`;
    return { args: [], filters: [`trim=start_frame=${from}${last}`], expected, ...frames };
  }
  const { args, origin } = seek(probed.file, start ?? 0);
  const [first, last] = [start, end].map((s) => (origin + (s ?? 0)).toFixed(6));
  const until = end === undefined ? '' : `:end=${last ?? ''}`;
  const filters = [`trim=start=${first ?? ''}${until}`];
  return { args: [...args, '-noaccurate_seek'], filters, expected, ...frames };
}

function wholeFile({ input, file, video }: ProbedInput, perSecond: number): Span {
  const counted = input.frames ?? video.frames;
  const timed = input.rate === undefined ? (video.duration ?? file.duration) : undefined;
  const frames = counted ?? (timed && Math.round((timed / 1e6) * perSecond));
  // A container's duration is that of its longest track: it says little of the pictures.
  const alone = file.audio.length + file.subtitles.length === 0;
  const duration = video.duration ?? (alone ? timed : undefined);
  return {
    args: [],
    filters: [],
    expected: {
      frameDuration: 1e6 / perSecond,
      ...(counted === undefined ? {} : { frames: counted }),
      ...(duration === undefined || input.rate !== undefined ? {} : { duration }),
    },
    ...(frames === undefined ? {} : { frames }),
  };
}
