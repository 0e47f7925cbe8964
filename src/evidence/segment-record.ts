/** The small account beside each file of a recording: what it is, when it was made, its hash. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { RelensError } from '../errors.js';

export interface SegmentFacts {
  readonly camera: string;
  /** `original`: the camera's own stream, copied. */
  readonly kind: 'original' | 'restored';
  /** ms since the epoch: the file was begun, and completed. */
  readonly beganMs: number;
  readonly endedMs: number;
  /** Of the program and, for a restored file, what restored it. */
  readonly versions: Readonly<Record<string, string>>;
  /** Of a restored file. */
  readonly frames?: number;
  /** Frames that went through unrestored. */
  readonly passedThrough?: number;
  /** Frames that the encoder had no time for. */
  readonly leftOut?: number;
  /** Mean shares of cells, 0–1. */
  readonly provenance?: Readonly<Record<string, number>>;
}

/**
 * Writes `FILE.json` beside a complete file; an empty file, and one that is gone, gets none.
 * @throws RelensError OUTPUT_WRITE
 */
export async function sealSegment(path: string, facts: SegmentFacts): Promise<void> {
  const bytes = await stat(path).then(
    ({ size }) => size,
    () => 0,
  );
  if (bytes === 0) return;
  const { beganMs, endedMs, ...rest } = facts;
  const account = {
    ...{ file: basename(path), bytes, sha256: await hashOf(path) },
    ...{ began: new Date(beganMs).toISOString(), ended: new Date(endedMs).toISOString() },
    ...rest,
  };
  // Under its final name it is whole from the start.
  const part = `${path}.json.part`;
  try {
    await writeFile(part, `${JSON.stringify(account, undefined, 2)}\n`);
    await rename(part, `${path}.json`);
  } catch (cause) {
    await rm(part, { force: true });
    const why = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    const what = `${path}.json: the account of the recording cannot be written (${why}): make room`;
    throw new RelensError('OUTPUT_WRITE', what, { cause });
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
