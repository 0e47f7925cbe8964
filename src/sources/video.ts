/** Video files as inputs: MP4, MKV, AVI, TS, raw streams, whatever ffmpeg reads. */
import { stat } from 'node:fs/promises';
import { RelensError } from '../errors.js';
import { LOCAL_ONLY } from '../ffmpeg/args.js';
import { asRational } from '../ffmpeg/probe.js';
import type { FileSpec } from './file-source.js';
import { probeInput, type Input, type ProbedInput } from './input.js';

/** Containers without timestamps: ffmpeg would invent 25 frames a second. */
const TIMELESS = new Set(['h264', 'hevc', 'mjpeg', 'm4v', 'obu', 'cavsvideo', 'vvc', 'evc']);
/** Short MJPEG is taken for a pipe of images (`jpeg_pipe`). */
const isTimeless = (format: string) => TIMELESS.has(format) || format.endsWith('_pipe');

/** @throws RelensError INPUT_NOT_VIDEO, INPUT_NEEDS_RATE */
export async function probeVideo(spec: FileSpec): Promise<ProbedInput> {
  const { ffmpeg, path, frameRate } = spec;
  if ((await stat(path)).size === 0) {
    throw new RelensError('INPUT_NOT_VIDEO', `${path} is empty: nothing was ever recorded in it`);
  }
  const input: Input = { args: LOCAL_ONLY, url: `file:${path}` };
  const probed = await probeInput(ffmpeg, path, input);
  const timeless = probed.file.format.split(',').find(isTimeless);
  if (timeless === undefined) return probed;
  if (frameRate === undefined) {
    throw new RelensError(
      'INPUT_NEEDS_RATE',
      `${path} is a raw ${timeless} stream without timestamps: ` +
        'give its frames a second with --fps N',
    );
  }
  return { ...probed, input: { ...input, rate: asRational(frameRate) } };
}
