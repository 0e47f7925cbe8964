/** A live camera as an endless stream: connects, watches, tells what is wrong, connects again. */
import {
  concatMap,
  defer,
  EMPTY,
  NEVER,
  of,
  pipe,
  repeat,
  startWith,
  takeUntil,
  takeWhile,
  tap,
  timer,
  type Observable,
  type OperatorFunction,
} from 'rxjs';
import {
  decodeLive,
  type LiveDecoded,
  type LiveDecodeJob,
  type StreamCopy,
} from '../ffmpeg/decode-live.js';
import { arrives } from '../frame/live-address.js';
import {
  reachReason,
  silenceReason,
  type LiveFailure,
  type LiveStage,
} from '../ffmpeg/live-log.js';
import { endWhenQuiet } from '../flow/end-when-quiet.js';
import type { ColourTags } from '../frame/colour.js';
import type { Frame } from '../frame/frame.js';
import { nowMs, type CameraStatus } from '../frame/live-seams.js';
import { ArrivalRate } from './arrival-rate.js';
import { waitAfter, type Patience } from './back-off.js';
import { LaneClock } from './lane-clock.js';
import { reach } from './reach.js';

export type LiveSourceOptions = Omit<LiveDecodeJob, 'stamp' | 'copy' | 'deinterlace'> & {
  /** `auto`, the default: a stream that turns out to be interlaced is connected to once more. */
  readonly deinterlace?: 'auto' | 'off';
  /** The untouched stream, copied beside; asked for at each connection. */
  readonly copy?: () => StreamCopy | undefined;
  /** When it emits a camera that is connected is connected to anew; subscribed to by each connection. */
  readonly renew$?: Observable<unknown>;
  /** 0–1, for the jitter of the back-off. */
  readonly random?: () => number;
};

export interface LiveFrame {
  /** The receiver closes it. */
  readonly frame: Frame;
  readonly receivedMs: number;
  readonly decodedMs: number;
  /** False: the decoder reported errors, and no key frame has come since. */
  readonly trusted: boolean;
}

export interface LinkState {
  readonly status: CameraStatus;
  readonly reason?: string;
  readonly nextAttemptMs?: number;
  /** Connections tried in vain since the last picture. */
  readonly attempts: number;
}

/** What the decoder found out about the stream. */
export interface StreamFacts {
  readonly codec: string;
  readonly colour: ColourTags;
  readonly fps: number;
  readonly decodeErrors: number;
}

export type LiveSourceEvent =
  | ({ readonly kind: 'frame'; readonly facts: StreamFacts } & LiveFrame)
  | { readonly kind: 'dropped' }
  | { readonly kind: 'link'; readonly link: LinkState };

/** How long each stage may take before the connection is given up. */
const STAGE_MS: Record<LiveStage, number> = {
  starting: 3000,
  connected: 4000,
  described: 20_000,
  opened: 20_000,
};
/** An HTTP server says nothing more between the connection and the first pictures. */
const HTTP_MS = 20_000;
/** A camera that answered before is not waited for much longer than it took then. */
const LEAST_ANSWER_MS = 1500;
const ANSWER_FACTOR = 3;
/** However late a picture was decoded, the next one has this long to come. */
const LEAST_QUIET_MS = 1000;
const FILE_QUIET_MS = 60_000;
type Failure = Omit<LiveFailure, 'patience'> & {
  readonly patience: Patience;
  readonly stalled?: boolean;
};

/**
 * Cold; runs one child at a time and never errors for what a camera does. A file's stream completes
 * at its end; a camera's never does, for any end is a disconnect.
 */
export function liveSource(options: LiveSourceOptions): Observable<LiveSourceEvent> {
  return defer(() => {
    const link = new Link(options);
    return defer(() => link.connect()).pipe(
      repeat({ delay: () => timer(link.waitMs) }),
      takeWhile((event) => !(event.kind === 'link' && event.link.status === 'stopped'), true),
    );
  });
}

type Watched = LiveDecoded | { readonly kind: 'quiet' };

/** One camera's connections, one after another. */
class Link {
  /** Until the next connection is tried. */
  waitMs = 0;
  readonly #options: LiveSourceOptions;
  readonly #rate = new ArrivalRate();
  readonly #clock: LaneClock;
  #state: LinkState = { status: 'connecting', attempts: 0 };
  #stage: LiveStage = 'starting';
  #frames = 0;
  #beganMs = 0;
  #receivedMs = 0;
  /** The camera sends interlaced pictures, and they are to be made whole. */
  #interlaced = false;
  /** How long the camera took to describe its stream the last time. */
  #answerMs: number | undefined;

  constructor(options: LiveSourceOptions) {
    this.#options = options;
    this.#clock = new LaneClock(arrives(options.address));
  }

  connect(): Observable<LiveSourceEvent> {
    const { status, reason, attempts } = this.#state;
    this.#stage = 'starting';
    this.#frames = 0;
    this.#beganMs = nowMs();
    this.#rate.begin();
    const trying: LinkState = { status, attempts, ...(reason !== undefined && { reason }) };
    const stamp = (arrived: Parameters<LaneClock['stamp']>[0]) => this.#clock.stamp(arrived);
    const { copy: open, deinterlace: _, renew$: __, ...options } = this.#options;
    const job = { ...options, deinterlace: this.#interlaced };
    const decoded$ = defer(() => {
      const copy = open?.();
      return decodeLive({ ...job, stamp, ...(copy && { copy }) });
    });
    // Who did not answer the last time is asked first whether anybody is there.
    const asks = attempts > 0 && this.#options.address.host !== '';
    return (asks ? this.#asked(decoded$) : decoded$.pipe(this.#watched())).pipe(
      startWith(this.#become(trying)),
    );
  }

  #asked(decoded$: Observable<LiveDecoded>): Observable<LiveSourceEvent> {
    const { address } = this.#options;
    return reach(address).pipe(
      concatMap((why) => {
        if (why === undefined) {
          this.#beganMs = nowMs();
          return decoded$.pipe(this.#watched());
        }
        const reason = reachReason(address, why);
        return of(this.#failed({ status: 'failed', reason, patience: 'ask' }));
      }),
    );
  }

  #watched(): OperatorFunction<LiveDecoded, LiveSourceEvent> {
    const renewed$ = (this.#options.renew$ ?? NEVER).pipe(tap(() => (this.waitMs = 0)));
    return pipe(
      takeUntil(renewed$),
      endWhenQuiet<Watched>(
        () => this.#quietMs(),
        () => ({ kind: 'quiet' }),
      ),
      takeWhile((event) => !this.#turnsInterlaced(event)),
      concatMap((event) => this.#tell(event)),
    );
  }

  /** Whole pictures need another decoder, so the camera is connected to once more. */
  #turnsInterlaced(event: Watched): boolean {
    if (event.kind !== 'frame' || !event.log.interlaced || this.#interlaced) return false;
    if (this.#options.deinterlace === 'off') return false;
    event.frame.close();
    this.#interlaced = true;
    this.waitMs = 0;
    return true;
  }

  #quietMs(): number {
    const { kind } = this.#options.address;
    // Its sound may be longer than its pictures, and these may be far apart.
    if (this.#frames > 0 && kind === 'file') return FILE_QUIET_MS;
    // Silence begins when the newest picture came, which may be a while before it was decoded.
    if (this.#frames > 0) {
      return Math.max(LEAST_QUIET_MS, this.#rate.limitMs - (nowMs() - this.#receivedMs));
    }
    const stage = this.#stage;
    if (stage === 'described' || stage === 'opened') return STAGE_MS[stage];
    if (kind !== 'rtsp') return stage === 'connected' ? HTTP_MS : STAGE_MS[stage];
    return this.#answerMs === undefined
      ? STAGE_MS[stage]
      : Math.max(LEAST_ANSWER_MS, ANSWER_FACTOR * this.#answerMs);
  }

  #tell(event: Watched): Observable<LiveSourceEvent> {
    switch (event.kind) {
      case 'frame': {
        const { log, ...frame } = event;
        this.#came(event.receivedMs);
        const facts: StreamFacts = {
          codec: log.codec,
          colour: log.colour,
          fps: this.#rate.fps > 0 ? this.#rate.fps : log.frameRate,
          decodeErrors: log.decodeErrors,
        };
        const told: LiveSourceEvent = { ...frame, facts };
        return this.#state.status === 'live'
          ? of(told)
          : of(this.#become({ status: 'live', attempts: 0 }), told);
      }
      case 'dropped':
        this.#came(event.receivedMs);
        return of({ kind: 'dropped' });
      case 'stage':
        this.#stage = event.stage;
        if (event.stage === 'described') this.#answerMs = nowMs() - this.#beganMs;
        return EMPTY;
      case 'quiet':
        return of(this.#isPlayed ? this.#played() : this.#failed(this.#silence()));
      case 'ended':
        return of(this.#over(event.failure));
    }
  }

  #came(receivedMs: number): void {
    this.#frames++;
    this.#receivedMs = receivedMs;
    this.#rate.push(receivedMs);
  }

  #silence(): Failure {
    if (this.#frames === 0) {
      const reason = silenceReason(this.#options.address, this.#stage);
      return { status: 'failed', reason, patience: 'soon' };
    }
    const seconds = (this.#rate.limitMs / 1000).toFixed(1);
    this.#rate.stalled();
    const reason = `no picture for ${seconds} s: the camera hangs, or its cable was pulled`;
    return { status: 'failed', reason, patience: 'soon', stalled: true };
  }

  /** A file of which pictures came. */
  get #isPlayed(): boolean {
    return this.#options.address.kind === 'file' && this.#frames > 0;
  }

  #played(): LiveSourceEvent {
    return this.#become({ status: 'stopped', reason: 'the file is at its end', attempts: 0 });
  }

  #over(failure: LiveFailure): LiveSourceEvent {
    if (this.#isPlayed) return this.#played();
    // Whatever was printed while pictures came, the news is that they come no more.
    const lost = `the connection to ${this.#options.address.shown} was lost`;
    return this.#failed(
      this.#frames > 0 ? { ...failure, status: 'failed', reason: lost } : failure,
    );
  }

  #failed(failure: Failure): LiveSourceEvent {
    const attempts = this.#frames > 0 ? 0 : this.#state.attempts + 1;
    this.waitMs = waitAfter({
      ...{ patience: failure.patience, wasLive: this.#frames > 0, attempts },
      ...{ spentMs: nowMs() - this.#beganMs, random: (this.#options.random ?? Math.random)() },
    });
    const status = failure.stalled === true ? 'stalled' : failure.status;
    return this.#become({
      status,
      reason: failure.reason,
      attempts,
      nextAttemptMs: nowMs() + this.waitMs,
    });
  }

  #become(state: LinkState): LiveSourceEvent {
    this.#state = state;
    return { kind: 'link', link: state };
  }
}
