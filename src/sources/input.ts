/** An input as ffmpeg is told of it, probed. */
import { RelensError } from '../errors.js';
import type { Ffmpeg } from '../ffmpeg/find.js';
import { probeFile, type ProbedFile, type Rational, type VideoStream } from '../ffmpeg/probe.js';

export interface Input {
  /** Before `-i`. */
  readonly args: readonly string[];
  readonly url: string;
  readonly stdin?: Uint8Array;
  /** Frames a second where the input has no timestamps of its own. */
  readonly rate?: Rational;
  /** As counted beforehand. */
  readonly frames?: number;
}

export interface ProbedInput {
  readonly input: Input;
  readonly file: ProbedFile;
  /** The one to restore. */
  readonly video: VideoStream;
}

/** Text files that ffmpeg takes for pictures made of letters. */
const LETTERS = new Set(['tty', 'bin', 'xbin', 'adf', 'idf']);

const LONG_LOOK = ['-probesize', '200M', '-analyzeduration', '60M'];

/**
 * @param path as errors name it
 * @param probed what to look at in the place of `input`, when that is long
 * @throws RelensError INPUT_NOT_VIDEO
 */
export async function probeInput(
  ffmpeg: Ffmpeg,
  path: string,
  input: Input,
  probed: Input = input,
): Promise<ProbedInput> {
  let file = await look(ffmpeg, path, probed, []);
  // A recording cut out of a stream may show its first key frame late.
  if (file.video !== undefined && !isShown(file.video)) {
    file = await look(ffmpeg, path, probed, LONG_LOOK);
  }
  if (file.format.split(',').some((name) => LETTERS.has(name))) {
    throw new RelensError('INPUT_NOT_VIDEO', `${path} is a text, not a video`);
  }
  const { video } = file;
  if (video === undefined) {
    const holds = file.audio.length > 0 ? 'only sound' : 'nothing that can be shown';
    throw new RelensError('INPUT_NOT_VIDEO', `${path} has no video stream: it holds ${holds}`);
  }
  if (!isShown(video)) {
    throw new RelensError(
      'INPUT_NOT_VIDEO',
      `${path}: its video stream (${video.codec}) holds no picture that can be decoded`,
    );
  }
  return { input, file, video };
}

function look(ffmpeg: Ffmpeg, path: string, { args, url, stdin }: Input, more: readonly string[]) {
  const input = stdin === undefined ? {} : { input: stdin };
  return probeFile(ffmpeg, path, url, { inputArgs: [...args, ...more], ...input });
}

const isShown = ({ width, height, pixelFormat }: VideoStream) =>
  width > 0 && height > 0 && pixelFormat !== 'unknown';
