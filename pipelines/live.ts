/** All live cameras of one run: added, changed and removed while it runs, each for itself. */
import { defer, EMPTY, finalize, merge, mergeMap, of, Subject, tap, type Observable } from 'rxjs';
import { readCamera } from '../src/config/cameras.js';
import { RelensError } from '../src/errors.js';
import { ownSpeed, passthrough } from '../src/ffmpeg/abilities.js';
import { chooseLiveEncoder } from '../src/ffmpeg/encode-live.js';
import { findFfmpeg } from '../src/ffmpeg/find.js';
import type { CameraConfig, LiveCamera, LiveHub } from '../src/frame/live-seams.js';
import { openEngine } from '../src/inference/engine.js';
import { loadModelCard } from '../src/inference/model-card.js';
import { SharedEngine } from '../src/inference/shared-engine.js';
import { EventLog } from '../src/telemetry/event-log.js';
import { RunningCamera, type LiveTools } from './live-camera.js';
import { openDetectionNetworks } from './detection-networks.js';
import { LIVE_NETWORKS } from './live-networks.js';
import type { LiveOptions } from './live-options.js';

export type { LiveOptions } from './live-options.js';

/**
 * Cold; emits the hub once, and runs until it is unsubscribed: then all children are ended.
 * @throws RelensError (in the stream) what is wrong with ffmpeg, the model or the first cameras
 */
export type Live = (options: LiveOptions) => Observable<LiveHub>;

export const live: Live = (options) =>
  defer(() => openTools(options)).pipe(
    mergeMap((tools) => {
      const hub = new Hub(options, tools);
      return merge(hub.run$, of(hub)).pipe(
        finalize(() => {
          tools.events.close();
          void tools.engine.close();
          void tools.networks.close();
        }),
      );
    }),
  );

async function openTools(options: LiveOptions): Promise<LiveTools> {
  const ffmpeg = await findFfmpeg(options.ffmpeg);
  const encoder = await chooseLiveEncoder(ffmpeg);
  const card = await loadModelCard(options.model, 'generator');
  const engine = new SharedEngine(await openEngine(card, options.device, options.threads));
  const detectors = LIVE_NETWORKS[options.networks];
  const networks = await openDetectionNetworks(options.device, options.threads, detectors);
  const events = new EventLog();
  const abilities = { passthrough: await passthrough(ffmpeg), ownSpeed: await ownSpeed(ffmpeg) };
  return { ffmpeg, encoder, engine, networks, events, ...abilities };
}

class Hub implements LiveHub {
  readonly changes$: LiveHub['changes$'];
  readonly events$: LiveHub['events$'];
  /** Cold: the cameras live while this is subscribed. Emits nothing. */
  readonly run$: Observable<never>;
  readonly #options: LiveOptions;
  readonly #tools: LiveTools;
  readonly #cameras = new Map<
    string,
    { readonly camera: RunningCamera; readonly config: CameraConfig }
  >();
  readonly #started = new Subject<RunningCamera>();
  readonly #changes = new Subject<{
    readonly kind: 'added' | 'changed' | 'removed';
    readonly name: string;
  }>();
  /** What the newest list wished, as far as it was done. */
  #wished: Map<string, CameraConfig> | undefined;

  constructor(options: LiveOptions, tools: LiveTools) {
    this.#options = options;
    this.#tools = tools;
    this.changes$ = this.#changes.asObservable();
    this.events$ = tools.events.events$;
    const cameras$ = this.#started.pipe(mergeMap((camera) => camera.run$));
    const wishes$ = options.cameras$.pipe(
      tap((wished) => {
        if (this.#wished === undefined) this.#follow(wished, raise);
        else this.#follow(wished, (error) => this.#options.logger.error(messageOf(error)));
      }),
      mergeMap(() => EMPTY),
    );
    this.run$ = merge(cameras$, wishes$);
  }

  cameras(): readonly LiveCamera[] {
    return [...this.#cameras.values()].map(({ camera }) => camera);
  }

  camera(name: string): LiveCamera | undefined {
    return this.#cameras.get(name)?.camera;
  }

  events(): ReturnType<LiveHub['events']> {
    return this.#tools.events.all();
  }

  add(config: CameraConfig): void {
    const checked = checkedCamera(config);
    if (this.#cameras.has(checked.name)) {
      throw new RelensError(
        'CAMERA_EXISTS',
        `expected a new name, ${checked.name} is there already: change it, or choose another`,
      );
    }
    this.#start(checked, 'added');
  }

  change(name: string, config: CameraConfig): void {
    const before = this.#known(name).camera;
    this.#start(checkedCamera({ ...config, name }), 'changed', before);
  }

  remove(name: string): void {
    this.#known(name).camera.stop();
    this.#cameras.delete(name);
    this.#tell(name, 'removed');
  }

  #known(name: string) {
    const known = this.#cameras.get(name);
    if (known !== undefined) return known;
    throw new RelensError('CAMERA_NOT_FOUND', `expected the name of a camera, ${name} is none`);
  }

  /** Where it cannot be started the one before it goes on. */
  #start(config: CameraConfig, kind: 'added' | 'changed', before?: RunningCamera): void {
    const camera = new RunningCamera(config, this.#options, this.#tools);
    before?.stop();
    this.#cameras.set(config.name, { camera, config });
    this.#started.next(camera);
    this.#tell(config.name, kind);
  }

  #tell(name: string, kind: 'added' | 'changed' | 'removed'): void {
    this.#tools.events.note(name, kind, `the camera was ${kind}`);
    this.#changes.next({ kind, name });
  }

  /** Makes true what the newest list says differently from the one before, camera by camera. */
  #follow(wished: readonly CameraConfig[], onError: (error: unknown) => void): void {
    const before = this.#wished ?? new Map<string, CameraConfig>();
    const now = new Map(wished.map((config) => [config.name, config]));
    this.#wished = now;
    for (const name of before.keys()) {
      if (!now.has(name) && this.#cameras.has(name)) this.remove(name);
    }
    for (const config of wished) {
      const { name } = config;
      const old = before.get(name);
      if (same(old, config) && this.#cameras.has(name)) continue;
      try {
        if (this.#cameras.has(name)) this.change(name, config);
        else this.add(config);
      } catch (error) {
        // What could not be done was not done: it is tried again with the next list.
        if (old === undefined) now.delete(name);
        else now.set(name, old);
        onError(error);
      }
    }
  }
}

function checkedCamera({ name, ...settings }: CameraConfig): CameraConfig {
  return readCamera(name, settings);
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function raise(error: unknown): never {
  throw error;
}

function same(a: CameraConfig | undefined, b: CameraConfig): boolean {
  return a !== undefined && JSON.stringify(a) === JSON.stringify(b);
}
