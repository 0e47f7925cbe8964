/** Restores one file in parts, keeps a journal, and proves in the end what was done. */
import { writeFile } from 'node:fs/promises';
import { serialize } from 'node:v8';
import {
  catchError,
  concat,
  defer,
  finalize,
  last,
  map,
  mergeMap,
  of,
  switchMap,
  type Observable,
} from 'rxjs';
import { isRelensError, RelensError } from '../src/errors.js';
import { cellsSize, packCells } from '../src/evidence/cells.js';
import { writeFailed } from '../src/evidence/durable.js';
import { entryLine, sha256 } from '../src/evidence/frame-list.js';
import { Highlights, type Highlight } from '../src/evidence/highlights.js';
import { Journal } from '../src/evidence/journal.js';
import { takeLock } from '../src/evidence/lock.js';
import { evidenceFiles } from '../src/evidence/names.js';
import { RestoreAccount, type RestoreReport } from '../src/evidence/restore-report.js';
import { passthrough } from '../src/ffmpeg/abilities.js';
import { holding } from '../src/flow/holding.js';
import { cellGrid } from '../src/frame/frame.js';
import { cellsParts, planParts, type ArchiveParts } from '../src/sinks/archive-parts.js';
import { outputBase } from '../src/sinks/images.js';
import { writeParts, type PartFrame } from '../src/sinks/parts.js';
import { checkFolder } from '../src/sinks/temporary.js';
import { StageTimes } from '../src/telemetry/stage-times.js';
import { book, jobFacts, outputSpec } from './booking.js';
import { laneFrames, partLength, type Lane, type LaneFrame, type LaneState } from './lane.js';
import { identityOf, proveJob, reportOf } from './prove.js';
import type { RecordOptions, RestoreOptions } from './restore-options.js';

export type RecordedOptions = RestoreOptions & { readonly record: RecordOptions };

/** What a job knows when all its frames are written. */
export interface Ending {
  readonly report: RestoreReport;
  readonly highlights: readonly Highlight[];
}

/** All that is carried from part to part. */
interface PartState {
  readonly lane: LaneState;
  readonly account: unknown;
  readonly highlights: unknown;
  readonly stages: Record<string, number>;
  /** µs; of the last frame of the part. */
  readonly timestamp: number;
}

interface Item extends PartFrame {
  /** After the last frame of a part. */
  readonly state?: Uint8Array;
  /** Of the frames of its part, complete when the part ends. */
  readonly lines: string[];
}

export interface RecordedJob {
  readonly lane: Lane;
  readonly options: RecordedOptions;
  /** What makes another job the same one. */
  readonly identity: unknown;
  readonly journal: Journal;
  readonly parts: ArchiveParts;
  readonly cells: ReturnType<typeof cellsParts>;
  readonly started: Date;
  /** Frames that an earlier run had finished. */
  readonly resumedAt: number;
}

/** Cold; emits the report when output, provenance track, list of frames and manifest stand. */
export function recordJob(
  lane: Lane,
  options: RecordedOptions,
  signal: AbortSignal,
): Observable<RestoreReport> {
  const base = outputBase(options.output);
  const lock = async () => {
    await checkFolder(base);
    return takeLock(base);
  };
  return holding(
    lock,
    () =>
      defer(() => openJob(lane, options)).pipe(
        mergeMap((job) => ('report' in job ? of(job.report) : carryOut(job, signal))),
      ),
    (held) => held.release(),
  );
}

function carryOut(job: RecordedJob, signal: AbortSignal): Observable<RestoreReport> {
  return defer(() =>
    job.journal.ending === undefined
      ? job.lane.source.isDamaged().pipe(mergeMap((damaged) => write(job, damaged)))
      : of(job.journal.ending as Ending),
  ).pipe(
    switchMap((ending) => publish(job, ending, signal)),
    catchError((error: unknown) => {
      throw kept(job, error);
    }),
    finalize(() => {
      job.journal.leave();
    }),
  );
}

/** A full disk is no loss of what was finished. */
function kept({ journal, options }: RecordedJob, error: unknown): unknown {
  if (!isRelensError(error) || error.code !== 'DISK_FULL') return error;
  const { frames } = journal;
  const on = frames > 0 ? `, then give the same command again: ${frames} frames are finished` : '';
  const message = `${options.output}: the disk is full: make room${on}`;
  return new RelensError('DISK_FULL', message, { cause: error });
}

/** A job to carry out, or the report of an earlier run that did just this one. */
async function openJob(
  lane: Lane,
  options: RecordedOptions,
): Promise<RecordedJob | { readonly report: RestoreReport }> {
  const spec = outputSpec(lane, options);
  const parts = await planParts(spec);
  const size = cellsSize(cellGrid(lane.size));
  const cells = cellsParts(spec, size, await passthrough(lane.ffmpeg));
  const base = outputBase(options.output);
  const identity = await identityOf(lane, options);
  const { restart } = options.record;
  const report = restart === true ? undefined : await reportOf(options, identity);
  if (report !== undefined) return { report };
  const journal = await Journal.open(base, identity, restart);
  const resumedAt = journal.frames;
  return { lane, options, identity, journal, parts, cells, started: new Date(), resumedAt };
}

function write(job: RecordedJob, damaged: boolean): Observable<Ending> {
  const { lane, options, journal, parts, cells } = job;
  journal.begin();
  const times = new StageTimes();
  const account = new RestoreAccount();
  const highlights = new Highlights();
  const length = partLength(lane, options.record.partFrames);
  const before = journal.state as PartState | undefined;
  if (before !== undefined) {
    account.load(before.account);
    highlights.load(before.highlights);
    for (const [stage, ms] of Object.entries(before.stages)) times.add(stage, ms);
  }
  let lines: string[] = [];
  const item = ({ restored, input, state }: LaneFrame): Item => {
    const frame = book(lane, options, account, restored);
    const { seq, timestamp } = frame;
    const { provenance, doubt } = restored;
    highlights.add(seq, timestamp, provenance);
    const picture = times.measure('cells', () => packCells({ provenance, ...doubt }));
    const output = times.measure('hash', () => sha256(frame.data));
    const cellsHash = times.measure('hash', () => sha256(picture));
    lines.push(entryLine({ seq, timestamp, input, output, cells: cellsHash }));
    const endsPart = (seq + 1) % length === 0;
    const own = lines;
    if (endsPart) lines = [];
    const whole: PartState | undefined = state && {
      lane: state,
      account: account.save(),
      highlights: highlights.save(),
      stages: times.totals(),
      timestamp,
    };
    return {
      frame,
      cells: picture,
      endsPart,
      lines: own,
      ...(whole && { state: serialize(whole) }),
      close: () => frame.close(),
    };
  };
  const from = before && { seq: journal.frames, state: before.lane };
  const items$ = laneFrames(lane, options, {
    times,
    damaged,
    partFrames: length,
    ...(from && { from }),
  }).pipe(map(item));
  return writeParts(items$, {
    index: journal.parts,
    before: journal.frames,
    ...(before && { after: before.timestamp }),
    encode: (index, first) => ({
      picture: parts.encode(journal.place('picture', index), first),
      cells: cells.encode(journal.place('cells', index)),
    }),
    commit: async ({ index, frames, last: end }) => {
      const place = (kind: string) => journal.place(kind, index);
      await writeFile(place('frames'), `${end.lines.join('\n')}\n`).catch((cause: unknown) => {
        throw writeFailed(options.output, cause);
      });
      const pictures = parts.files(place('picture'), journal.frames, frames);
      const files = [place('cells'), place('frames'), ...(parts.joins ? pictures : [])];
      const loose = parts.joins ? [] : pictures;
      await journal.commit({ frames, files, loose, ...(end.state && { state: end.state }) });
    },
  }).pipe(
    mergeMap(async () => {
      const report = account.close(jobFacts(lane, options, times, parts.notes));
      const ending: Ending = { report, highlights: highlights.list() };
      await journal.end(ending);
      return ending;
    }),
  );
}

function publish(job: RecordedJob, ending: Ending, signal: AbortSignal): Observable<RestoreReport> {
  const { journal, parts, cells, options } = job;
  const files = evidenceFiles(outputBase(options.output));
  return concat(
    parts.publish(journal.files('picture'), journal.folder, journal.frames),
    cells.publish(journal.files('cells'), files.cells),
    defer(() => proveJob(job, ending, signal)),
  ).pipe(
    last(),
    mergeMap(async () => {
      await journal.remove();
      return ending.report;
    }),
  );
}
