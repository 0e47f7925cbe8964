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
    | 'signature'
    | 'original'
    | 'mask'
    | 'frames'
    | 'output'
    | 'planes'
    | 'provenance'
    | 'model'
    | 'rerun';
  /** missing: it should be there, and cannot be read; unknown: there is nothing to hold it against. */
  readonly state: 'ok' | 'differs' | 'missing' | 'unknown';
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
  if (signer === undefined && signature !== undefined && key === undefined) {
    const detail = `${signatureOf(path)} is there, but the manifest names nobody who signed: it is another one`;
    return { subject, state: 'differs', detail };
  }
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

/** A file, or several as one, against the hash in the manifest. @param name as findings call it */
export async function checkFile(
  subject: Finding['subject'],
  name: string,
  paths: readonly string[],
  { sha256 }: { readonly sha256: string },
  signal?: AbortSignal,
): Promise<Finding> {
  try {
    const found = await hashFiles(paths, name, signal);
    if (found.sha256 === sha256) return { subject, state: 'ok', detail: `${name}: as recorded` };
    const detail = `${name}: SHA-256 is ${short(found.sha256)}, recorded was ${short(sha256)}`;
    return { subject, state: 'differs', detail };
  } catch (error) {
    if (signal?.aborted === true) throw error;
    return { subject, state: 'missing', detail: `${name}: cannot be read${WHERE[subject] ?? ''}` };
  }
}

/** What to do when something lies elsewhere. */
const WHERE: Partial<Record<Finding['subject'], string>> = {
  original: '; --original says where it lies now',
  mask: '; --mask says where it lies now',
  output: '; --output says where it lies now',
};

/** The list of frames: its chain, link by link, and its end against the manifest. */
export async function checkFrames(path: string, { frames }: Manifest): Promise<Finding> {
  const subject = 'frames';
  let found;
  let whole;
  try {
    found = await checkChain(path);
    whole = await hashFiles([path]);
  } catch {
    return { subject, state: 'missing', detail: `${path}: cannot be read` };
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
  if (whole.sha256 !== frames.sha256) {
    const detail = `${path}: the frames are as recorded, but something else in the list was changed`;
    return { subject, state: 'differs', detail };
  }
  return { subject, state: 'ok', detail: `${found.frames} frames, the chain is whole` };
}

/** Where the frames of something part from the list. */
export interface Parting {
  readonly frame: number;
  /** another: it differs; unreadable: nothing more came; more: beyond the end of the list. */
  readonly how: 'another' | 'unreadable' | 'more';
}

/**
 * Holds hashes in the order of the frames against one column of the list.
 * @returns the first frame that differs; undefined when none does
 */
export async function firstParting(
  list: string,
  column: 'file' | 'cells' | 'output',
  hashes: AsyncIterable<string>,
  signal?: AbortSignal,
): Promise<Parting | undefined> {
  const iterator = hashes[Symbol.asyncIterator]();
  let frame = 0;
  const next = async () => {
    try {
      const result: IteratorResult<string, unknown> = await iterator.next();
      return result.done === true ? 'end' : result.value;
    } catch (error) {
      if (signal?.aborted === true) throw error;
      return 'unreadable';
    }
  };
  for await (const line of linesOf(list)) {
    const expected = parseEntry(line)?.[column];
    const found = await next();
    if (found === 'unreadable' || (found === 'end' && expected !== '-')) {
      return { frame, how: 'unreadable' };
    }
    if (found !== expected && found !== 'end') return { frame, how: 'another' };
    frame++;
  }
  const more = await next();
  if (more === 'end') return undefined;
  return { frame, how: more === 'unreadable' ? 'unreadable' : 'more' };
}

/** Enters into a finding of a whole file where its frames part from the list. */
export function located(finding: Finding, parting: Parting | undefined): Finding {
  const { subject, state, detail } = finding;
  if (parting === undefined) {
    if (state === 'ok') return finding;
    const words = 'no picture differs: it is the container, the sound or the metadata';
    return { ...finding, detail: `${detail}; ${words}` };
  }
  const { frame, how } = parting;
  const where = {
    another: `the first frame that differs: ${frame}`,
    unreadable: `it cannot be read from frame ${frame} on`,
    more: `there are more pictures than the ${frame} that were recorded`,
  }[how];
  const against = state === 'ok' ? ', but not as in the list of frames' : '';
  return { subject, state: 'differs', frame, detail: `${detail}${against}; ${where}` };
}

export const short = (hash: string) => hash.slice(0, 16);
