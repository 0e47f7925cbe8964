/** All clips with all cases, one at a time, in a temporary folder that never outlives them. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeToRaw } from './clip.js';
import { clipName, MAX_WIDTH } from './damage-clip.js';
import type { DamageCase } from './damage/damage.js';
import { evaluateClip, type Bench, type Evaluated } from './evaluate-clip.js';
import { meanRows, type CaseResult, type ClipResult } from './report/rows.js';

export interface EvaluationProgress {
  /** Pairs of clip and case that are done, and that there are. */
  readonly done: number;
  readonly total: number;
  readonly clip: string;
  readonly case: string;
}

/**
 * @param frames at most, of the beginning of each clip
 * @param onResult called and awaited after each clip and case
 */
export async function evaluateAll(
  bench: Bench,
  clips: readonly string[],
  cases: readonly DamageCase[],
  frames: number,
  signal: AbortSignal,
  onProgress: (progress: EvaluationProgress) => void,
  onResult: (evaluated: Evaluated) => Promise<void>,
): Promise<void> {
  const { ffmpeg, openFile } = bench;
  const folder = await mkdtemp(join(tmpdir(), 'relens-evaluate-'));
  const total = clips.length * cases.length;
  let done = 0;
  try {
    for (const path of clips) {
      const clip = clipName(path);
      const spec = { path, ffmpeg, deinterlace: 'auto', maxWidth: MAX_WIDTH } as const;
      const clean = await decodeToRaw(openFile, spec, frames, join(folder, 'clean.yuv'), signal);
      for (const damage of cases) {
        onProgress({ done, total, clip, case: damage.name });
        const work = join(folder, 'work');
        await mkdir(work);
        await onResult(await evaluateClip(bench, clip, clean, damage, work, signal));
        await rm(work, { recursive: true });
        done++;
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Means over the clips, one entry a case, in the order of `cases`. */
export function summarise(
  cases: readonly DamageCase[],
  results: readonly ClipResult[],
): CaseResult[] {
  return cases.flatMap(({ name, title }) => {
    const clips = results.filter((result) => result.case === name);
    if (clips.length === 0) return [];
    return [{ case: name, title, clips: clips.length, rows: meanRows(clips) }];
  });
}
