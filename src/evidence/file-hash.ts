/** Hashes whole files as a stream. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface HashedFile {
  readonly name: string;
  readonly bytes: number;
  /** SHA-256, hex; of several files one after another. */
  readonly sha256: string;
}

/** @param name default: the last part of the only path */
export async function hashFiles(
  paths: readonly string[],
  name = basename(paths[0] ?? ''),
  signal?: AbortSignal,
): Promise<HashedFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  for (const path of paths) {
    bytes += (await stat(path)).size;
    const into = new Writable({
      write(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        done();
      },
    });
    await pipeline(createReadStream(path), into, signal === undefined ? {} : { signal });
  }
  return { name, bytes, sha256: hash.digest('hex') };
}
