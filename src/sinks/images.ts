/** Writes restored frames as a sequence of PNG or JPEG images. */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { Observable, ObservableInput } from 'rxjs';
import { RelensError } from '../errors.js';
import { passthrough } from '../ffmpeg/abilities.js';
import type { EncodeJob } from '../ffmpeg/encode.js';
import type { FileInfo } from '../ffmpeg/file-info.js';
import type { Ffmpeg } from '../ffmpeg/find.js';
import type { Frame } from '../frame/frame.js';
import type { Sink, SinkReport } from '../frame/seams.js';
import { checkFolder, temporaryBeside } from './temporary.js';
import { writeAll } from './write-all.js';

export interface ImagesSpec {
  /** A pattern such as `dir/%06d.png`, or a folder, which means that pattern in it. */
  readonly path: string;
  readonly ffmpeg: Ffmpeg;
  readonly info: FileInfo;
}

export interface ImagesSink extends Sink {
  consume(frames: ObservableInput<Frame>): Observable<SinkReport>;
}

export interface ImageCodec {
  readonly args: readonly string[];
  readonly pixelFormat: string;
}

const JPEG: ImageCodec = { args: ['-c:v', 'mjpeg', '-q:v', '2'], pixelFormat: 'yuvj420p' };
export const IMAGE_CODECS: Readonly<Record<string, ImageCodec>> = {
  '.png': { args: ['-c:v', 'png'], pixelFormat: 'rgb24' },
  '.jpg': JPEG,
  '.jpeg': JPEG,
};

/** True for paths that this sink, rather than a video file, should write. */
export const isImageOutput = (path: string) => extname(path).toLowerCase() in IMAGE_CODECS;

/**
 * The images appear under their names only when all are written.
 * @throws RelensError (in the stream) USAGE, OUTPUT_WRITE, DISK_FULL, FFMPEG_FAILED
 */
export function images(spec: ImagesSpec): ImagesSink {
  return {
    policy: 'lossless',
    consume: (frames) =>
      writeAll(frames, async () => {
        const { folder, pattern, codec } = imagesTarget(spec.path);
        await checkFolder(folder);
        const temporary = temporaryBeside(folder);
        return {
          job: await imagesJob(spec, temporary, pattern, codec, 1),
          temporary,
          prepare: () => mkdirSync(temporary),
          publish: () => moveAll(temporary, folder),
          report: (count) => ({ frames: count, path: join(folder, pattern) }),
        };
      }),
  };
}

export function imagesTarget(path: string): {
  folder: string;
  pattern: string;
  codec: ImageCodec;
} {
  const codec = IMAGE_CODECS[extname(path).toLowerCase()];
  if (codec === undefined) {
    if (extname(path) === '') return imagesTarget(join(path, '%06d.png'));
    const known = Object.keys(IMAGE_CODECS).join(', ');
    throw new RelensError('USAGE', `${path}: images are written as ${known}`);
  }
  const pattern = basename(path);
  if (!/%0?\d*d/.test(pattern)) {
    throw new RelensError(
      'USAGE',
      `${path}: a sequence of images needs a number in its name, such as %06d${extname(path)}`,
    );
  }
  return { folder: resolve(dirname(path)), pattern, codec };
}

/** What evidence is named after: the file, or the folder of the images. */
export function outputBase(path: string): string {
  return isImageOutput(path) ? imagesTarget(path).folder : path;
}

/** SHA-256 of each image of a sequence that was written, in order. */
export async function* imageHashes(path: string, count: number): AsyncGenerator<string> {
  for (const image of imagePaths(path, 1, count)) {
    yield createHash('sha256')
      .update(await readFile(image))
      .digest('hex');
  }
}

/** Where the images of a sequence lie, from number `first` on. */
export function imagePaths(path: string, first: number, count: number): string[] {
  const { folder, pattern } = imagesTarget(path);
  return Array.from({ length: count }, (_, index) => {
    const name = pattern.replace(/%0?(\d*)d/, (_all, width: string) =>
      String(first + index).padStart(Number(width || 1), '0'),
    );
    return join(folder, name);
  });
}

/**
 * Images of the same names would be taken for frames of this recording.
 * @throws RelensError OUTPUT_EXISTS
 */
export async function refuseStrangers(path: string, frames: number): Promise<void> {
  const { folder, pattern } = imagesTarget(path);
  const own = new Set(imagePaths(path, 1, frames));
  const [before = '', after = ''] = pattern.split(/%0?\d*d/);
  const stranger = (await readdir(folder).catch(() => []))
    .filter((name) => name.startsWith(before) && name.endsWith(after))
    .filter((name) => /^\d+$/.test(name.slice(before.length, name.length - after.length)))
    .find((name) => !own.has(join(folder, name)));
  if (stranger === undefined) return;
  throw new RelensError(
    'OUTPUT_EXISTS',
    `"${join(folder, stranger)}" would be taken for one of the ${frames} restored images: move it ` +
      'elsewhere, then give the same command again; the frames are finished',
  );
}

/** @param first number of the first image */
export async function imagesJob(
  { ffmpeg, info, path }: ImagesSpec,
  folder: string,
  pattern: string,
  codec: ImageCodec,
  first: number,
): Promise<EncodeJob> {
  return {
    ffmpeg,
    name: path,
    folder,
    path: pattern,
    frame: { width: info.width, height: info.height },
    picture: { width: info.displayWidth, height: info.displayHeight },
    timeBase: info.timeBase,
    colour: info.colour,
    convertTo: codec.pixelFormat,
    input: [],
    output: [
      ...[...codec.args, '-pix_fmt', codec.pixelFormat, '-f', 'image2'],
      ...['-start_number', String(first)],
    ],
    passthrough: await passthrough(ffmpeg),
  };
}

/** Moves the images of a folder into another, which need not be there; what is moved stays so. */
export async function moveAll(from: string, to: string): Promise<void> {
  if ((await stat(from).catch(() => undefined)) === undefined) return;
  if ((await stat(to).catch(() => undefined)) === undefined) return rename(from, to);
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) await rename(join(from, name), join(to, name));
}
