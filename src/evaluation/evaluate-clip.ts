/** One clip with one case of damage: damage it, restore it, run the anchors, measure them all. */
import { join } from 'node:path';
import { isRelensError } from '../errors.js';
import type { Ffmpeg } from '../ffmpeg/find.js';
import { ANCHORS } from './anchors/index.js';
import { runAtBest, type AnchorResult, type Skipped } from './best-setting.js';
import { decodeToRaw, encodeMask, type OpenFile, type RawClip } from './clip.js';
import { damageRaw, seedOf, type Damaged } from './damage-clip.js';
import type { DamageCase } from './damage/damage.js';
import { DecisionLog, scoreDecisions, type Decision, type DecisionScore } from './decision-log.js';
import { measure } from './measure.js';
import { hardestPart, type HardPart } from './report/hard-parts.js';
import { takePictures, type Pictures } from './report/pictures.js';
import {
  emptyRow,
  INPUT,
  TOOL,
  type ClipResult,
  type Row,
  type ToolAccount,
} from './report/rows.js';

/** What the tool says of its own run. */
export interface ToolRun {
  readonly framesPerSecond: number;
  readonly wallMs: number;
  readonly stages: Readonly<Record<string, number>>;
  readonly provenance: Readonly<Record<string, number>>;
}

/** The tool under test: writes a lossless `output` and tells each decision, in order of frames. */
export type Tool = (job: {
  readonly input: string;
  readonly mask?: string;
  readonly output: string;
  readonly observe: (decision: Decision) => void;
  readonly signal: AbortSignal;
}) => Promise<ToolRun>;

export interface Bench {
  readonly ffmpeg: Ffmpeg;
  readonly openFile: OpenFile;
  readonly tool: Tool;
  /** False: only the input and the tool. */
  readonly anchors: boolean;
  readonly pictures: boolean;
  /** True: the part that was restored worst is kept. Default: false. */
  readonly hardParts?: boolean;
}

export interface Evaluated {
  readonly result: ClipResult;
  readonly pictures: Pictures | undefined;
  readonly hardPart: HardPart | undefined;
}

/** @param folder for all intermediate files; the caller removes it */
export async function evaluateClip(
  bench: Bench,
  clip: string,
  clean: RawClip,
  damage: DamageCase,
  folder: string,
  signal: AbortSignal,
): Promise<Evaluated> {
  const seed = seedOf(clip, damage.name);
  const damaged = await damageRaw(bench.ffmpeg, damage, clean, seed, folder, signal);
  const restored = await restore(bench, clean, damage, damaged, folder, signal);
  const anchors = bench.anchors
    ? await runAnchors(bench, clean, damage, damaged, folder, signal)
    : [];
  const ran = anchors.filter((anchor) => 'path' in anchor);

  const paths = [damaged.clip.path, ...ran.map(({ path }) => path)];
  if (restored.path !== undefined) paths.push(restored.path);
  const measures = await measure(clean, paths, damaged.mask, signal);
  const at = (path: string | undefined) => measures[paths.indexOf(path ?? '')];

  const inputRow = { ...emptyRow(INPUT), ...at(damaged.clip.path) };
  const rows: Row[] = [inputRow];
  for (const anchor of anchors) {
    rows.push(anchorRow(anchor, 'path' in anchor ? at(anchor.path) : undefined, inputRow));
  }
  rows.push({
    ...emptyRow(TOOL),
    ...at(restored.path),
    note: restored.why,
    framesPerSecond: restored.account?.framesPerSecond,
    mask: damage.maskGiven ? undefined : restored.score?.mask,
    sigmaError: restored.score?.sigmaError,
  });
  const bestAnchor = bestOf(rows, damage);
  const pictures = bench.pictures
    ? await takePictures(clean, {
        damaged: damaged.clip.path,
        restored: restored.path,
        anchor: ran.find(({ name }) => name === bestAnchor),
        mask: damaged.mask,
        found: restored.maskPath,
      })
    : undefined;
  const hardPart =
    bench.hardParts === true && restored.path !== undefined
      ? await hardestPart(damage.name, clean, {
          damaged: damaged.clip.path,
          restored: restored.path,
          provenance: restored.provenancePath ?? '',
        })
      : undefined;
  const result: ClipResult = {
    clip,
    case: damage.name,
    frames: clean.frames,
    width: clean.width,
    height: clean.height,
    damagedShare: restored.score?.damagedShare,
    rows,
    tool: restored.account,
  };
  return { result, pictures, hardPart };
}

interface Restored {
  /** Raw planes; undefined when the tool failed. */
  readonly path?: string;
  readonly maskPath?: string;
  readonly provenancePath?: string;
  readonly account?: ToolAccount;
  readonly score?: DecisionScore;
  readonly why?: string;
}

async function restore(
  { ffmpeg, openFile, tool }: Bench,
  clean: RawClip,
  damage: DamageCase,
  damaged: Damaged,
  folder: string,
  signal: AbortSignal,
): Promise<Restored> {
  const output = join(folder, 'restored.mkv');
  const mask =
    damage.maskGiven && damaged.mask !== undefined ? join(folder, 'given.mkv') : undefined;
  if (mask !== undefined && damaged.mask !== undefined) {
    await encodeMask(ffmpeg, damaged.mask, clean, mask, signal);
  }
  const grey = (name: string) => join(folder, `${name}.gray`);
  const log = new DecisionLog(grey('found'), grey('provenance'), grey('uncertainty'), clean);
  try {
    const observe = (decision: Decision) => log.add(decision);
    const drawn = mask === undefined ? {} : { mask };
    const run = await tool({ input: damaged.file, output, observe, signal, ...drawn });
    log.close();
    const path = join(folder, 'restored.yuv');
    const spec = { path: output, ffmpeg, deinterlace: 'off' } as const;
    const clip = await decodeToRaw(openFile, spec, clean.frames, path, signal);
    if (clip.frames !== clean.frames || log.sigmas.length !== clean.frames) {
      const counts = `${clip.frames} came out and ${log.sigmas.length} were told of`;
      return { why: `${clean.frames} frames went in, ${counts}` };
    }
    const given =
      damage.carrier === 'lossy-transport'
        ? await asRead(openFile, { ...spec, path: damaged.file }, clean, folder, signal)
        : damaged.clip;
    const clips = { clean, damaged: given, restored: path };
    const score = await scoreDecisions(log, clips, damaged.mask, damage.whiteNoise, signal);
    const peakMemoryMiB = log.peakMemory / 2 ** 20;
    const { alteredOriginals, calibration } = score;
    const account = { ...run, peakMemoryMiB, alteredOriginals, calibration };
    const { maskPath, provenancePath } = log;
    return { path, maskPath, provenancePath, account, score };
  } catch (error) {
    log.close();
    if (!isRelensError(error) || error.code === 'ABORTED') throw error;
    return { why: error.message };
  }
}

/** What our own decoder makes of a broken stream, which is not what ffmpeg makes of it by default. */
function asRead(
  openFile: OpenFile,
  spec: Parameters<OpenFile>[0],
  clean: RawClip,
  folder: string,
  signal: AbortSignal,
): Promise<RawClip> {
  return decodeToRaw(openFile, spec, clean.frames, join(folder, 'as-read.yuv'), signal);
}

async function runAnchors(
  { ffmpeg }: Bench,
  clean: RawClip,
  damage: DamageCase,
  damaged: Damaged,
  folder: string,
  signal: AbortSignal,
): Promise<(AnchorResult | Skipped)[]> {
  const mask = damaged.mask === undefined ? {} : { mask: damaged.mask };
  const results: (AnchorResult | Skipped)[] = [];
  for (const anchor of ANCHORS.filter(({ takes }) => takes(damage))) {
    const job = { ffmpeg, damaged: damaged.clip, signal, ...mask };
    results.push(await runAtBest(anchor, clean, job, folder));
  }
  return results;
}

function anchorRow(
  anchor: AnchorResult | Skipped,
  measures: Partial<Row> | undefined,
  input: Row,
): Row {
  if ('why' in anchor) return { ...emptyRow(anchor.name), note: anchor.why };
  // What was hidden all the time has no other moment to be taken from.
  if (measures?.inside !== undefined && measures.inside === input.inside) {
    return { ...emptyRow(anchor.name), note: 'never seen: nothing to take from' };
  }
  const { name, setting, framesPerSecond } = anchor;
  return { ...emptyRow(name), ...measures, setting, framesPerSecond };
}

/** The best anchor within the damage, or over the whole frame where nothing is lost. */
function bestOf(rows: readonly Row[], { masked }: DamageCase): string | undefined {
  const value = (row: Row) => (masked ? row.inside : row.psnr) ?? -Infinity;
  const anchors = rows.filter(({ method }) => method !== INPUT && method !== TOOL);
  return anchors.reduce<Row | undefined>(
    (best, row) => (best === undefined || value(row) > value(best) ? row : best),
    undefined,
  )?.method;
}
