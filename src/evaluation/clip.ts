/** A clip on disk as raw planes, and the ways into and out of that form. */
import { concatMap, lastValueFrom, take } from 'rxjs';
import { RelensError } from '../errors.js';
import type { Ffmpeg } from '../ffmpeg/find.js';
import type { Rational } from '../ffmpeg/probe.js';
import { frameBytes, cellGrid, type FrameSize } from '../frame/frame.js';
import { FramePool } from '../frame/frame-pool.js';
import type { FileSource, FileSpec } from '../sources/file-source.js';
import { colourOf, type Colour } from './colour.js';
import { runFfmpeg, throwIfAborted } from './ffmpeg-job.js';
import { RawWriter } from './raw-file.js';

/** What all versions of one clip share. */
export interface ClipShape extends FrameSize {
  readonly frames: number;
  readonly rate: Rational;
  readonly colour: Colour;
}

/** yuv420p frames in a row at `path`, `frameBytes` each. */
export interface RawClip extends ClipShape {
  readonly path: string;
}

export type OpenFile = (spec: FileSpec) => Promise<FileSource>;

const SLOTS = 4;

/**
 * Decodes at most `frames` frames to raw planes; memory does not grow with the length.
 * @throws RelensError EVALUATION when the file gives no frame
 */
export async function decodeToRaw(
  openFile: OpenFile,
  spec: FileSpec,
  frames: number,
  path: string,
  signal: AbortSignal,
): Promise<RawClip> {
  throwIfAborted(signal);
  const source = await openFile(spec);
  const { width, height, rate, colour } = source.info;
  const pool = new FramePool(source.info, SLOTS);
  const writer = await RawWriter.create(path);
  try {
    const written$ = source.frames(pool).pipe(
      take(frames),
      concatMap(async (frame) => {
        try {
          throwIfAborted(signal);
          await writer.write(frame.data);
        } finally {
          frame.close();
        }
      }),
    );
    await lastValueFrom(written$, { defaultValue: undefined });
  } finally {
    pool.dispose();
    await writer.close();
  }
  if (writer.records === 0) {
    throw new RelensError('EVALUATION', `expected frames in ${spec.path}, but none was decoded`);
  }
  return { path, width, height, rate, frames: writer.records, colour: colourOf(colour) };
}

/** ffmpeg's input arguments for a raw clip. */
export function rawInput(clip: RawClip): string[] {
  return rawVideo('yuv420p', clip, clip.rate, clip.path);
}

/** ffmpeg's input arguments for raw masks `[rows, columns]` of a clip. */
export function rawMaskInput(path: string, clip: ClipShape): string[] {
  const { columns, rows } = cellGrid(clip);
  return rawVideo('gray', { width: columns, height: rows }, clip.rate, path);
}

function rawVideo(format: string, { width, height }: FrameSize, rate: Rational, path: string) {
  const size = `${width}x${height}`;
  return ['-f', 'rawvideo', '-pix_fmt', format, '-s', size, '-r', rate.join('/'), '-i', path];
}

/** ffmpeg's output arguments that say which colours a clip's code values mean. */
export function colourArgs({ colour }: ClipShape): string[] {
  const space = colour.kr < 0.25 ? 'bt709' : 'smpte170m';
  return ['-colorspace', space, '-color_range', colour.fullRange ? 'pc' : 'tv'];
}

/** FFV1 in Matroska: decodes to exactly these planes. */
export function encodeLossless(
  ffmpeg: Ffmpeg,
  clip: RawClip,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const args = [...rawInput(clip), '-c:v', 'ffv1', '-level', '3', ...colourArgs(clip)];
  return runFfmpeg(ffmpeg, [...args, '-f', 'matroska', path], `write ${path}`, signal);
}

/** A mask video of the clip's full size, white = damaged; FFV1 in Matroska. */
export function encodeMask(
  ffmpeg: Ffmpeg,
  rawMask: string,
  clip: ClipShape,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const scale = `scale=${clip.width}:${clip.height}:flags=neighbor`;
  const args = [...rawMaskInput(rawMask, clip), '-vf', scale, '-c:v', 'ffv1', '-level', '3'];
  return runFfmpeg(ffmpeg, [...args, '-f', 'matroska', path], `write ${path}`, signal);
}

/**
 * Decodes a file of known shape back to raw planes at its constant rate: a frame that the decoder
 * did not give is a repetition of the one before.
 */
export async function decodeAtRate(
  ffmpeg: Ffmpeg,
  file: string,
  shape: ClipShape,
  path: string,
  signal: AbortSignal,
): Promise<RawClip> {
  const filter = `fps=${shape.rate.join('/')},tpad=stop_mode=clone:stop=-1`;
  // One thread: what is put where packets were lost depends on how far other threads are.
  const args = [
    '-threads',
    '1',
    '-i',
    file,
    '-vf',
    filter,
    '-frames:v',
    String(shape.frames),
    '-pix_fmt',
    'yuv420p',
  ];
  await runFfmpeg(ffmpeg, [...args, '-f', 'rawvideo', path], `decode ${file}`, signal);
  return { ...shape, path };
}

export function bytesOf(size: FrameSize): { readonly frame: number; readonly mask: number } {
  const { columns, rows } = cellGrid(size);
  return { frame: frameBytes(size), mask: columns * rows };
}
