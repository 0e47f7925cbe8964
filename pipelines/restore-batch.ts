/** Restores many inputs one after another; one that fails does not stop the others. */
import { catchError, concatMap, defer, from, map, mergeMap, of, type Observable } from 'rxjs';
import { isRelensError, RelensError } from '../src/errors.js';
import { makeFolder, planJobs, type RestoreJob } from './restore-inputs.js';
import type { Progress, Restore, RestoreOptions, RestoreReport } from './restore.js';

export interface BatchOptions extends Omit<
  RestoreOptions,
  'input' | 'output' | 'observe' | 'onProgress'
> {
  /** Files, folders, globs, image sequences. */
  readonly inputs: readonly string[];
  /** The output file of a single input, otherwise a folder. */
  readonly output: string;
  /** Called as each job begins; `index` from 0. */
  readonly onStart?: (job: RestoreJob, index: number, count: number) => void;
  readonly onProgress?: (progress: Progress) => void;
}

/** What became of one input. */
export type FileOutcome = RestoreJob &
  ({ readonly report: RestoreReport } | { readonly error: unknown });

/**
 * Cold: emits one outcome an input, in order. Only the user's own interruption and what is wrong
 * with the whole command (no such input, outputs that clash) end it with an error.
 */
export function restoreBatch(
  options: BatchOptions,
  signal: AbortSignal,
  restore: Restore,
): Observable<FileOutcome> {
  const { inputs, output, onStart, ...settings } = options;
  return defer(() => planJobs(inputs, output, options.lossless)).pipe(
    mergeMap((jobs) =>
      from(jobs).pipe(
        concatMap((job, index) =>
          defer(() => {
            if (signal.aborted) throw new RelensError('ABORTED', 'stopped before the end');
            onStart?.(job, index, jobs.length);
            return restoreJob(job, settings, signal, restore);
          }),
        ),
      ),
    ),
  );
}

/** One job of many: what fails becomes its outcome, unless the next one would fail in the same way. */
export function restoreJob(
  job: RestoreJob,
  settings: Omit<BatchOptions, 'inputs' | 'output' | 'onStart'>,
  signal: AbortSignal,
  restore: Restore,
): Observable<FileOutcome> {
  return defer(() => makeFolder(job)).pipe(
    mergeMap(() => restore({ ...settings, ...job }, signal)),
    map((report): FileOutcome => ({ ...job, report })),
    catchError((error: unknown) => {
      if (signal.aborted || endsAll(error)) throw error;
      return of({ ...job, error });
    }),
  );
}

/** The next file would only fail in the same way. */
function endsAll(error: unknown): boolean {
  if (!isRelensError(error)) return false;
  const codes = ['ABORTED', 'USAGE', 'FFMPEG_NOT_FOUND', 'MASK', 'MODEL', 'DEVICE', 'DISK_FULL'];
  return codes.includes(error.code);
}
