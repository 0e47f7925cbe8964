/** Ends a recorded job: hashes everything, writes the list of frames, the manifest and its signature. */
import { stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { writeDurably, syncFile } from '../src/evidence/durable.js';
import { hashFiles } from '../src/evidence/file-hash.js';
import { sha256 } from '../src/evidence/frame-list.js';
import {
  MANIFEST_FORMAT,
  readManifest,
  writeManifest,
  type Manifest,
} from '../src/evidence/manifest.js';
import { evidenceFiles } from '../src/evidence/names.js';
import type { RestoreReport } from '../src/evidence/restore-report.js';
import { readPrivateKey, signBytes, signerOf } from '../src/evidence/signature.js';
import { softwareVersions } from '../src/evidence/software.js';
import { stepsOf } from '../src/evidence/steps.js';
import { writeFrameList } from '../src/evidence/write-frame-list.js';
import { packetHashes } from '../src/ffmpeg/packets.js';
import { cellGrid } from '../src/frame/frame.js';
import { imageHashes, imagesTarget, isImageOutput, outputBase } from '../src/sinks/images.js';
import { inputFiles } from '../src/sources/file.js';
import type { Lane } from './lane.js';
import type { Ending, RecordedJob, RecordedOptions } from './record.js';
import type { RestoreOptions } from './restore-options.js';

/** What the pictures of the provenance track hold, from the top. */
const CELL_PLANES = [
  'provenance x 60: original 0, denoised 60, recovered 120, synthesised 180, drawn 240',
  'uncertainty: 0 exact; n: a mean absolute error of 2^(n/2)/4 grey levels of luma is expected; 255 unknown',
  'recovered: frames to the nearest sighting, high byte of a signed 16-bit number',
  'recovered: frames to the nearest sighting, low byte; negative = earlier',
];

/** Everything the job was told that can change a result, as plain data. */
export function settingsOf(options: RestoreOptions): Record<string, unknown> {
  const left = ['input', 'output', 'ffmpeg', 'mask', 'protect', 'record'];
  return Object.fromEntries(
    Object.entries(options).filter(
      ([name, value]) => !left.includes(name) && typeof value !== 'function',
    ),
  );
}

/** Of the same job, begun again: what it works on, with what, and how. */
export async function identityOf(lane: Lane, options: RecordedOptions): Promise<unknown> {
  const files = await inputFiles(options.input);
  return {
    input: resolve(options.input),
    files: await Promise.all(files.map(looksLike)),
    mask: options.mask === undefined ? undefined : await looksLike(options.mask),
    protect: options.protect === undefined ? undefined : await looksLike(options.protect),
    settings: settingsOf(options),
    partFrames: options.record.partFrames,
    software: softwareVersions(lane.ffmpeg),
    device: lane.engine.device,
    models: [lane.engine.card.sha256, ...lane.networks.models.map(({ sha256: one }) => one)],
  };
}

async function looksLike(path: string) {
  const { size, mtimeMs } = await stat(path);
  return [resolve(path), size, mtimeMs];
}

const jobMark = (identity: unknown) => sha256(JSON.stringify(identity));

/** The report of an earlier run of the very same job whose results are all there; else undefined. */
export async function reportOf(
  { input, output }: RestoreOptions,
  identity: unknown,
): Promise<RestoreReport | undefined> {
  const names = evidenceFiles(outputBase(output));
  const read = await readManifest(names.manifest).catch(() => undefined);
  const { manifest } = read ?? {};
  if (manifest?.run['job'] !== jobMark(identity)) return undefined;
  const kept = [
    { path: names.frames, bytes: manifest.frames.bytes },
    { path: names.cells, bytes: manifest.cells.bytes },
    ...(manifest.output.images ? [] : [{ path: output, bytes: manifest.output.bytes }]),
  ];
  for (const { path, bytes } of kept) {
    if ((await stat(path).catch(() => undefined))?.size !== bytes) return undefined;
  }
  const { findings, lost, conversions, software, run } = manifest;
  const { stages, wallMs, framesPerSecond } = run;
  const facts = { input, output, lost, conversions, versions: software, already: true };
  return { ...findings, ...facts, stages, wallMs, framesPerSecond } as unknown as RestoreReport;
}

export async function proveJob(
  { lane, options, identity, journal, parts, started, resumedAt }: RecordedJob,
  { report, highlights }: Ending,
  signal: AbortSignal,
): Promise<Manifest> {
  const base = outputBase(options.output);
  const names = evidenceFiles(base);
  const from = (path: string) =>
    relative(dirname(names.manifest), resolve(path)).split(sep).join('/');
  const images = isImageOutput(options.output);
  const hashes = images
    ? imageHashes(options.output, report.frames)
    : packetHashes(lane.ffmpeg, options.output, signal);
  const list = await writeFrameList(names.frames, journal.files('frames'), hashes);
  const { info } = lane.source;
  const inputs = await inputFiles(options.input);
  const outputs = images ? await inputFiles(options.output) : [options.output];
  if (!images) await syncFile(options.output);
  await syncFile(names.cells);
  const grid = cellGrid(lane.size);
  const key = options.record.sign === undefined ? undefined : readPrivateKey(options.record.sign);
  const { stages, wallMs, framesPerSecond, lost, conversions, versions, ...rest } = report;
  const { inference, input: _input, output: _output, ...findings } = rest;
  const pattern = images ? imagesTarget(options.output) : undefined;
  const name = pattern ? join(pattern.folder, pattern.pattern) : options.output;
  const manifest: Manifest = {
    format: MANIFEST_FORMAT,
    input: {
      ...(await hashFiles(inputs, from(options.input), signal)),
      container: info.container,
      codec: info.codec,
      pixelFormat: info.pixelFormat,
      width: info.displayWidth,
      height: info.displayHeight,
      frameRate: info.frameRate,
      colour: { ...info.colour },
    },
    output: {
      ...(await hashFiles(outputs, from(name), signal)),
      encoder: parts.encoder,
      lossless: options.lossless,
      images,
    },
    ...(options.mask !== undefined && {
      mask: await hashFiles(await inputFiles(options.mask), from(options.mask), signal),
    }),
    ...(options.protect !== undefined && {
      protect: await hashFiles(await inputFiles(options.protect), from(options.protect), signal),
    }),
    frames: { ...(await hashFiles([names.frames])), ...list },
    cells: { ...(await hashFiles([names.cells])), ...grid, planes: CELL_PLANES },
    software: softwareVersions(lane.ffmpeg),
    inference: {
      device: inference.device,
      model: inference.model,
      modelSha256: inference.modelSha256,
      detectors: [...lane.networks.models],
    },
    settings: settingsOf(options),
    steps: stepsOf(settingsOf(options), report, parts.encoder),
    findings: { ...findings, inference },
    lost: [...lost],
    conversions: [...conversions],
    highlights: [...highlights],
    ...(key && { signer: signerOf(key) }),
    run: {
      started: started.toISOString(),
      finished: new Date().toISOString(),
      resumedAtFrame: resumedAt,
      stages,
      wallMs,
      framesPerSecond,
      job: jobMark(identity),
    },
  };
  const bytes = await writeManifest(names.manifest, manifest);
  if (key !== undefined) await writeDurably(names.signature, signBytes(bytes, key));
  return manifest;
}
