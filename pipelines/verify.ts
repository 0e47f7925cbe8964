/** Checks what a manifest claims: files, chain and signature, and, when asked, by doing it again. */
import { createPublicKey } from 'node:crypto';
import { concat, defer, EMPTY, from, switchMap, type Observable } from 'rxjs';
import { RelensError } from '../src/errors.js';
import {
  beside,
  checkFile,
  checkFrames,
  checkSignature,
  firstDifference,
  type Finding,
} from '../src/evidence/check-files.js';
import { sha256 } from '../src/evidence/frame-list.js';
import { readManifest, type ReadManifest } from '../src/evidence/manifest.js';
import { readPublicKey } from '../src/evidence/signature.js';
import { passthrough } from '../src/ffmpeg/abilities.js';
import { findFfmpeg } from '../src/ffmpeg/find.js';
import { greyPictures } from '../src/ffmpeg/grey-pictures.js';
import { packetHashes } from '../src/ffmpeg/packets.js';
import { untilAborted } from '../src/flow/until-aborted.js';
import { imageHashes } from '../src/sinks/images.js';
import { inputFiles } from '../src/sources/file.js';
import { rerun } from './rerun.js';
import type { Progress } from './restore-options.js';

export type { Finding } from '../src/evidence/check-files.js';

export interface VerifyOptions {
  readonly manifest: string;
  /** Where these lie now; default: where the manifest says. */
  readonly original?: string;
  readonly output?: string;
  readonly mask?: string;
  /** Path of the public key that is to have signed. */
  readonly key?: string;
  /** True: restores again and compares every frame. */
  readonly rerun?: boolean;
  /** Where to restore again; default: as recorded. */
  readonly device?: 'cpu' | 'cuda' | 'webgpu';
  readonly threads?: number;
  readonly ffmpeg?: string;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Cold: emits one finding after another.
 * @throws RelensError (in the stream) MANIFEST, SIGNATURE, ABORTED
 */
export function verify(options: VerifyOptions, signal: AbortSignal): Observable<Finding> {
  return untilAborted(
    signal,
    defer(() => readManifest(options.manifest)).pipe(
      switchMap((read) =>
        concat(
          defer(() => signatureFinding(options, read)),
          defer(() => originals(options, read, signal)).pipe(switchMap((all) => from(all))),
          defer(() => results(options, read, signal)).pipe(switchMap((all) => from(all))),
          options.rerun === true ? again(options, read) : EMPTY,
        ),
      ),
    ),
  );
}

async function signatureFinding({ manifest, key }: VerifyOptions, read: ReadManifest) {
  if (read.manifest.signer !== undefined) {
    try {
      createPublicKey(read.manifest.signer.publicKey);
    } catch (cause) {
      throw new RelensError('MANIFEST', `"${manifest}": its signer has no public key`, { cause });
    }
  }
  return checkSignature(manifest, read, key === undefined ? undefined : readPublicKey(key));
}

async function originals(
  options: VerifyOptions,
  { manifest }: ReadManifest,
  signal: AbortSignal,
): Promise<Finding[]> {
  const original = options.original ?? beside(options.manifest, manifest.input.name);
  const findings = [await checkFile('original', await filesOf(original), manifest.input, signal)];
  if (manifest.mask !== undefined) {
    const mask = options.mask ?? beside(options.manifest, manifest.mask.name);
    findings.push(await checkFile('mask', await filesOf(mask), manifest.mask, signal));
  }
  if (manifest.protect !== undefined) {
    const protect = beside(options.manifest, manifest.protect.name);
    findings.push(await checkFile('mask', await filesOf(protect), manifest.protect, signal));
  }
  return findings;
}

/** A folder that is gone has no files: then it is the one that cannot be read. */
const filesOf = (path: string) => inputFiles(path).catch(() => [path]);

async function results(
  options: VerifyOptions,
  { manifest }: ReadManifest,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { manifest: path } = options;
  const ffmpeg = await findFfmpeg(options.ffmpeg);
  const list = beside(path, manifest.frames.name);
  const frames = await checkFrames(list, manifest);
  /** Names the frame, where the list can be trusted to tell. */
  const located = async (
    finding: Finding,
    column: 'file' | 'cells',
    hashes: () => AsyncIterable<string>,
    nowhere: string,
  ): Promise<Finding> => {
    if (finding.state !== 'differs' || frames.state !== 'ok') return finding;
    const frame = await firstDifference(list, column, hashes()).catch(() => undefined);
    if (frame === undefined) return { ...finding, detail: `${finding.detail}; ${nowhere}` };
    return {
      ...finding,
      frame,
      detail: `${finding.detail}; the first frame that differs: ${frame}`,
    };
  };

  const output = options.output ?? beside(path, manifest.output.name);
  const { images } = manifest.output;
  const outputs = images ? await filesOf(output) : [output];
  const cells = beside(path, manifest.cells.name);
  const { columns, rows } = manifest.cells;
  const args = await passthrough(ffmpeg);
  async function* cellHashes() {
    for await (const picture of greyPictures(ffmpeg, cells, 4 * columns * rows, args, signal)) {
      yield sha256(picture);
    }
  }
  const outside = 'no picture differs: it is the container, the sound or the metadata';
  return [
    frames,
    await located(
      await checkFile('output', outputs, manifest.output, signal),
      'file',
      () =>
        images ? imageHashes(output, manifest.frames.count) : packetHashes(ffmpeg, output, signal),
      outside,
    ),
    await located(
      await checkFile('provenance', [cells], manifest.cells, signal),
      'cells',
      cellHashes,
      outside,
    ),
  ];
}

function again(options: VerifyOptions, { manifest }: ReadManifest): Observable<Finding> {
  const { original, mask, device, threads, ffmpeg, onProgress } = options;
  const at = (name: string) => beside(options.manifest, name);
  return rerun({
    manifest,
    list: at(manifest.frames.name),
    input: original ?? at(manifest.input.name),
    ...(manifest.mask && { mask: mask ?? at(manifest.mask.name) }),
    ...(manifest.protect && { protect: at(manifest.protect.name) }),
    ...(device !== undefined && { device }),
    ...(threads !== undefined && { threads }),
    ...(ffmpeg !== undefined && { ffmpeg }),
    ...(onProgress && { onProgress }),
  });
}
