/** Finds the ffmpeg and ffprobe to use: the option, then RELENS_FFMPEG, then the PATH. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { RelensError } from '../errors.js';
import { run } from './process.js';

export interface Ffmpeg {
  /** Absolute paths. */
  readonly ffmpeg: string;
  readonly ffprobe: string;
  /** As it names itself, for example `5.1.6-0+deb12u1`. */
  readonly version: string;
  readonly from: 'option' | 'RELENS_FFMPEG' | 'PATH';
}

const SETUP = 'run `npm run setup` to install ffmpeg, or name one with --ffmpeg or RELENS_FFMPEG';
const SUFFIX = process.platform === 'win32' ? '.exe' : '';

/**
 * @param option path of the binary, when the user names one
 * @throws RelensError FFMPEG_NOT_FOUND
 */
export async function findFfmpeg(option?: string): Promise<Ffmpeg> {
  const { path, from } = await findBinary(option);
  const { exit, stdout, stderr } = await run(path, ['-hide_banner', '-version']);
  const version = /^ffmpeg version (\S+)/m.exec(stdout.toString())?.[1];
  if (exit.code !== 0 || version === undefined) {
    const why = exit.error?.message ?? stderr.lines[0] ?? 'its -version names no ffmpeg';
    throw new RelensError('FFMPEG_NOT_FOUND', `${path} does not run as ffmpeg (${why}): ${SETUP}`);
  }
  const beside = join(dirname(path), `ffprobe${SUFFIX}`);
  const ffprobe = (await isProgram(beside)) ? beside : await onPath('ffprobe');
  if (ffprobe === undefined) {
    throw new RelensError(
      'FFMPEG_NOT_FOUND',
      `ffprobe is neither beside ${path} nor on the PATH: ${SETUP}`,
    );
  }
  return { ffmpeg: path, ffprobe, version, from };
}

async function findBinary(option?: string): Promise<{ path: string; from: Ffmpeg['from'] }> {
  const fromEnvironment = process.env['RELENS_FFMPEG'];
  const named: readonly [Ffmpeg['from'], string | undefined][] = [
    ['option', option],
    ['RELENS_FFMPEG', fromEnvironment === '' ? undefined : fromEnvironment],
  ];
  for (const [from, name] of named) {
    if (name === undefined) continue;
    const path = /[\\/]/.test(name) ? resolve(name) : ((await onPath(name)) ?? resolve(name));
    if (await isProgram(path)) return { path, from };
    const what = from === 'option' ? 'the ffmpeg option' : from;
    throw new RelensError(
      'FFMPEG_NOT_FOUND',
      `${what} names ${name}, which is not a program: ${SETUP}`,
    );
  }
  const path = await onPath('ffmpeg');
  if (path === undefined) {
    throw new RelensError('FFMPEG_NOT_FOUND', `no ffmpeg on the PATH: ${SETUP}`);
  }
  return { path, from: 'PATH' };
}

async function onPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (folder === '') continue;
    const path = resolve(folder, name.endsWith(SUFFIX) ? name : name + SUFFIX);
    if (await isProgram(path)) return path;
  }
  return undefined;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
