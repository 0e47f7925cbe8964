/** Runs the live pipeline as the command does, for tests that look at its hub. */
import {
  BehaviorSubject,
  filter,
  firstValueFrom,
  take,
  toArray,
  type Observable,
  type Subscription,
} from 'rxjs';
import { afterEach } from 'vitest';
import { live, type LiveOptions } from '../../pipelines/live.js';
import type { CameraConfig, LiveCamera, LiveHub } from '../../src/frame/live-seams.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { Terminal } from '../../src/telemetry/terminal.js';

const running: Subscription[] = [];

/** Ends the hubs of a file's tests, after each of them. */
export function endHubs(): void {
  afterEach(() => {
    for (const hub of running.splice(0)) hub.unsubscribe();
  });
}

export interface TestedHub {
  readonly hub: LiveHub;
  readonly wish: BehaviorSubject<readonly CameraConfig[]>;
  readonly log: string[];
  stop(): void;
}

export async function startHub(
  cameras: readonly CameraConfig[],
  more: Partial<LiveOptions> = {},
): Promise<TestedHub> {
  const log: string[] = [];
  const terminal = new Terminal({ write: (text: string) => log.push(text) });
  const wish = new BehaviorSubject<readonly CameraConfig[]>(cameras);
  const options: LiveOptions = {
    ...{ model: 'lite', device: 'cpu', threads: 1, strength: 1, synthesis: true, noiseFloor: 1.5 },
    // A test's machine may be slow: what is late is tested where it is meant.
    ...{
      lateMs: 10_000,
      deinterlace: 'auto',
      networks: 'none',
      dirt: { share: 0.01, seconds: 10 },
      masks: { osd: true, damaged: [], keep: [] },
      segmentSeconds: 60,
      cameras$: wish,
      logger: createLogger(terminal, 'info'),
    },
    ...more,
  };
  return new Promise((resolve, reject) => {
    const subscription = live(options).subscribe({
      next: (hub) => resolve({ hub, wish, log, stop: () => subscription.unsubscribe() }),
      error: reject,
    });
    running.push(subscription);
  });
}

export function cameraOf({ hub }: TestedHub, name: string): LiveCamera {
  const camera = hub.camera(name);
  if (camera === undefined) throw new Error(`no camera ${name}`);
  return camera;
}

/** The first `count` values for which `test` holds. */
export function some<T>(
  values$: Observable<T>,
  count: number,
  test: (value: T) => boolean = () => true,
) {
  return firstValueFrom(values$.pipe(filter(test), take(count), toArray()));
}
