/** Finds the clips to evaluate. */
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { RelensError } from '../errors.js';

const EXTENSIONS = ['.mp4', '.mkv', '.avi', '.mov', '.ts', '.webm', '.m4v', '.mpg'];

/**
 * The videos of a folder in order of their names, or the one file.
 * @throws RelensError INPUT_NOT_FOUND
 */
export async function listClips(path: string): Promise<string[]> {
  const entry = await stat(path).catch((cause: unknown) => {
    throw new RelensError('INPUT_NOT_FOUND', `${path}: no such file or folder`, { cause });
  });
  if (!entry.isDirectory()) return [path];
  const names = await readdir(path);
  const clips = names.filter((name) => EXTENSIONS.includes(extname(name).toLowerCase())).sort();
  if (clips.length > 0) return clips.map((name) => join(path, name));
  throw new RelensError(
    'INPUT_NOT_FOUND',
    `${path} holds no video; expected files ending in ${EXTENSIONS.join(', ')}`,
  );
}
