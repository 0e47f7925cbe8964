/** Images as an input: a folder of them, a pattern such as `dir/%04d.png`, or a single one. */
import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { RelensError } from '../errors.js';
import { LOCAL_ONLY } from '../ffmpeg/args.js';
import { asRational } from '../ffmpeg/probe.js';
import type { FileSpec } from './file-source.js';
import { probeInput, type Input, type ProbedInput } from './input.js';

const EXTENSIONS = new Set(
  ['png', 'jpg', 'jpeg', 'bmp', 'tif', 'tiff', 'webp', 'pgm', 'ppm', 'pnm'].map((e) => `.${e}`),
);
const NUMBER = /%(?:0(\d+))?d/;
/** Frames a second when the user names none. */
const DEFAULT_RATE = 25;

export const isImage = (path: string) => EXTENSIONS.has(extname(path).toLowerCase());
export const isPattern = (path: string) => NUMBER.test(basename(path)) && isImage(path);

/** The images in natural order: 2 before 10. Sizes that differ are scaled to the first one's. */
export async function probeImages(spec: FileSpec): Promise<ProbedInput> {
  const files = await imagesOf(spec.path);
  const [first] = files;
  if (first === undefined) {
    throw new RelensError('INPUT_NOT_FOUND', `${spec.path}: no image there (${kinds()})`);
  }
  const rate = asRational(spec.frameRate ?? DEFAULT_RATE);
  const list = (paths: readonly string[]): Input => ({
    args: ['-f', 'concat', '-safe', '0', ...LOCAL_ONLY],
    url: 'pipe:0',
    stdin: Buffer.from(concatList(paths, rate[1] / rate[0])),
    rate,
    frames: files.length,
  });
  return probeInput(spec.ffmpeg, spec.path, list(files), list([first]));
}

/** Absolute paths; empty when there is none. */
export async function imagesOf(path: string): Promise<string[]> {
  if (!isPattern(path)) {
    if (isImage(path)) return [resolve(path)];
    return inOrder(path, await namesIn(path), isImage);
  }
  const folder = dirname(path);
  const [before = '', digits, after = ''] = basename(path).split(NUMBER);
  const width = digits === undefined ? '+' : `{${digits},}`;
  const matching = new RegExp(`^${literal(before)}\\d${width}${literal(after)}$`);
  return inOrder(folder, await namesIn(folder), (name) => matching.test(name));
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    throw new RelensError('INPUT_NOT_FOUND', `${folder}: no such folder`, { cause });
  }
}

function inOrder(folder: string, names: string[], take: (name: string) => boolean): string[] {
  const { compare } = new Intl.Collator('en', { numeric: true });
  return names
    .filter(take)
    .sort(compare)
    .map((name) => resolve(join(folder, name)));
}

/** ffmpeg's list format; single quotes are closed, escaped and opened again. */
function concatList(paths: readonly string[], seconds: number): string {
  const entries = paths.map(
    (path) => `file 'file:${path.replaceAll("'", "'\\''")}'\nduration ${seconds.toFixed(6)}\n`,
  );
  return `ffconcat version 1.0\n${entries.join('')}`;
}

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const kinds = () => [...EXTENSIONS].map((extension) => extension.slice(1)).join(', ');
