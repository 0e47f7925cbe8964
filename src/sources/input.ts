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
  const file = await probeFile(ffmpeg, path, probed.url, {
    inputArgs: probed.args,
    ...(probed.stdin === undefined ? {} : { input: probed.stdin }),
  });
  if (file.format.split(',').some((name) => LETTERS.has(name))) {
    throw new RelensError('INPUT_NOT_VIDEO', `${path} is a text, not a video`);
  }
  const { video } = file;
  if (video === undefined) {
    const holds = file.audio.length > 0 ? 'only sound' : 'nothing that can be shown';
    throw new RelensError('INPUT_NOT_VIDEO', `${path} has no video stream: it holds ${holds}`);
  }
  if (video.width === 0 || video.height === 0 || video.pixelFormat === 'unknown') {
    throw new RelensError(
      'INPUT_NOT_VIDEO',
      `${path}: its video stream (${video.codec}) holds no picture that can be decoded`,
    );
  }
  return { input, file, video };
}
