/** Inspects one recording without restoring it: what is damaged, where, when and why. */
import { bufferCount, concatMap, defer, endWith, finalize, from, last, map, mergeMap } from 'rxjs';
import { pairwise, tap, type Observable } from 'rxjs';
import { packageVersion } from '../src/config/package-root.js';
import { openCameraEvents } from '../src/detectors/events/camera-events.js';
import { NoiseCurve } from '../src/detectors/noise-curve.js';
import { pictureQuality, type PictureQuality } from '../src/detectors/picture-quality.js';
import type { Example, Inspected } from '../src/evidence/inspect-page.js';
import { InspectAccount } from '../src/evidence/inspect-report.js';
import { findFfmpeg } from '../src/ffmpeg/find.js';
import { untilAborted } from '../src/flow/until-aborted.js';
import { withAhead } from '../src/flow/with-ahead.js';
import type { Frame } from '../src/frame/frame.js';
import { FramePool } from '../src/frame/frame-pool.js';
import { coverageOf } from '../src/frame/mask.js';
import { toldCells } from '../src/masks/build.js';
import { ROUTES } from '../src/masks/routes.js';
import { blockLength, slotsNeeded } from '../src/restorers/archive.js';
import type { Inspection } from '../src/restorers/inspection.js';
import { videoFile } from '../src/sinks/video-file.js';
import { openFile } from '../src/sources/file.js';
import type { SecondPictures } from '../src/sources/file-source.js';
import { StageTimes } from '../src/telemetry/stage-times.js';
import { openDetectionNetworks } from './detection-networks.js';
import { openHandMasks, type HandMaskOptions } from './hand-masks.js';
import { jpegOf, overlayOf, showMask } from './inspect-pictures.js';
import { AHEAD, openInspection, takeOther, type Opened } from './inspection.js';
import type { Progress, RestoreOptions } from './restore-options.js';

export interface InspectOptions
  extends
    HandMaskOptions,
    Pick<RestoreOptions, 'input' | 'device' | 'threads' | 'deinterlace'>,
    Partial<Pick<RestoreOptions, 'ffmpeg' | 'start' | 'end' | 'frameRate'>> {
  /** A lossless grey video in Matroska, 255 = damaged, at the times of the frames. */
  readonly maskOutput?: string;
  readonly onProgress?: (progress: Progress) => void;
}

export type Inspect = (options: InspectOptions, signal: AbortSignal) => Observable<Inspected>;

/** Cold: each subscription reads the recording once and emits one account of it. */
export const inspect: Inspect = (options, signal) =>
  untilAborted(
    signal,
    defer(() => open(options)).pipe(
      mergeMap((job) =>
        job.source.isDamaged().pipe(
          mergeMap((damaged) => run(job, options, damaged)),
          finalize(() => void job.close()),
        ),
      ),
    ),
  );

type Job = Awaited<ReturnType<typeof open>>;

async function open(options: InspectOptions) {
  const ffmpeg = await findFfmpeg(options.ffmpeg);
  const source = await openFile({ ...options, path: options.input, ffmpeg });
  const drawn = await openHandMasks(options, source.info, ffmpeg);
  const networks = await openDetectionNetworks(options.device, options.threads);
  const close = async () => {
    drawn.close();
    await networks.close();
  };
  return { ffmpeg, source, drawn, networks, close };
}

function run(job: Job, options: InspectOptions, damaged: boolean): Observable<Inspected> {
  const { source, drawn, ffmpeg, networks } = job;
  const { info } = source;
  const account = new InspectAccount();
  const events = openCameraEvents(info);
  const curve = new NoiseCurve(info);
  const qualities = new Map<number, PictureQuality>();
  const times = new StageTimes();
  const osd = options.masks?.osd ?? true;
  const session = openInspection(info, times, () => 0, networks, osd);
  const others: SecondPictures = new Map();
  const ahead = Math.min(AHEAD, blockLength(info));
  const pool = new FramePool(info, slotsNeeded(info) + ahead);
  const examples = new Examples();
  const judge = async (inspection: Inspection): Promise<Frame> => {
    const { frame } = inspection;
    const maps = session.maps(inspection);
    const [mask, { sigma }] = [session.mask(inspection), session.noise(inspection)];
    const { timestamp } = frame;
    const told = toldCells(mask, maps);
    const happened = events.inspect(frame);
    happened.forEach((event) => account.event(event));
    account.add({ timestamp, maps, mask, told, sigma });
    curve.look(frame.data);
    const second = Math.floor(timestamp / 1e6);
    if (!qualities.has(second)) qualities.set(second, pictureQuality(info, frame.data));
    const begun = happened.find(({ end }) => end === undefined);
    const title = examples.titleFor(account.frames, mask.coverage + coverageOf(told), begun?.kind);
    if (title !== undefined) {
      const shown = { title: `${title}, at ${(timestamp / 1e6).toFixed(1)} s` };
      const pictures = { picture: await jpegOf(frame, info), mask: await overlayOf(mask, told) };
      examples.keep(title, { ...shown, ...pictures });
    }
    const { frameCount } = info;
    options.onProgress?.({
      frames: account.frames,
      ...(frameCount !== undefined && { frameCount }),
    });
    if (options.maskOutput !== undefined) showMask(frame, mask, told);
    return frame;
  };
  const judged$ = source.frames(pool, damaged ? others : undefined).pipe(
    concatMap(async (frame): Promise<Opened> => ({
      frame,
      ...takeOther(others, frame),
      ...(await drawn.at(frame)),
    })),
    withAhead(ahead),
    concatMap(([opened, following]) => session.inspect(opened, following)),
    // As in a restore, a mask is asked for when the frames after it have been seen.
    bufferCount(blockLength(info)),
    endWith<Inspection[]>([]),
    pairwise(),
    concatMap(([block]) => from(block).pipe(concatMap(judge))),
    finalize(() => {
      pool.dispose();
    }),
  );
  const { maskOutput } = options;
  const spec = {
    path: maskOutput ?? '',
    ffmpeg,
    info: { ...info, colour: { range: 'pc' as const } },
  };
  const read$: Observable<unknown> =
    maskOutput === undefined
      ? judged$.pipe(tap((frame) => frame.close()))
      : videoFile({ ...spec, lossless: true }).consume(judged$);
  return read$.pipe(
    last(),
    map(() => {
      const written = session.written();
      const report = account.close({
        input: options.input,
        width: info.displayWidth,
        height: info.displayHeight,
        writing: written.filter((cell) => cell !== 0).length / Math.max(1, written.length),
        lost: source.report().lost,
        conversions: [...info.conversions, ...drawn.notes],
        versions: { relens: packageVersion(), ffmpeg: ffmpeg.version, node: process.version },
        curve: curve.points(),
        qualities: [...qualities.values()].map((one) => ({ ...one })),
        routes: ROUTES,
      });
      return { report, examples: examples.all() };
    }),
  );
}

/** The first frame, the one with the most damage, and one for each event. */
class Examples {
  readonly #kept = new Map<string, Example>();
  #most = 0;

  /** What the frame would be shown for; undefined when it is not worth a picture. */
  titleFor(number: number, coverage: number, event: string | undefined): string | undefined {
    if (event !== undefined && this.#kept.size < 8) return `the camera was ${event}`;
    if (number === 1) return 'the first frame';
    if (coverage <= this.#most * 1.3) return undefined;
    this.#most = coverage;
    return 'the most damage';
  }

  keep(title: string, example: Example): void {
    this.#kept.set(title, example);
  }

  all(): Example[] {
    return [...this.#kept.values()];
  }
}
