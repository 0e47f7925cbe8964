/** Checks a manifest against the files beside it: hashes, chain and signature, each named. */
import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { hashFiles } from './file-hash.js';
import { checkChain, linesOf, parseEntry } from './frame-list.js';
import type { Manifest, ReadManifest } from './manifest.js';
import { signatureOf } from './names.js';
import { fingerprintOf, isSigned } from './signature.js';

/** One thing that was looked at. */
export interface Finding {
  readonly subject:
    'signature' | 'original' | 'mask' | 'output' | 'frames' | 'provenance' | 'model' | 'rerun';
  /** `unknown`: it could not be looked at, which is no proof of anything. */
  readonly state: 'ok' | 'differs' | 'unknown';
  readonly detail: string;
  /** Number of the first frame that differs, from 0. */
  readonly frame?: number;
}

/** Where a file of the manifest lies. */
export function beside(manifestPath: string, name: string): string {
  return resolve(dirname(manifestPath), ...name.split('/'));
}

/**
 * The signature beside the manifest, by the key that the manifest names.
 * @param key whose signature it should be
 */
export async function checkSignature(
  path: string,
  { manifest, bytes }: ReadManifest,
  key?: KeyObject,
): Promise<Finding> {
  const subject = 'signature';
  const { signer } = manifest;
  const signature = await readFile(signatureOf(path)).catch(() => undefined);
  if (signer === undefined && key === undefined) {
    const detail = 'not signed: whoever can write the manifest can have written another one';
    return { subject, state: 'unknown', detail };
  }
  if (signature === undefined) {
    const detail = `${signatureOf(path)} is not there, though a signature was to be expected`;
    return { subject, state: 'differs', detail };
  }
  const by = key ?? createPublicKey(signer?.publicKey ?? '');
  const fingerprint = fingerprintOf(by);
  if (!isSigned(bytes, signature, by)) {
    const detail = `the manifest is not what the key ${short(fingerprint)} signed: it, the signature or the key is another`;
    return { subject, state: 'differs', detail };
  }
  const known = key === undefined ? '; whose key that is, --key tells' : ', the key that was given';
  return { subject, state: 'ok', detail: `signed by ${short(fingerprint)}${known}` };
}

/** A file against its hash in the manifest. */
export async function checkFile(
  subject: Finding['subject'],
  paths: readonly string[],
  { sha256 }: { readonly sha256: string },
  signal?: AbortSignal,
): Promise<Finding> {
  const [path = ''] = paths;
  try {
    const found = await hashFiles(paths, path, signal);
    if (found.sha256 === sha256) return { subject, state: 'ok', detail: `${path}: as recorded` };
    const detail = `${path}: SHA-256 is ${short(found.sha256)}, recorded was ${short(sha256)}`;
    return { subject, state: 'differs', detail };
  } catch (error) {
    if (signal?.aborted === true) throw error;
    return { subject, state: 'unknown', detail: `${path}: cannot be read, so it was not checked` };
  }
}

/** The list of frames: its chain, link by link, and its end against the manifest. */
export async function checkFrames(path: string, { frames }: Manifest): Promise<Finding> {
  const subject = 'frames';
  let found;
  try {
    found = await checkChain(path);
  } catch {
    return { subject, state: 'unknown', detail: `${path}: cannot be read, so it was not checked` };
  }
  if (found.broken !== undefined) {
    const frame = found.broken;
    const detail = `${path}: the chain breaks at frame ${frame}: that line was changed, or one is missing before it`;
    return { subject, state: 'differs', detail, frame };
  }
  if (found.chain !== frames.chain || found.frames !== frames.count) {
    const detail = `${path}: ${found.frames} frames that end in ${short(found.chain)}, recorded were ${frames.count} that end in ${short(frames.chain)}`;
    return { subject, state: 'differs', detail };
  }
  return { subject, state: 'ok', detail: `${found.frames} frames, the chain is whole` };
}

/**
 * Holds hashes in the order of the frames against one column of the list.
 * @returns the number of the first frame that differs; undefined when none does
 */
export async function firstDifference(
  list: string,
  column: 'file' | 'cells',
  hashes: AsyncIterable<string>,
): Promise<number | undefined> {
  const iterator = hashes[Symbol.asyncIterator]();
  let seq = 0;
  for await (const line of linesOf(list)) {
    const expected = parseEntry(line)?.[column];
    const next: IteratorResult<string, unknown> = await iterator.next();
    if (expected !== (next.done === true ? '-' : next.value)) return seq;
    seq++;
  }
  const more = await iterator.next();
  return more.done === true ? undefined : seq;
}

export const short = (hash: string) => hash.slice(0, 16);
