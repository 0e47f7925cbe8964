/** Checks what a manifest claims: files, chain and signature, and, when asked, by doing it again. */
import { createPublicKey } from 'node:crypto';
import { concat, defer, EMPTY, from, switchMap, type Observable } from 'rxjs';
import { RelensError } from '../src/errors.js';
import {
  beside,
  checkFile,
  checkFrames,
  checkSignature,
  firstParting,
  located,
  type Finding,
} from '../src/evidence/check-files.js';
import { hashFiles } from '../src/evidence/file-hash.js';
import { sha256 } from '../src/evidence/frame-list.js';
import { readManifest, type ReadManifest } from '../src/evidence/manifest.js';
import { readPublicKey } from '../src/evidence/signature.js';
import { passthrough } from '../src/ffmpeg/abilities.js';
import { findFfmpeg } from '../src/ffmpeg/find.js';
import { greyPictures } from '../src/ffmpeg/grey-pictures.js';
import { packetHashes } from '../src/ffmpeg/packets.js';
import { untilAborted } from '../src/flow/until-aborted.js';
import { inputFiles } from '../src/sources/file.js';
import { rerun } from './rerun.js';
import type { Progress } from './restore-options.js';
import { checkPlanes, openShown } from './shown.js';

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
          defer(() => results(options, read, signal)).pipe(
            switchMap(({ findings, planes$, output }) =>
              concat(
                from(findings),
                planes$,
                options.rerun === true ? again(options, read, output) : EMPTY,
              ),
            ),
          ),
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
  const check = async (subject: 'original' | 'mask', path: string, file: { sha256: string }) =>
    checkFile(subject, path, await filesOf(path), file, signal);
  const at = (name: string) => beside(options.manifest, name);
  const { input, mask, protect } = manifest;
  return [
    await check('original', options.original ?? at(input.name), input),
    ...(mask ? [await check('mask', options.mask ?? at(mask.name), mask)] : []),
    ...(protect ? [await check('mask', at(protect.name), protect)] : []),
  ];
}

/** A folder that is gone has no files: then it is the one that cannot be read. */
async function filesOf(path: string): Promise<readonly string[]> {
  const files = await inputFiles(path).catch(() => []);
  return files.length > 0 ? files : [path];
}

interface Results {
  readonly findings: readonly Finding[];
  /** What a lossless output shows. */
  readonly planes$: Observable<Finding>;
  /** The output's path, where it is a video and as recorded. */
  readonly output: string | undefined;
}

async function results(
  options: VerifyOptions,
  { manifest }: ReadManifest,
  signal: AbortSignal,
): Promise<Results> {
  const { manifest: path } = options;
  const ffmpeg = await findFfmpeg(options.ffmpeg);
  const list = beside(path, manifest.frames.name);
  const frames = await checkFrames(list, manifest);
  /** Names the frame; the list too must be what the hashes say, and can only tell where it is whole. */
  const placed = async (
    finding: Finding,
    column: 'file' | 'cells',
    hashes: () => AsyncIterable<string>,
  ): Promise<Finding> =>
    finding.state === 'missing' || frames.state !== 'ok'
      ? finding
      : located(finding, await firstParting(list, column, hashes(), signal));

  const output = options.output ?? beside(path, manifest.output.name);
  const { images, lossless } = manifest.output;
  const outputs = images ? await filesOf(output) : [output];
  const cells = beside(path, manifest.cells.name);
  const { columns, rows } = manifest.cells;
  const args = await passthrough(ffmpeg);
  async function* cellHashes() {
    for await (const picture of greyPictures(ffmpeg, cells, 4 * columns * rows, args, signal)) {
      yield sha256(picture);
    }
  }
  async function* outputHashes() {
    if (images) for (const image of outputs) yield (await hashFiles([image])).sha256;
    else yield* packetHashes(ffmpeg, output, signal);
  }
  const written = await placed(
    await checkFile('output', output, outputs, manifest.output, signal),
    'file',
    outputHashes,
  );
  const track = await checkFile('provenance', cells, [cells], manifest.cells, signal);
  const whole = written.state === 'ok' && frames.state === 'ok';
  const video = whole && !images ? output : undefined;
  return {
    findings: [frames, written, await placed(track, 'cells', cellHashes)],
    planes$:
      video !== undefined && lossless
        ? defer(() => openShown(ffmpeg, video, manifest)).pipe(
            switchMap((shown) => checkPlanes(shown, list)),
          )
        : EMPTY,
    output: video,
  };
}

function again(
  options: VerifyOptions,
  { manifest }: ReadManifest,
  output: string | undefined,
): Observable<Finding> {
  const { original, mask, device, threads, ffmpeg, onProgress } = options;
  const at = (name: string) => beside(options.manifest, name);
  return rerun({
    manifest,
    path: options.manifest,
    ...(output !== undefined && { output }),
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
