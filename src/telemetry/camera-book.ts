/** What is known of one camera's state, told to whoever asks, with an event for each change. */
import { BehaviorSubject, map, type Observable } from 'rxjs';
import {
  nowMs,
  type CameraEvent,
  type CameraFigures,
  type CameraState,
  type CameraStatus,
  type ViewTrouble,
} from '../frame/live-seams.js';
import { colourKey } from '../frame/colour.js';
import type { EventLog } from './event-log.js';

/** The part of a state that the connection decides. */
export interface Link {
  readonly status: CameraStatus;
  readonly reason?: string;
  readonly nextAttemptMs?: number;
  readonly attempts?: number;
}

/** The part of a state that the pictures decide. */
export type Seen = Pick<CameraState, 'width' | 'height' | 'codec' | 'fps' | 'colour'> & {
  readonly receivedMs: number;
};

/** Shares of frames let through, at which a camera begins and ends to be called late. */
/** The first frames wait for the stream to be understood, and the network is cold. */
const ENOUGH = 40;
const LATE = { begins: 0.5, ends: 0.2 };

export class CameraBook {
  readonly state$: Observable<CameraState>;
  readonly #name: string;
  readonly #events: EventLog;
  readonly #state: BehaviorSubject<CameraState>;
  #lastPictureMs: number | undefined;
  #trouble: (() => void) | undefined;
  #late: (() => void) | undefined;
  #unpublished: (() => void) | undefined;
  #unrecorded: (() => void) | undefined;
  readonly #view = new Map<string, ViewTrouble & { readonly over: () => void }>();

  /** @param address without secrets */
  constructor(name: string, address: string, events: EventLog) {
    this.#name = name;
    this.#events = events;
    this.#state = new BehaviorSubject<CameraState>({
      ...{ name, address, status: 'connecting', since: nowMs(), attempts: 0 },
      ...{ width: 0, height: 0, fps: 0, codec: '', colour: {}, view: [] },
    });
    this.state$ = this.#state.pipe(map((state) => this.#stamped(state)));
  }

  get state(): CameraState {
    return this.#stamped(this.#state.value);
  }

  /** The connection became, or is still, this. */
  link(link: Link): void {
    // What the new link does not say is not so any more.
    const { reason, nextAttemptMs: _, ...before } = this.#state.value;
    const same = before.status === link.status && reason === link.reason;
    const since = before.status === link.status ? before.since : nowMs();
    this.#state.next({ ...before, ...link, since });
    if (same) return;
    this.#trouble?.();
    this.#trouble = undefined;
    if (link.status === 'live') {
      this.#events.note(this.#name, 'live', 'the picture is there');
    } else if (link.status !== 'connecting') {
      this.#trouble = this.#events.begin(this.#name, link.status, link.reason ?? '');
    }
  }

  /** A picture came. That another one came is no news; another size, codec or rate is. */
  picture({ receivedMs, ...seen }: Seen): void {
    this.#lastPictureMs = receivedMs;
    const now = this.#state.value;
    const { width, height, codec, colour } = seen;
    const fps = Math.round(seen.fps * 10) / 10;
    const same = now.width === width && now.height === height && now.codec === codec;
    const coloured = colourKey(colour) === colourKey(now.colour);
    if (same && coloured && Math.abs(fps - now.fps) <= 0.1 * fps) return;
    this.#state.next({ ...now, width, height, codec, fps, colour });
    if (same || now.width === 0) return;
    const text = `the camera sends ${codec} of ${width}x${height} now`;
    this.#events.note(this.#name, 'size', text);
  }

  /** What is wrong with the view began, or (with `end`) is over. */
  viewed({ kind, start, end, text }: Pick<CameraEvent, 'kind' | 'start' | 'end' | 'text'>): void {
    const known = this.#view.get(kind);
    if ((known === undefined) === (end !== undefined)) return;
    if (known === undefined) {
      const over = this.#events.begin(this.#name, kind, text, start);
      this.#view.set(kind, { kind, since: start, text, over });
    } else {
      known.over();
      this.#view.delete(kind);
    }
    this.#tellView();
  }

  /** Nobody looks any more: what was wrong with the view may be so or not. */
  unviewed(): void {
    if (this.#view.size === 0) return;
    for (const { over } of this.#view.values()) over();
    this.#view.clear();
    this.#tellView();
  }

  #tellView(): void {
    const view = [...this.#view.values()].map(({ over: _, ...trouble }) => trouble);
    this.#state.next({ ...this.#state.value, view });
  }

  /** The server takes the restored stream. */
  published(): void {
    this.#unpublished?.();
    this.#unpublished = undefined;
    this.#events.note(this.#name, 'published', 'the restored picture is published');
  }

  /** The restored stream could not be published, or no more; `reason` holds no secret. */
  publishFailed(reason: string): void {
    this.#unpublished ??= this.#events.begin(this.#name, 'publish-failed', reason);
  }

  /** Recordings can be written again. */
  recorded(): void {
    this.#unrecorded?.();
    this.#unrecorded = undefined;
  }

  /** Recordings cannot be written; `reason` is a sentence. */
  recordFailed(reason: string): void {
    this.#unrecorded ??= this.#events.begin(this.#name, 'record-failed', reason);
  }

  /** Looks whether the network is late, or is so no more. */
  judge({ passedThroughShare, networkMs, frames }: CameraFigures): void {
    if (frames < ENOUGH) return;
    if (this.#late === undefined && passedThroughShare > LATE.begins) {
      const share = Math.round(100 * passedThroughShare);
      const takes = networkMs.p50 > 0 ? `, it takes ${Math.round(networkMs.p50)} ms a frame` : '';
      this.#late = this.#events.begin(
        this.#name,
        'late',
        `the network is late for ${share} % of the frames${takes}: set maxWidth, or fewer cameras`,
      );
    } else if (passedThroughShare < LATE.ends) {
      this.#late?.();
      this.#late = undefined;
    }
  }

  /** The camera was removed: the state completes. */
  close(): void {
    this.#trouble?.();
    this.#late?.();
    this.#unpublished?.();
    this.recorded();
    this.unviewed();
    this.#state.next({
      ...this.#state.value,
      ...{ status: 'stopped', reason: 'the camera was removed', since: nowMs() },
    });
    this.#state.complete();
  }

  #stamped(state: CameraState): CameraState {
    const lastPictureMs = this.#lastPictureMs;
    return lastPictureMs === undefined ? state : { ...state, lastPictureMs };
  }
}
