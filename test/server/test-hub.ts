/** A hub of test cameras, and a server around it. */
import { Subject, type Subscription } from 'rxjs';
import { RelensError } from '../../src/errors.js';
import { findFfmpeg } from '../../src/ffmpeg/find.js';
import { nowMs, type CameraConfig, type CameraEvent } from '../../src/frame/live-seams.js';
import type { LiveHub } from '../../src/frame/live-seams.js';
import { serve, type Listening } from '../../src/server/server.js';
import type { ServerSettings } from '../../src/server/settings.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { Terminal } from '../../src/telemetry/terminal.js';
import { TestCamera } from './test-camera.js';

export const ffmpeg = await findFfmpeg();

export class TestHub implements LiveHub {
  readonly changes$ = new Subject<{ kind: 'added' | 'changed' | 'removed'; name: string }>();
  readonly events$ = new Subject<CameraEvent>();
  /** What cameras were told, passwords and all. */
  readonly configs = new Map<string, CameraConfig>();
  readonly #cameras = new Map<string, TestCamera>();
  readonly #events: CameraEvent[] = [];

  constructor(...names: string[]) {
    for (const name of names) this.add({ name, url: `rtsp://admin:secret@${name}/` });
  }

  cameras = () => [...this.#cameras.values()];
  camera = (name: string) => this.#cameras.get(name);
  events = () => this.#events;

  add(config: CameraConfig): void {
    if (!/^[\w-]+$/.test(config.name)) throw new RelensError('CONFIG', '"name" must be simple');
    if (this.#cameras.has(config.name)) {
      throw new RelensError('CAMERA_EXISTS', `there is a camera ${config.name} already`);
    }
    this.#start(config, 'added');
  }

  change(name: string, config: CameraConfig): void {
    this.#cameras.get(name)?.close();
    this.#start(config, 'changed');
  }

  remove(name: string): void {
    this.#cameras.get(name)?.close();
    this.#cameras.delete(name);
    this.changes$.next({ kind: 'removed', name });
  }

  happen(camera: string, kind: string, text: string): CameraEvent {
    const event = { id: this.#events.length + 1, camera, kind, start: nowMs(), text };
    this.#events.push(event);
    this.events$.next(event);
    return event;
  }

  close(): void {
    for (const camera of this.cameras()) camera.close();
  }

  #start(config: CameraConfig, kind: 'added' | 'changed'): void {
    this.configs.set(config.name, config);
    this.#cameras.set(config.name, new TestCamera(config.name, ffmpeg));
    this.changes$.next({ kind, name: config.name });
  }
}

export const SETTINGS: ServerSettings = {
  ...{ host: '127.0.0.1', port: 0, token: '', certificate: '', key: '' },
  ...{ origins: [], requestsPerMinute: 6000 },
};

export interface Running {
  readonly url: string;
  readonly port: number;
  /** Everything that was logged. */
  readonly log: string[];
  stop(): void;
}

export async function startServer(
  hub: LiveHub,
  settings: Partial<ServerSettings> = {},
): Promise<Running> {
  const log: string[] = [];
  const terminal = new Terminal({ write: (text: string) => log.push(text) });
  const logger = createLogger(terminal, 'trace');
  let subscription: Subscription | undefined;
  const listening = await new Promise<Listening>((resolve, reject) => {
    subscription = serve(hub, { ...SETTINGS, ...settings }, { ffmpeg, logger }).subscribe({
      next: resolve,
      error: reject,
    });
  });
  return { ...listening, log, stop: () => subscription?.unsubscribe() };
}
