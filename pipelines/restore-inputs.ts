/** Turns what the user named (files, folders, globs, image sequences) into single restore jobs. */
import { mkdir, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { RelensError } from '../src/errors.js';
import { isEvidence } from '../src/evidence/names.js';
import { isImage, isPattern } from '../src/sources/images.js';

/** One input and the file its restoration goes to. */
export interface RestoreJob {
  readonly input: string;
  readonly output: string;
}

interface Found {
  readonly path: string;
  /** Name below the output folder, in the system's notation. */
  readonly name: string;
  readonly kind: 'file' | 'image' | 'sequence';
}

const VIDEOS = words(
  'mp4 m4v mov mkv webm avi ts m2ts mts mpg mpeg vob flv wmv asf 3gp ogv mxf nut y4m ' +
    'h264 264 avc h265 265 hevc mjpeg mjpg',
);
/** Containers that hold every timestamp and track that Relens writes; the rest become Matroska. */
const CONTAINERS = words('mp4 m4v mov mkv webm ts m2ts mts');
const SEQUENCE = /%(0\d+)?d/;

function words(line: string): ReadonlySet<string> {
  return new Set(line.split(' ').map((word) => `.${word}`));
}

const isVideo = (path: string) => VIDEOS.has(extname(path).toLowerCase());

/**
 * One job an input file or image sequence, in a stable order. A single file or sequence goes to
 * `output` itself, unless that is a folder; everything else goes below the folder `output`.
 * @throws RelensError when an input is missing, an output would overwrite an input, or two outputs
 *   would have the same name.
 */
export async function planJobs(
  inputs: readonly string[],
  output: string,
  lossless: boolean,
): Promise<RestoreJob[]> {
  const found: Found[] = [];
  for (const input of inputs) found.push(...(await find(input, resolve(output))));
  if (found.filter(({ kind }) => kind === 'image').length > 1) {
    throw new RelensError(
      'USAGE',
      'several single images are not a video: name their folder, or a pattern such as dir/%04d.png',
    );
  }
  const [only] = found;
  const single =
    inputs.length === 1 && only !== undefined && resolve(only.path) === resolve(inputs[0] ?? '');
  const intoFolder = !single || /[\\/]$/.test(output) || (await kindOf(output)) === 'folder';
  const jobs = found.map((item) => ({
    input: item.path,
    output: intoFolder ? join(output, outputName(item, lossless)) : output,
  }));
  await refuseClashes(jobs);
  return jobs;
}

/** The paths of all inputs, in a stable order. @throws RelensError INPUT_NOT_FOUND */
export async function findInputs(inputs: readonly string[]): Promise<string[]> {
  const found: Found[] = [];
  for (const input of inputs) found.push(...(await find(input, '')));
  return found.map(({ path }) => path);
}

/** Makes the folder a job writes to. */
export async function makeFolder(job: RestoreJob): Promise<void> {
  try {
    await mkdir(dirname(job.output), { recursive: true });
  } catch (cause) {
    const message = `the folder "${dirname(job.output)}" cannot be made: choose another --output`;
    throw new RelensError('OUTPUT_WRITE', message, { cause });
  }
}

async function find(input: string, output: string): Promise<Found[]> {
  const kind = await kindOf(input);
  if (kind === 'file') {
    return [{ path: input, name: basename(input), kind: isImage(input) ? 'image' : 'file' }];
  }
  if (kind === 'folder') {
    const found = await walk(input, input, output);
    if (found.length > 0) return found;
    throw new RelensError('INPUT_NOT_FOUND', `"${input}": no videos or images in this folder`);
  }
  if (isPattern(input) && (await kindOf(dirname(input))) === 'folder') {
    return [{ path: input, name: sequenceName(input), kind: 'sequence' }];
  }
  if (isDynamicPattern(input)) {
    const pattern = sep === '\\' ? input.replaceAll('\\', '/') : input;
    const found = await glob(pattern, { absolute: isAbsolute(input), expandDirectories: false });
    const files = found.sort();
    if (files.length === 0) throw new RelensError('INPUT_NOT_FOUND', `"${input}": no file matches`);
    const paths = files.map((file) => file.split('/').join(sep));
    return paths.map((path) => ({
      path,
      name: basename(path),
      kind: isImage(path) ? 'image' : 'file',
    }));
  }
  throw new RelensError('INPUT_NOT_FOUND', `"${input}": no such file or folder`);
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  const entry = await stat(path).catch(() => undefined);
  return entry === undefined ? undefined : entry.isDirectory() ? 'folder' : 'file';
}

/** Videos below `folder`; a folder of nothing but images is one sequence. Leaves `output` out. */
async function walk(folder: string, top: string, output: string): Promise<Found[]> {
  if (resolve(folder) === output) return [];
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  const found: Found[] = [];
  const images: string[] = [];
  for (const name of names) {
    const path = join(folder, name);
    if ((await kindOf(path)) === 'folder') found.push(...(await walk(path, top, output)));
    else if (isVideo(name) && !isEvidence(name))
      found.push({ path, name: relative(top, path), kind: 'file' });
    else if (isImage(name)) images.push(path);
  }
  if (images.length === 0 || found.some((item) => dirname(item.path) === folder)) return found;
  const name = relative(top, folder) || basename(resolve(folder));
  return [{ path: folder, name, kind: 'sequence' }, ...found];
}

/** `dir/cam-%04d.png` → `cam`; `dir/%04d.png` → `dir`. */
function sequenceName(pattern: string): string {
  const bare = basename(pattern, extname(pattern)).replace(SEQUENCE, '');
  return bare.replace(/^[-_. ]+|[-_. ]+$/g, '') || basename(resolve(dirname(pattern)));
}

function outputName({ name, kind }: Found, lossless: boolean): string {
  if (kind === 'sequence') return `${name}.mkv`;
  const ending = extname(name);
  return !lossless && CONTAINERS.has(ending.toLowerCase())
    ? name
    : `${name.slice(0, name.length - ending.length)}.mkv`;
}

async function refuseClashes(jobs: readonly RestoreJob[]): Promise<void> {
  const sources = new Map<string, string>();
  for (const { input } of jobs) {
    sources.set(await identity(input), input);
    if (SEQUENCE.test(basename(input))) sources.set(await identity(dirname(input)), input);
  }
  const taken = new Map<string, string>();
  for (const { input, output } of jobs) {
    // A sequence is written into its folder, so the folder stands for its files.
    const target = SEQUENCE.test(basename(output)) ? dirname(output) : output;
    const source = sources.get(await identity(target));
    if (source !== undefined) {
      const message = `"${output}" would overwrite the input "${source}": choose another --output`;
      throw new RelensError('OUTPUT_EXISTS', message);
    }
    const key = await identity(output);
    const other = taken.get(key);
    if (other !== undefined) {
      const message = `"${other}" and "${input}" would both be written to "${output}": restore them in two runs`;
      throw new RelensError('USAGE', message);
    }
    taken.set(key, input);
  }
}

/** The same for two names of one file: through links, and through case where it does not count. */
async function identity(path: string): Promise<string> {
  const entry = await stat(path, { bigint: true }).catch(() => undefined);
  if (entry !== undefined && entry.ino !== 0n) return `${entry.dev}:${entry.ino}`;
  const folder = await realpath(dirname(path)).catch(() => resolve(dirname(path)));
  const whole = join(folder, basename(path));
  return process.platform === 'linux' ? whole : whole.toLowerCase();
}
