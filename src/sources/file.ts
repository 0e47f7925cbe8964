/** Opens archived footage, whatever it is: a video, images, one image. */
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { RelensError } from '../errors.js';
import type { FileSource, FileSpec } from './file-source.js';
import { FILE_KINDS } from './index.js';

export type { DecodeReport, FileInfo, FileSource, FileSpec } from './file-source.js';

/**
 * Looks at the input without decoding it.
 * @throws RelensError INPUT_NOT_FOUND, INPUT_NOT_VIDEO, INPUT_NEEDS_RATE, USAGE
 */
export async function openFile(spec: FileSpec): Promise<FileSource> {
  const stats = await statOf(spec.path);
  const kind = FILE_KINDS.find(({ takes }) => takes(spec.path, stats));
  if (kind === undefined) {
    throw new RelensError('INPUT_NOT_FOUND', `${spec.path}: no such file`);
  }
  return kind.open(spec);
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new RelensError('INPUT_NOT_FOUND', `${path}: it cannot be looked at`, { cause });
  }
}
