/** Runs a method at each strength of its grid and keeps the best. */
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isRelensError } from '../errors.js';
import type { Anchor, AnchorJob, Setting } from './anchors/anchor.js';
import type { RawClip } from './clip.js';
import { measure } from './measure.js';

export interface AnchorResult {
  readonly name: string;
  readonly setting: string;
  /** Raw planes of the whole clip. */
  readonly path: string;
  readonly framesPerSecond: number;
}

/** A method that could not be run, and why. */
export interface Skipped {
  readonly name: string;
  readonly why: string;
}

/**
 * The settings are compared over the first `gridFrames` frames of the clip, against the clean clip;
 * the best one is then run over the whole of it.
 * @param folder the result is written here; the caller removes it
 */
export async function runAtBest(
  anchor: Anchor,
  clean: RawClip,
  job: Omit<AnchorJob, 'output'>,
  folder: string,
): Promise<AnchorResult | Skipped> {
  const { name } = anchor;
  const frames = Math.min(anchor.gridFrames, clean.frames);
  const path = join(folder, `${name.replaceAll(' ', '-')}.yuv`);
  const trial = { ...job, damaged: { ...job.damaged, frames }, output: `${path}.trial` };
  let best: { setting: Setting; score: number; seconds: number } | undefined;
  try {
    for (const setting of anchor.settings) {
      const seconds = await timed(() => setting.run(trial));
      const score = await scoreOf(anchor, { ...clean, frames }, trial);
      if (best !== undefined && score <= best.score) continue;
      best = { setting, score, seconds };
      await rename(trial.output, path);
    }
    if (best === undefined) return { name, why: 'it has no setting' };
    const { setting } = best;
    if (frames < clean.frames) {
      best.seconds = await timed(() => setting.run({ ...job, output: path }));
    }
    return { name, setting: setting.label, path, framesPerSecond: clean.frames / best.seconds };
  } catch (error) {
    // A method that this machine cannot run is a line of the table, not the end of the evaluation.
    if (!isRelensError(error) || error.code === 'ABORTED') throw error;
    return { name, why: error.message };
  } finally {
    await rm(trial.output, { force: true });
  }
}

async function scoreOf(anchor: Anchor, clean: RawClip, trial: AnchorJob): Promise<number> {
  const [found] = await measure(clean, [trial.output], trial.mask, trial.signal, Infinity);
  // Frames at the beginning may have no damage; then the whole frame must do.
  return (anchor.chosenBy === 'in' ? found?.inside : undefined) ?? found?.psnr ?? -Infinity;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1000;
}
