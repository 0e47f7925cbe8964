/** Restores the videos of a folder as they come, each when it is complete. */
import { stat } from 'node:fs/promises';
import { defer, from, concatMap, mergeMap, repeat, timer, type Observable } from 'rxjs';
import { isRelensError } from '../src/errors.js';
import { untilAborted } from '../src/flow/until-aborted.js';
import { isImage } from '../src/sources/images.js';
import { restoreJob, type BatchOptions, type FileOutcome } from './restore-batch.js';
import { planJobs, type RestoreJob } from './restore-inputs.js';
import type { Restore } from './restore.js';

export interface WatchOptions extends Omit<BatchOptions, 'inputs'> {
  readonly folder: string;
  /** A file that has not changed for so long is complete. */
  readonly settleMs: number;
}

/** The clock that the watch goes by; tests bring their own. */
export interface WatchClock {
  now(): number;
  /** Emits when it is time to look again. */
  again(): Observable<unknown>;
}

const POLL_MS = 1000;
const CLOCK: WatchClock = { now: () => Date.now(), again: () => timer(POLL_MS) };

/** A file as it was seen last. */
interface Seen {
  readonly mark: string;
  readonly since: number;
  /** True: restored or failed; looked at again only when it changes. */
  readonly handled: boolean;
}

/**
 * Cold: emits one outcome a file and never completes; ends with ABORTED, or with what is wrong with the
 * whole command. The folder is looked through every second, which works on network drives too. A file
 * that failed is tried again when it has changed.
 */
export function watchFolder(
  options: WatchOptions,
  signal: AbortSignal,
  restore: Restore,
  clock: WatchClock = CLOCK,
): Observable<FileOutcome> {
  const { folder, output, settleMs, onStart, ...settings } = options;
  const { lossless } = settings;
  const seen = new Map<string, Seen>();
  const complete = async (job: RestoreJob): Promise<boolean> => {
    const now = await stat(job.input).catch(() => undefined);
    if (now === undefined || now.isDirectory() || isImage(job.input)) return false;
    const mark = `${now.size} ${now.mtimeMs}`;
    const before = seen.get(job.input);
    if (before?.mark !== mark) {
      seen.set(job.input, { mark, since: clock.now(), handled: false });
      return now.size > 0 && settleMs === 0;
    }
    return !before.handled && now.size > 0 && clock.now() - before.since >= settleMs;
  };
  const look = async (): Promise<RestoreJob[]> => {
    const ready: RestoreJob[] = [];
    for (const job of await planned(folder, output, lossless)) {
      if (!(await complete(job))) continue;
      const known = seen.get(job.input);
      if (known !== undefined) seen.set(job.input, { ...known, handled: true });
      ready.push(job);
    }
    return ready;
  };
  let count = 0;
  return untilAborted(
    signal,
    defer(look).pipe(
      mergeMap((jobs) => from(jobs)),
      concatMap((job) => {
        onStart?.(job, count, ++count);
        return restoreJob(job, settings, signal, restore);
      }),
      repeat({ delay: () => clock.again() }),
    ),
  );
}

/** An empty folder is no failure here. */
async function planned(folder: string, output: string, lossless: boolean): Promise<RestoreJob[]> {
  try {
    return await planJobs([folder], `${output.replace(/[\\/]+$/, '')}/`, lossless);
  } catch (error) {
    if (isRelensError(error) && error.code === 'INPUT_NOT_FOUND') {
      if ((await stat(folder).catch(() => undefined))?.isDirectory() === true) return [];
    }
    throw error;
  }
}
