/** The bench: seeded damage on real clips, Relens and the anchors side by side, measured. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { defer, finalize, lastValueFrom, type Observable } from 'rxjs';
import { packageVersion } from '../src/config/package-root.js';
import { RelensError } from '../src/errors.js';
import { damageCaseNamed, STANDARD_CASES } from '../src/evaluation/damage/index.js';
import { evaluateAll, summarise, type EvaluationProgress } from '../src/evaluation/evaluate-all.js';
import type { Evaluated, Tool } from '../src/evaluation/evaluate-clip.js';
import { listClips } from '../src/evaluation/list-clips.js';
import { paintHardParts } from '../src/evaluation/report/hard-parts.js';
import { renderHtml } from '../src/evaluation/report/html.js';
import type { EvaluateReport } from '../src/evaluation/report/rows.js';
import { writeFailed } from '../src/evidence/durable.js';
import { findFfmpeg } from '../src/ffmpeg/find.js';
import { openFile } from '../src/sources/file.js';
import { restore, type Restore } from './restore.js';
import type { RestoreSettings } from './settings.js';

export type { EvaluateReport } from '../src/evaluation/report/rows.js';
export type { EvaluationProgress } from '../src/evaluation/evaluate-all.js';

export interface EvaluateOptions {
  /** A folder of videos, or one. */
  readonly clips: string;
  /** Names of cases; none = the standard ones. */
  readonly cases: readonly string[];
  /** Frames of each clip's beginning. */
  readonly frames: number;
  /** How Relens is run; its output is always lossless. */
  readonly relens: RestoreSettings;
  /** False leaves out the methods that Relens is held against. Default: true. */
  readonly anchors?: boolean;
  /** The report as JSON; written anew after each clip, so that an interrupted run leaves one. */
  readonly json?: string;
  readonly html?: string;
  /** One JPEG: of each clip and case the part that was restored worst. */
  readonly hardParts?: string;
  readonly onProgress?: (progress: EvaluationProgress) => void;
}

/** Cold: each subscription runs the bench once and emits one report. */
export function evaluate(
  options: EvaluateOptions,
  signal: AbortSignal,
  restoreWith: Restore = restore,
): Observable<EvaluateReport> {
  return defer(() => {
    const unsubscribed = new AbortController();
    const either = AbortSignal.any([signal, unsubscribed.signal]);
    return defer(() => run(options, either, restoreWith)).pipe(
      finalize(() => {
        unsubscribed.abort();
      }),
    );
  });
}

async function run(
  options: EvaluateOptions,
  signal: AbortSignal,
  restoreWith: Restore,
): Promise<EvaluateReport> {
  const from = performance.now();
  const {
    frames,
    relens,
    anchors = true,
    json,
    html,
    hardParts,
    onProgress = () => undefined,
  } = options;
  if (!Number.isInteger(frames) || frames < 2) {
    throw new RelensError('USAGE', `expected at least 2 frames a clip, got ${frames}`);
  }
  if (hardParts !== undefined && !/\.jpe?g$/i.test(hardParts)) {
    throw new RelensError(
      'USAGE',
      `--hard-parts writes a JPEG: expected a .jpg, got "${hardParts}"`,
    );
  }
  const cases = (options.cases.length > 0 ? options.cases : STANDARD_CASES).map(damageCaseNamed);
  const clips = await listClips(options.clips);
  const ffmpeg = await findFfmpeg(relens.ffmpeg);
  for (const path of [json, html, hardParts]) {
    if (path !== undefined) await put(path, () => mkdir(dirname(path), { recursive: true }));
  }
  const bench = { ffmpeg, openFile, tool: toolOf(restoreWith, relens), anchors };
  const evaluated: Evaluated[] = [];
  const report = (): EvaluateReport => {
    const results = evaluated.map(({ result }) => result);
    return {
      cases: summarise(cases, results),
      clips: results,
      frames,
      seconds: (performance.now() - from) / 1000,
      versions: { relens: packageVersion(), ffmpeg: ffmpeg.version, node: process.version },
    };
  };
  const keep = async (one: Evaluated) => {
    evaluated.push(one);
    const text = `${JSON.stringify(report(), undefined, 2)}\n`;
    if (json !== undefined) await put(json, () => writeFile(json, text));
  };
  const all = { ...bench, pictures: html !== undefined, hardParts: hardParts !== undefined };
  await evaluateAll(all, clips, cases, frames, signal, onProgress, keep);
  if (html !== undefined) {
    const pictures = new Map(evaluated.map((one) => [one.result, one.pictures]));
    const page = renderHtml(report(), (result) => pictures.get(result));
    await put(html, () => writeFile(html, page));
  }
  if (hardParts !== undefined) {
    const rows = evaluated.flatMap(({ hardPart }) => hardPart ?? []);
    await put(hardParts, () => paintHardParts(rows, hardParts));
  }
  return report();
}

/** @throws RelensError OUTPUT_WRITE, DISK_FULL */
async function put(path: string, write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    throw writeFailed(path, cause);
  }
}

/** The restore pipeline in the words of the bench. */
function toolOf(restoreWith: Restore, settings: RestoreSettings): Tool {
  return ({ signal, ...job }) =>
    lastValueFrom(restoreWith({ ...settings, ...job, lossless: true }, signal));
}
