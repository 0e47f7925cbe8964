/** One live camera: source, restorer and encoder behind the seam that the server looks at. */
import {
  catchError,
  defer,
  EMPTY,
  finalize,
  firstValueFrom,
  interval,
  map,
  merge,
  NEVER,
  mergeMap,
  repeat,
  Subject,
  takeUntil,
  tap,
  throwError,
  timeout,
  timer,
  type Observable,
} from 'rxjs';
import { parseAddress } from '../src/config/camera-address.js';
import { RelensError } from '../src/errors.js';
import type { LiveEncoder } from '../src/ffmpeg/encode-live.js';
import type { Ffmpeg } from '../src/ffmpeg/find.js';
import { latestMap } from '../src/flow/latest-map.js';
import { shareGroup } from '../src/flow/share-group.js';
import {
  nowMs,
  type AccessUnit,
  type CameraConfig,
  type CameraFigures,
  type CameraState,
  type LiveCamera,
  type LivePicture,
  type Overlay,
  type Snapshot,
} from '../src/frame/live-seams.js';
import type { SharedEngine } from '../src/inference/shared-engine.js';
import { AT_ONCE, type LiveOutcome } from '../src/restorers/live.js';
import { published } from '../src/sinks/rtsp-publish.js';
import { liveUnits, type LiveUnitsOptions } from '../src/sinks/live-units.js';
import { liveSource, type LiveFrame, type LiveSourceEvent } from '../src/sources/live.js';
import { CameraBook } from '../src/telemetry/camera-book.js';
import type { EventLog } from '../src/telemetry/event-log.js';
import { LaneFigures } from '../src/telemetry/lane-figures.js';
import type { DetectionNetworks } from './detection-networks.js';
import type { LiveOptions } from './live-options.js';
import { Recording } from './live-record.js';
import { Restoring } from './live-restoring.js';

/** What all cameras share. */
export interface LiveTools {
  readonly ffmpeg: Ffmpeg;
  readonly passthrough: readonly string[];
  readonly ownSpeed: readonly string[];
  readonly encoder: LiveEncoder;
  readonly engine: SharedEngine;
  readonly networks: DetectionNetworks;
  readonly events: EventLog;
}

/** Decoded frames that a lane may hold: in work, waiting, shown and encoded. */
const SLOTS = 12;
/** An encoder runs on for so long after the last viewer has gone. */
const LINGER_MS = 5000;
const SNAPSHOT_MS = 2000;
/** When something of our own broke: a camera is tried again, the others never notice. */
const REST_MS = 5000;
export class RunningCamera implements LiveCamera {
  readonly name: string;
  readonly state$: Observable<CameraState>;
  readonly units$: Observable<AccessUnit>;
  readonly overlays$: Observable<Overlay>;
  readonly pictures$: Observable<LivePicture>;
  /** Cold: the camera lives while this is subscribed. Emits nothing. */
  readonly run$: Observable<never>;
  readonly #options: LiveOptions;
  readonly #tools: LiveTools;
  readonly #config: CameraConfig;
  readonly #figures = new LaneFigures();
  readonly #book: CameraBook;
  readonly #pictures = new Subject<LivePicture>();
  readonly #gone = new Subject<void>();
  readonly #restoring: Restoring;
  constructor(config: CameraConfig, options: LiveOptions, tools: LiveTools) {
    this.name = config.name;
    this.#config = config;
    this.#options = options;
    this.#tools = tools;
    const address = parseAddress(config.url).shown;
    this.#book = new CameraBook(config.name, address, tools.events);
    this.#restoring = new Restoring({
      ...{ lane: config.name, settings: { ...options, masks: masksOf(config, options) }, ...tools },
      frameRate: () => this.state().fps || 25,
      decodeErrors: () => this.#figures.decodeErrors,
      onView: ({ reason, ...event }) => this.#book.viewed({ ...event, text: reason }),
      onNoView: () => this.#book.unviewed(),
      onDropped: () => this.#figures.drop(),
    });
    this.state$ = this.#book.state$;
    this.pictures$ = this.#pictures.asObservable();
    this.overlays$ = this.pictures$.pipe(map(({ overlay }) => overlay));
    this.units$ = this.pictures$.pipe(
      liveUnits(this.#unitOptions('stacked')),
      tap(({ times }) => {
        this.#figures.unit(times.encodedMs, times.receivedMs);
      }),
      shareGroup(({ key }) => key, LINGER_MS),
    );
    this.run$ = this.#run();
  }

  state(): CameraState {
    return this.#book.state;
  }

  figures(): CameraFigures {
    return this.#figures.now();
  }

  /** Ends the camera: its streams complete. */
  stop(): void {
    this.#gone.next();
  }

  async snapshot(): Promise<Snapshot> {
    const snapshot$ = this.pictures$.pipe(
      map(({ original, restored, ...rest }) => ({
        ...rest,
        ...{
          camera: this.name,
          colour: this.state().colour,
          width: original.width,
          height: original.height,
        },
        ...{ original: original.data.slice(), restored: restored.data.slice() },
      })),
      timeout({ first: SNAPSHOT_MS, with: () => throwError(() => this.#notLive()) }),
    );
    return firstValueFrom(snapshot$).catch((error: unknown) => {
      throw error instanceof RelensError ? error : this.#notLive();
    });
  }

  #notLive(): RelensError {
    const { status, reason = 'no picture has come yet' } = this.state();
    return new RelensError('CAMERA_NOT_LIVE', `${this.name} is ${status}: ${reason}`);
  }

  #run(): Observable<never> {
    const { ffmpeg, passthrough, ownSpeed } = this.#tools;
    const { transport, maxWidth } = this.#config;
    const recording = this.#recording();
    const source$ = defer(() =>
      liveSource({
        ...{ ffmpeg, passthrough, ownSpeed, lane: this.name, slots: SLOTS },
        address: parseAddress(this.#config.url),
        ...(transport !== undefined && { transport }),
        ...(maxWidth !== undefined && { maxWidth }),
        deinterlace: this.#options.deinterlace,
        ...(recording && { copy: () => recording.original(), renew$: recording.mended$ }),
      }),
    );
    const pictures$ = source$.pipe(
      mergeMap((event) => this.#noted(event)),
      latestMap({
        work: (frame, ready) => this.#restoring.restore(frame, ready),
        overtaken: (frame) => this.#restoring.overtaken(frame),
        discard: ({ frame }) => frame.close(),
        atOnce: AT_ONCE,
      }),
      tap((outcome) => {
        this.#show(outcome);
      }),
      catchError((error: unknown) => {
        const reason = error instanceof RelensError ? error.message : 'an unexpected error';
        this.#options.logger.error({ camera: this.name, error: String(error) }, reason);
        this.#book.link({ status: 'failed', reason, nextAttemptMs: nowMs() + REST_MS });
        return EMPTY;
      }),
      finalize(() => this.#restoring.dispose()),
    );
    // A file's stream ends for good; whatever else ends it, it is taken up again.
    const again$ = pictures$.pipe(
      repeat({ delay: () => (this.state().status === 'stopped' ? NEVER : timer(REST_MS)) }),
    );
    const watch$ = interval(1000).pipe(tap(() => this.#book.judge(this.figures())));
    const recorded$ = recording ? this.pictures$.pipe(recording.restored()) : EMPTY;
    return merge(recorded$, this.#published(), again$, watch$).pipe(
      mergeMap(() => EMPTY),
      takeUntil(this.#gone),
      finalize(() => this.#over()),
    );
  }

  #recording(): Recording | undefined {
    const { record } = this.#config;
    if (record === undefined) return undefined;
    return new Recording({
      ...{ camera: this.name, folder: record, seconds: this.#options.segmentSeconds },
      ...{ tools: this.#tools, colour: () => this.state().colour },
      onBroken: (reason) => this.#book.recordFailed(reason),
      onMended: () => this.#book.recorded(),
      onFailed: (error) => {
        const reason = error instanceof RelensError ? error.message : String(error);
        this.#options.logger.error({ camera: this.name }, reason);
      },
    });
  }

  #published(): Observable<never> {
    const { publish } = this.#config;
    if (publish === undefined) return EMPTY;
    const book = this.#book;
    return this.pictures$.pipe(
      liveUnits(this.#unitOptions('restored')),
      published({
        address: parseAddress(publish),
        onPublished: () => book.published(),
        onFailed: ({ message }) => book.publishFailed(message),
      }),
    );
  }

  #unitOptions(layout: 'stacked' | 'restored'): LiveUnitsOptions {
    return {
      ...this.#tools,
      layout,
      colour: () => this.state().colour,
      onFailed: (error) => {
        this.#options.logger.warn({ camera: this.name }, error.message);
      },
    };
  }

  /** Frames go on; everything else is noted here. */
  #noted(event: LiveSourceEvent): LiveFrame[] {
    switch (event.kind) {
      case 'frame': {
        const { facts, frame, receivedMs } = event;
        const { width, height } = frame;
        this.#figures.errors(facts.decodeErrors);
        this.#book.picture({ ...facts, width, height, receivedMs });
        return [event];
      }
      case 'dropped':
        this.#figures.drop();
        return [];
      case 'link':
        if (this.state().status === 'live' && event.link.status !== 'live') this.#figures.lost();
        this.#book.link(event.link);
        return [];
    }
  }

  #show(outcome: LiveOutcome): void {
    this.#figures.frame(outcome, outcome.networkMs);
    this.#pictures.next(outcome);
    outcome.close();
  }

  #over(): void {
    this.#book.close();
    this.#pictures.complete();
  }
}

/** What was drawn for this camera, besides what was drawn for all. */
function masksOf({ damaged = [], keep = [] }: CameraConfig, { masks }: LiveOptions) {
  return {
    ...masks,
    ...{ damaged: [...masks.damaged, ...damaged], keep: [...masks.keep, ...keep] },
  };
}
