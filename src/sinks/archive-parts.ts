/** An archive's output in parts: how each part is encoded, and how all become the final file. */
import { mkdirSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { concat, defer, ignoreElements, type Observable } from 'rxjs';
import { passthrough } from '../ffmpeg/abilities.js';
import type { EncodeJob } from '../ffmpeg/encode.js';
import { joinParts, PART_FORMAT } from '../ffmpeg/join.js';
import type { FrameSize } from '../frame/frame.js';
import {
  imagePaths,
  imagesJob,
  imagesTarget,
  isImageOutput,
  moveAll,
  refuseStrangers,
} from './images.js';
import { refuseVideoOptions } from './index.js';
import { checkFolder, temporaryBeside } from './temporary.js';
import { planVideo, type VideoFileSpec } from './video-file.js';

export interface ArchiveParts {
  /** ffmpeg's name of the encoder. */
  readonly encoder: string;
  /** What could not be kept as it was, in words. */
  readonly notes: readonly string[];
  /** One part, written into the folder of the file `path`, or into it itself. */
  encode(path: string, first: number): EncodeJob;
  /** False for images: they need no joining, and no part leaves a file of its own. */
  readonly joins: boolean;
  /** Where a part lies that `encode` was given: what a crash must not take. */
  files(path: string, first: number, frames: number): readonly string[];
  /**
   * Cold; makes the final output of the parts that `encode` was given, and completes; done again, it
   * goes on.
   */
  publish(paths: readonly string[], folder: string, frames: number): Observable<never>;
}

/** @throws RelensError USAGE, OUTPUT_WRITE, CODEC_MISSING */
export async function planParts(spec: VideoFileSpec): Promise<ArchiveParts> {
  return isImageOutput(spec.path) ? imageParts(spec) : videoParts(spec);
}

async function videoParts(spec: VideoFileSpec): Promise<ArchiveParts> {
  const { base, coding, rest, encoder, notes } = await planVideo(spec);
  return {
    encoder,
    notes,
    joins: true,
    encode: (path) => ({ ...base, input: [], path, output: [...coding, ...PART_FORMAT] }),
    files: (path) => [path],
    publish: (parts) => {
      const { ffmpeg, input, colour } = base;
      const path = temporaryBeside(spec.path);
      const job = { ffmpeg, name: spec.path, path, parts, colour, input, output: rest };
      return concat(joinParts(job), defer(() => rename(path, spec.path)).pipe(ignoreElements()));
    },
  };
}

async function imageParts(spec: VideoFileSpec): Promise<ArchiveParts> {
  refuseVideoOptions(spec);
  const { folder: target, pattern, codec } = imagesTarget(spec.path);
  await checkFolder(target);
  await passthrough(spec.ffmpeg);
  const jobs = await imagesJob(spec, '', pattern, codec, 1);
  const within = (folder: string) => join(folder, 'images');
  return {
    encoder: codec.args[1] ?? '',
    notes: [],
    joins: false,
    encode: (path, first) => {
      const folder = within(dirname(path));
      mkdirSync(folder, { recursive: true });
      return { ...jobs, folder, output: [...jobs.output.slice(0, -1), String(first + 1)] };
    },
    files: (path, first, frames) =>
      imagePaths(join(within(dirname(path)), pattern), first + 1, frames),
    publish: (_parts, folder, frames) =>
      defer(async () => {
        await refuseStrangers(spec.path, frames);
        await moveAll(within(folder), target);
      }).pipe(ignoreElements()),
  };
}

/** How the provenance track is kept: grey FFV1, small since most of it is alike. */
export function cellsParts(
  { ffmpeg, info, path: name }: VideoFileSpec,
  size: FrameSize,
  passthroughArgs: readonly string[],
) {
  return {
    encode: (path: string): EncodeJob => ({
      ffmpeg,
      name,
      path,
      frame: size,
      picture: size,
      pixels: 'gray',
      timeBase: info.timeBase,
      colour: {},
      input: [],
      output: [...CELLS_CODING, ...PART_FORMAT],
      passthrough: passthroughArgs,
    }),
    publish: (parts: readonly string[], path: string): Observable<never> => {
      const temporary = temporaryBeside(path);
      const output = ['-f', 'matroska'];
      return concat(
        joinParts({ ffmpeg, name: path, path: temporary, parts, colour: {}, input: [], output }),
        defer(() => rename(temporary, path)).pipe(ignoreElements()),
      );
    },
  };
}

/** Golomb codes run fast over what is alike; a key frame every 50 lets a reader jump. */
const CELLS_CODING = [
  ...['-c:v', 'ffv1', '-level', '3', '-coder', '0', '-context', '0', '-g', '50'],
  ...['-slicecrc', '1', '-pix_fmt', 'gray'],
];
