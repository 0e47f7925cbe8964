/** Where an output is written until it is complete: beside its final name, so that a rename does. */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { RelensError } from '../errors.js';

/** Absolute, hidden, with the same extension: `.clip.part-1a2b3c4d.mp4`. */
export function temporaryBeside(path: string): string {
  const extension = extname(path);
  const name = basename(path, extension);
  const mark = randomBytes(4).toString('hex');
  return join(dirname(resolve(path)), `.${name}.part-${mark}${extension}`);
}

/** @throws RelensError OUTPUT_WRITE, when nothing can be written beside `path` */
export async function checkFolder(path: string): Promise<void> {
  const folder = dirname(resolve(path));
  try {
    if (!(await stat(folder)).isDirectory()) throw new Error('not a folder');
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'not a folder';
    throw new RelensError(
      'OUTPUT_WRITE',
      `${path}: its folder cannot be written to (${why}): choose another --output`,
      { cause },
    );
  }
}
