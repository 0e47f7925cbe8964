/** Restores again what a manifest describes, writes nothing, and compares every frame. */
import { concat, concatMap, defer, EMPTY, finalize, from, ignoreElements, map } from 'rxjs';
import { mergeMap, of, range, takeWhile, zip, type Observable } from 'rxjs';
import type { Finding } from '../src/evidence/check-files.js';
import { packCells } from '../src/evidence/cells.js';
import { linesOf, parseEntry, sha256, type FrameEntry } from '../src/evidence/frame-list.js';
import type { Manifest } from '../src/evidence/manifest.js';
import { PlaneDifference } from '../src/evidence/plane-difference.js';
import { softwareVersions } from '../src/evidence/software.js';
import { holding } from '../src/flow/holding.js';
import type { Frame } from '../src/frame/frame.js';
import { StageTimes } from '../src/telemetry/stage-times.js';
import { laneFrames, openLane, type Lane, type LaneFrame } from './lane.js';
import { recordedSettings } from './rerun-settings.js';
import type { Progress, RestoreOptions } from './restore-options.js';
import { openShown, type Shown } from './shown.js';

export interface RerunOptions {
  readonly manifest: Manifest;
  /** Path of the manifest, as errors name it. */
  readonly path: string;
  /** Path of the list of frames. */
  readonly list: string;
  readonly input: string;
  /** The restored file, where it is as recorded: what it shows is compared too. */
  readonly output?: string;
  readonly mask?: string;
  readonly protect?: string;
  readonly device?: RestoreOptions['device'];
  readonly threads?: number;
  readonly ffmpeg?: string;
  readonly onProgress?: (progress: Progress) => void;
}

type Settings = Omit<RestoreOptions, 'output'>;

/** Cold: one finding on what was restored, one on what the output shows, one on other software. */
export function rerun(options: RerunOptions): Observable<Finding> {
  const { manifest, path, input, output, mask, protect, device, threads, ffmpeg } = options;
  return defer(() => {
    const settings: Settings = {
      ...recordedSettings(path, manifest),
      // The device as it was chosen then, not as it would be chosen now.
      device: deviceOf(manifest),
      input,
      ...(mask !== undefined && { mask }),
      ...(protect !== undefined && { protect }),
      ...(device !== undefined && { device }),
      ...(threads !== undefined && { threads }),
      ...(ffmpeg !== undefined && { ffmpeg }),
    };
    return holding(
      () => openLane(settings),
      (lane) =>
        concat(
          surroundings(lane, manifest),
          lane.source.isDamaged().pipe(
            mergeMap(async (damaged) => ({
              damaged,
              ...(output !== undefined && {
                shown: await openShown(lane.ffmpeg, output, manifest),
              }),
            })),
            mergeMap(({ damaged, shown }) => compare(lane, settings, options, damaged, shown)),
          ),
        ),
      (lane) => void lane.close(),
    );
  });
}

function deviceOf({ inference: { device } }: Manifest): RestoreOptions['device'] {
  return device === 'cuda' || device === 'webgpu' ? device : 'cpu';
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
  shown: Shown | undefined,
): Observable<Finding> {
  const lines = linesOf(list);
  const { count } = manifest.frames;
  const times = new StageTimes();
  const comparison = new Comparison(lane, manifest, shown);
  // All parts are compared as one: memories do not know of them.
  const lane$ = laneFrames(lane, settings, { times, damaged, partFrames: Infinity });
  // Some containers lose the last picture: the list says so, and then nothing stands beside it.
  const none$ = range(0, count + 1).pipe(map(() => undefined));
  const pairs$: Observable<readonly [LaneFrame, (Frame | undefined)?]> =
    shown === undefined
      ? lane$.pipe(map((item) => [item] as const))
      : zip(lane$, concat(shown.frames, none$));
  const compared$ = pairs$.pipe(
    concatMap(async ([item, picture]) => {
      const next = await lines.next();
      const recorded = next.done === true ? undefined : parseEntry(next.value);
      const goesOn = comparison.add(item, picture, recorded);
      item.restored.frame.close();
      picture?.close();
      onProgress?.({ frames: comparison.frames, frameCount: count });
      return goesOn;
    }),
    takeWhile((goesOn) => goesOn),
    ignoreElements(),
    finalize(() => void lines.return(undefined)),
  );
  return concat(
    compared$,
    defer(() => from(comparison.findings())),
  );
}

/** Grey levels, of a block of 16 x 16; no codec that leaves a picture worth having is so far off. */
const FAR_OFF = 24;

const WORDS = {
  timestamp: 'its time',
  input: 'what was decoded (another original, or another decoder)',
  output: 'what was restored',
  cells: 'its provenance',
} as const;

/** Frame after frame of a second run against the list of the first, and against what was written. */
class Comparison {
  readonly #manifest: Manifest;
  readonly #difference: PlaneDifference | undefined;
  /** Frames that came. */
  frames = 0;
  #differing = 0;
  #first: Finding | undefined;

  constructor({ size, source }: Lane, manifest: Manifest, shown: Shown | undefined) {
    const { displayWidth: width, displayHeight: height } = source.info;
    this.#manifest = manifest;
    // What has another size is no picture of this recording; `output` says so.
    const fits = shown?.info.displayWidth === width && shown.info.displayHeight === height;
    this.#difference = fits ? new PlaneDifference(size, { width, height }) : undefined;
  }

  /** False when nothing more can be learnt. */
  add(item: LaneFrame, picture: Frame | undefined, recorded: FrameEntry | undefined): boolean {
    const entry = entryOf(item);
    this.frames++;
    const subject = 'rerun';
    const frame = entry.seq;
    if (recorded === undefined) {
      const detail = `there are more frames than the ${frame} that were recorded`;
      this.#first ??= { subject, state: 'differs', frame, detail };
      return false;
    }
    if (picture !== undefined) this.#difference?.add(frame, item.restored.frame.data, picture.data);
    const differing = (['timestamp', 'input', 'output', 'cells'] as const).filter(
      (name) => recorded[name] !== entry[name],
    );
    if (differing.length === 0) return true;
    this.#differing++;
    const detail = `frame ${frame} differs: ${differing.map((name) => WORDS[name]).join(', ')}`;
    this.#first ??= { subject, state: 'differs', frame, detail };
    // Only where the first run's planes can be had is it worth while to see how far they part.
    return this.#measures && !differing.includes('input');
  }

  get #measures(): boolean {
    return this.#difference !== undefined && this.#manifest.output.lossless;
  }

  findings(): Finding[] {
    const { count } = this.#manifest.frames;
    const again = this.#first ?? this.#complete(count);
    const found = this.#difference;
    if (found === undefined || found.frames === 0) return [again];
    if (this.#first !== undefined) {
      if (!this.#measures) return [again];
      const largest = `by ${found.largest} grey level${found.largest === 1 ? '' : 's'} at the most, in ${percent(found.share)} of their samples`;
      const all = `${this.#differing} of ${this.frames} frames differ, their planes ${largest}`;
      return [{ ...again, detail: `${again.detail}; in all, ${all}` }];
    }
    return this.#manifest.output.lossless ? [again] : [again, nearness(found)];
  }

  #complete(count: number): Finding {
    const subject = 'rerun';
    if (this.frames === count) {
      return { subject, state: 'ok', detail: `all ${count} frames restored again, bit for bit` };
    }
    const detail = `only ${this.frames} of ${count} frames could be restored again`;
    return { subject, state: 'differs', frame: this.frames, detail };
  }
}

/** Of a file that was encoded with loss: it must at least show what was restored. */
function nearness({ psnr, worst }: PlaneDifference): Finding {
  const off = `the farthest block of 16 x 16 is off by ${worst.mean.toFixed(1)} grey levels, in frame ${worst.frame}`;
  if (worst.mean <= FAR_OFF) {
    const detail = `the output shows what was restored but for its coding: ${psnr.toFixed(1)} dB, ${off}`;
    return { subject: 'planes', state: 'ok', detail };
  }
  const detail = `the output shows something else than what was restored: ${off}`;
  return { subject: 'planes', state: 'differs', frame: worst.frame, detail };
}

const percent = (share: number) => `${(100 * share).toPrecision(2)} %`;

/** What would be written of a frame. */
function entryOf({ restored, input }: LaneFrame): FrameEntry {
  const { frame, provenance, doubt } = restored;
  const { seq, timestamp } = frame;
  const cells = sha256(packCells({ provenance, ...doubt }));
  return { seq, timestamp, input, output: sha256(frame.data), cells };
}
