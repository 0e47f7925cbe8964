/** Restores one archived file: decode, inspect, mask, remember, restore, encode. */
import { last, map, mergeMap, type Observable } from 'rxjs';
import { RestoreAccount, type RestoreReport } from '../src/evidence/restore-report.js';
import { holding } from '../src/flow/holding.js';
import { untilAborted } from '../src/flow/until-aborted.js';
import { archiveSink } from '../src/sinks/index.js';
import { StageTimes } from '../src/telemetry/stage-times.js';
import { book, jobFacts, outputSpec } from './booking.js';
import { laneFrames, openLane, type Lane } from './lane.js';
import { recordJob } from './record.js';
import type { RestoreOptions } from './restore-options.js';

export type { RestoreReport } from '../src/evidence/restore-report.js';
export type * from './restore-options.js';

/**
 * Cold: each subscription runs the job once and emits one report. Aborting the signal ends it with
 * ABORTED and leaves no half-written output under the final name.
 */
export type Restore = (options: RestoreOptions, signal: AbortSignal) => Observable<RestoreReport>;

export const restore: Restore = (options, signal) =>
  untilAborted(
    signal,
    holding(
      () => openLane(options),
      (lane) =>
        options.record === undefined
          ? lane.source.isDamaged().pipe(mergeMap((damaged) => runJob(lane, options, damaged)))
          : recordJob(lane, { ...options, record: options.record }, signal),
      (lane) => void lane.close(),
    ),
  );

/** Without any record: for the bench and the demo, which keep nothing. */
function runJob(lane: Lane, options: RestoreOptions, damaged: boolean): Observable<RestoreReport> {
  const times = new StageTimes();
  const account = new RestoreAccount();
  const restored$ = laneFrames(lane, options, { times, damaged }).pipe(
    map(({ restored }) => book(lane, options, account, restored)),
  );
  return archiveSink(outputSpec(lane, options))
    .consume(restored$)
    .pipe(
      last(),
      map(({ notes }) => account.close(jobFacts(lane, options, times, notes ?? []))),
    );
}
