/** A camera for the server's tests: a moving scene with a burnt-in clock, really encoded. */
import { BehaviorSubject, firstValueFrom, map, Observable, Subject, timeout } from 'rxjs';
import { RelensError } from '../../src/errors.js';
import type { Ffmpeg } from '../../src/ffmpeg/find.js';
import type { Frame } from '../../src/frame/frame.js';
import {
  nowMs,
  type AccessUnit,
  type CameraFigures,
  type CameraState,
  type LiveCamera,
  type LivePicture,
  type Snapshot,
} from '../../src/frame/live-seams.js';
import { SceneEncoder } from './scene-encoder.js';
import { drawScene, SCENE, sceneOverlay } from './scene.js';

const FPS = 25;

export class TestCamera implements LiveCamera {
  readonly name: string;
  readonly state$: BehaviorSubject<CameraState>;
  readonly pictures$ = new Subject<LivePicture>();
  readonly overlays$ = this.pictures$.pipe(map(({ overlay }) => overlay));
  /** Encoders that were started: one however many watch. */
  encodersStarted = 0;
  readonly #ffmpeg: Ffmpeg;
  readonly #overlay = sceneOverlay();
  readonly #watchers = new Set<(unit: AccessUnit) => void>();
  #group: AccessUnit[] = [];
  #encoder: SceneEncoder | undefined;
  #timer: NodeJS.Timeout | undefined;
  #seq = 0;

  constructor(name: string, ffmpeg: Ffmpeg) {
    this.name = name;
    this.#ffmpeg = ffmpeg;
    this.state$ = new BehaviorSubject<CameraState>({
      ...{
        name,
        address: `test://${name}`,
        status: 'live',
        since: nowMs(),
        attempts: 0,
        view: [],
        colour: {},
      },
      ...{ ...SCENE, fps: FPS, codec: 'h264' },
    });
    this.play();
  }

  play(): void {
    this.#timer ??= setInterval(() => this.#tick(), 1000 / FPS);
    this.tell({ status: 'live' });
  }

  /** Pictures stop, and the state says why. */
  stall(reason: string, tell = true): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (tell)
      this.tell({ status: 'stalled', reason, since: nowMs(), nextAttemptMs: nowMs() + 4000 });
  }

  tell(change: Partial<CameraState>): void {
    const { reason: _, nextAttemptMs: __, ...kept } = this.state$.value;
    this.state$.next({ ...kept, ...change });
  }

  close(): void {
    clearInterval(this.#timer);
    this.#encoder?.close();
    this.state$.complete();
    this.pictures$.complete();
  }

  state = () => this.state$.value;

  figures = (): CameraFigures => ({
    ...{ fps: FPS, latency: { p50: 41, p99: 63 }, encodedLatency: { p50: 52, p99: 80 } },
    ...{
      frames: this.#seq,
      dropped: 3,
      passedThrough: 2,
      distrusted: 1,
      passedThroughShare: 0.02,
      noise: 4.5,
    },
    repairedShare: 0.083,
    provenance: { original: 0.75, denoised: 0.16, recovered: 0.08, synthesised: 0.01 },
    ...{ networkMs: { p50: 30, p99: 44 }, reconnects: 1, decodeErrors: 0 },
  });

  readonly units$ = new Observable<AccessUnit>((subscriber) => {
    const watcher = (unit: AccessUnit) => subscriber.next(unit);
    if (this.#watchers.size === 0) {
      this.encodersStarted++;
      this.#encoder = new SceneEncoder(this.#ffmpeg, FPS, (unit) => {
        if (unit.key) this.#group = [];
        this.#group.push(unit);
        for (const watch of this.#watchers) watch(unit);
      });
    } else {
      this.#group.forEach(watcher);
    }
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size > 0) return;
      this.#encoder?.close();
      this.#encoder = undefined;
      this.#group = [];
    };
  });

  async snapshot(): Promise<Snapshot> {
    const nothing = () => new RelensError('CAMERA_NOT_LIVE', `${this.name}: no picture came`);
    const copy$ = this.pictures$.pipe(
      map(({ original, restored, overlay, times, passedThrough, trusted, sigma }) => ({
        ...{ camera: this.name, ...SCENE, overlay, times, passedThrough, trusted, sigma },
        colour: this.state().colour,
        original: Uint8Array.from(original.data),
        restored: Uint8Array.from(restored.data),
      })),
      timeout({
        first: 2000,
        with: () => {
          throw nothing();
        },
      }),
    );
    return firstValueFrom(copy$);
  }

  #tick(): void {
    const time = nowMs();
    const seq = this.#seq++;
    const timestamp = Math.round((seq * 1e6) / FPS);
    const frame = (dirty: boolean): Frame => {
      const one: Frame = {
        ...{ ...SCENE, lane: this.name, seq, timestamp, discontinuity: false },
        data: drawScene(Date.now(), dirty),
        clone: () => one,
        close: () => undefined,
      };
      return one;
    };
    const overlay = { seq, timestamp, columns: 160, rows: 90, ...this.#overlay };
    const times = { receivedMs: time, decodedMs: time, restoredMs: nowMs(), encodedMs: 0 };
    const [original, restored] = [frame(true), frame(false)];
    this.#encoder?.write({ original, restored, times });
    this.pictures$.next({
      original,
      restored,
      overlay,
      times,
      passedThrough: false,
      trusted: true,
      sigma: 4.5,
    });
    this.#remember(time);
  }

  // The newest picture's time is in every state, but is no change of it.
  #remember(lastPictureMs: number): void {
    Object.assign(this.state$.value, { lastPictureMs });
  }
}
