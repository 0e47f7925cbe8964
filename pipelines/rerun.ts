/** Restores again what a manifest describes, writes nothing, and compares every frame. */
import { concat, defer, EMPTY, finalize, from, map, mergeMap, of, type Observable } from 'rxjs';
import { endWith, filter, take } from 'rxjs';
import type { Finding } from '../src/evidence/check-files.js';
import { packCells } from '../src/evidence/cells.js';
import { linesOf, parseEntry, sha256, type FrameEntry } from '../src/evidence/frame-list.js';
import type { Manifest } from '../src/evidence/manifest.js';
import { softwareVersions } from '../src/evidence/software.js';
import { StageTimes } from '../src/telemetry/stage-times.js';
import { laneFrames, openLane, type Lane, type LaneFrame } from './lane.js';
import type { Progress, RestoreOptions } from './restore-options.js';

export interface RerunOptions {
  readonly manifest: Manifest;
  /** Path of the list of frames. */
  readonly list: string;
  readonly input: string;
  readonly mask?: string;
  readonly protect?: string;
  readonly device?: RestoreOptions['device'];
  readonly threads?: number;
  readonly ffmpeg?: string;
  readonly onProgress?: (progress: Progress) => void;
}

type Settings = Omit<RestoreOptions, 'output'>;

/** Cold: one finding at the first frame that differs, or at the end; one more for other software. */
export function rerun(options: RerunOptions): Observable<Finding> {
  const { manifest, input, mask, protect, device, threads, ffmpeg } = options;
  const settings = {
    ...manifest.settings,
    // The device as it was chosen then, not as it would be chosen now.
    device: manifest.inference.device,
    input,
    ...(mask !== undefined && { mask }),
    ...(protect !== undefined && { protect }),
    ...(device !== undefined && { device }),
    ...(threads !== undefined && { threads }),
    ...(ffmpeg !== undefined && { ffmpeg }),
  } as Settings;
  return defer(() => openLane(settings)).pipe(
    mergeMap((lane) =>
      concat(
        surroundings(lane, manifest),
        lane.source
          .isDamaged()
          .pipe(mergeMap((damaged) => compare(lane, settings, options, damaged))),
      ).pipe(finalize(() => void lane.close())),
    ),
  );
}

/** What is not as it was then, for that may explain a difference. */
function surroundings({ ffmpeg, engine }: Lane, manifest: Manifest): Observable<Finding> {
  const now: Record<string, string> = {
    ...softwareVersions(ffmpeg),
    device: engine.device,
    model: engine.card.sha256,
  };
  const then: Record<string, string> = {
    ...manifest.software,
    device: manifest.inference.device,
    model: manifest.inference.modelSha256,
  };
  const others = Object.keys(then).filter((name) => then[name] !== now[name]);
  if (others.length === 0) return EMPTY;
  const words = others.map(
    (name) => `${name} ${now[name] ?? 'none'} instead of ${then[name] ?? ''}`,
  );
  const subject = others.includes('model') ? 'model' : 'rerun';
  return of({ subject, state: 'unknown', detail: `done again with ${words.join(', ')}` });
}

function compare(
  lane: Lane,
  settings: Settings,
  { list, manifest, onProgress }: RerunOptions,
  damaged: boolean,
): Observable<Finding> {
  const subject = 'rerun';
  const lines = linesOf(list);
  const { count } = manifest.frames;
  const times = new StageTimes();
  let frames = 0;
  const found = async (item: LaneFrame): Promise<Finding | undefined> => {
    const entry = entryOf(item);
    item.restored.frame.close();
    onProgress?.({ frames: ++frames, frameCount: count });
    const next = await lines.next();
    const recorded = next.done === true ? undefined : parseEntry(next.value);
    const frame = entry.seq;
    if (recorded === undefined) {
      const detail = `there are more frames than the ${frame} that were recorded`;
      return { subject, state: 'differs', frame, detail };
    }
    const differing = (['timestamp', 'input', 'output', 'cells'] as const).filter(
      (name) => recorded[name] !== entry[name],
    );
    if (differing.length === 0) return undefined;
    const detail = `frame ${frame} differs: ${differing.map((name) => WORDS[name]).join(', ')}`;
    return { subject, state: 'differs', frame, detail };
  };
  // All parts are compared as one: memories do not know of them.
  const lane$ = laneFrames(lane, settings, { times, damaged, partFrames: Infinity });
  return lane$.pipe(
    mergeMap((item) => from(found(item)), 1),
    filter((finding) => finding !== undefined),
    endWith(undefined),
    take(1),
    map((finding): Finding => {
      if (finding !== undefined) return finding;
      if (frames === count) {
        return { subject, state: 'ok', detail: `all ${count} frames restored again, bit for bit` };
      }
      const detail = `only ${frames} of ${count} frames could be restored again`;
      return { subject, state: 'differs', frame: frames, detail };
    }),
    finalize(() => void lines.return(undefined)),
  );
}

const WORDS = {
  timestamp: 'its time',
  input: 'what was decoded (another original, or another decoder)',
  output: 'what was restored',
  cells: 'its provenance',
} as const;

/** What would be written of a frame. */
function entryOf({ restored, input }: LaneFrame): FrameEntry {
  const { frame, provenance, doubt } = restored;
  const { seq, timestamp } = frame;
  const cells = sha256(packCells({ provenance, ...doubt }));
  return { seq, timestamp, input, output: sha256(frame.data), cells };
}
