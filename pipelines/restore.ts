/** Restores one archived file: decode, inspect, mask, remember, restore, encode. */
import { concatMap, defer, finalize, last, map, mergeMap, type Observable } from 'rxjs';
import { packageVersion } from '../src/config/package-root.js';
import { RestoreAccount, type RestoreReport } from '../src/evidence/restore-report.js';
import { findFfmpeg } from '../src/ffmpeg/find.js';
import { untilAborted } from '../src/flow/until-aborted.js';
import { withAhead } from '../src/flow/with-ahead.js';
import type { Frame } from '../src/frame/frame.js';
import { FramePool } from '../src/frame/frame-pool.js';
import { openEngine } from '../src/inference/engine.js';
import { loadModelCard } from '../src/inference/model-card.js';
import {
  blockLength,
  restoreArchive,
  slotsNeeded,
  type Restored,
} from '../src/restorers/archive.js';
import { archiveSink } from '../src/sinks/index.js';
import { openFile } from '../src/sources/file.js';
import { openMask } from '../src/sources/mask-file.js';
import { StageTimes } from '../src/telemetry/stage-times.js';
import { AHEAD, openInspection, type Opened } from './inspection.js';
import type { RestoreOptions } from './restore-options.js';

export type { RestoreReport } from '../src/evidence/restore-report.js';
export type * from './restore-options.js';

/** Grey levels; what codecs leave on quiet footage stays below it. */
const NOISE_FLOOR = 1.5;

/**
 * Cold: each subscription runs the job once and emits one report. Aborting the signal ends it with
 * ABORTED and leaves no half-written output under the final name.
 */
export type Restore = (options: RestoreOptions, signal: AbortSignal) => Observable<RestoreReport>;

export const restore: Restore = (options, signal) =>
  untilAborted(
    signal,
    defer(() => openJob(options)).pipe(
      mergeMap((job) =>
        job.source.isDamaged().pipe(
          mergeMap((damaged) => runJob(job, options, damaged)),
          finalize(() => void job.close()),
        ),
      ),
    ),
  );

type Job = Awaited<ReturnType<typeof openJob>>;

async function openJob(options: RestoreOptions) {
  const ffmpeg = await findFfmpeg(options.ffmpeg);
  const source = await openFile({ ...options, path: options.input, ffmpeg });
  const card = await loadModelCard(options.model);
  const size = { width: source.info.width, height: source.info.height };
  const mask = options.mask === undefined ? undefined : await openMask(options.mask, size, ffmpeg);
  const engine = await openEngine(card, options.device, options.threads);
  const close = async () => {
    mask?.close();
    await engine.close();
  };
  return { ffmpeg, source, size, mask, engine, close };
}

function runJob(job: Job, options: RestoreOptions, damaged: boolean): Observable<RestoreReport> {
  const { ffmpeg, source, size, engine } = job;
  const times = new StageTimes();
  const account = new RestoreAccount();
  const ahead = Math.min(AHEAD, blockLength(size));
  const pool = new FramePool(size, slotsNeeded(size) + ahead);
  const inspection = openInspection(source.info, times, () => (damaged ? 1 : 0));
  const book = (restored: Restored): Frame => {
    const { frame } = restored;
    account.add(frame.timestamp, restored);
    const { seq, timestamp } = frame;
    const { provenance, sigma } = restored;
    options.observe?.({ seq, timestamp, mask: restored.mask.data, provenance, sigma });
    const { frameCount } = source.info;
    options.onProgress?.({
      frames: account.frames,
      ...(frameCount !== undefined && { frameCount }),
    });
    return frame;
  };
  const restored$ = source.frames(pool).pipe(
    concatMap(async (frame): Promise<Opened> => {
      // On loan until the next frame, and this one waits for its future.
      const imported = (await job.mask?.at(frame))?.slice();
      return { frame, ...(imported && { imported }) };
    }),
    withAhead(ahead),
    concatMap(([opened, following]) => inspection.inspect(opened, following)),
    restoreArchive({
      ...options,
      size,
      engine,
      times,
      noise: (inspected) => inspection.noise(inspected),
      mask: (inspected) => inspection.mask(inspected),
      noiseFloor: options.noiseFloor ?? NOISE_FLOOR,
    }),
    map(book),
    finalize(() => {
      pool.dispose();
    }),
  );
  const { start, end } = options;
  const carry = {
    path: options.input,
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
  };
  const { info } = source;
  const output = { ...options, path: options.output, ffmpeg, info };
  const sink = archiveSink({ ...output, ...(info.isFilm && { carry }) });
  return sink.consume(restored$).pipe(
    last(),
    map((written) => {
      const { lost } = source.report();
      return account.close({
        input: options.input,
        output: options.output,
        width: source.info.displayWidth,
        height: source.info.displayHeight,
        stages: times.totals(),
        lost,
        conversions: [...info.conversions, ...(job.mask?.notes ?? []), ...(written.notes ?? [])],
        versions: { relens: packageVersion(), ffmpeg: ffmpeg.version, node: process.version },
        device: engine.device,
        model: engine.card.name,
        modelSha256: engine.card.sha256,
      });
    }),
  );
}
