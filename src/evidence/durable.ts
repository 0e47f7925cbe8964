/** Writes small files so that neither a crash nor a power cut leaves a half one under the name. */
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RelensError } from '../errors.js';

/**
 * Writes beside the name, forces it to the disk, renames, and forces the folder to the disk.
 * @throws RelensError DISK_FULL, OUTPUT_WRITE
 */
export async function writeDurably(path: string, data: string | Uint8Array): Promise<void> {
  const partial = `${path}.part`;
  try {
    const file = await open(partial, 'w');
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
    await syncFolder(dirname(path));
  } catch (cause) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw writeFailed(path, cause);
  }
}

/** Forces to the disk what others wrote into a file. */
export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Forces the names in a folder to the disk, where the system lets one. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

export function writeFailed(path: string, cause: unknown): RelensError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new RelensError('DISK_FULL', `${path}: the disk is full: make room`, { cause });
  }
  const why = cause instanceof Error ? cause.message : String(cause);
  return new RelensError('OUTPUT_WRITE', `${path} cannot be written: ${why}`, { cause });
}
