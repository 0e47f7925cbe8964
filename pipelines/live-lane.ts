/** A camera's side of its worker: hands it frames, and runs the network for it when it asks. */
import { Worker } from 'node:worker_threads';
import { builtFile } from '../src/config/package-root.js';
import { isRelensError, RelensError } from '../src/errors.js';
import type { CameraEvent } from '../src/frame/camera-event.js';
import type { EngineResult } from '../src/inference/engine.js';
import type { RunLimits, SharedEngine } from '../src/inference/shared-engine.js';
import type { LiveRestored } from '../src/restorers/live-work.js';
import type { LiveInput, LiveWorker } from '../src/restorers/live.js';
import type { DetectionNetworks } from './detection-networks.js';
import { movable, type FromWorker, type LaneSettings, type ToWorker } from './live-messages.js';

export interface LaneOptions {
  readonly settings: Omit<LaneSettings, 'card'>;
  readonly engine: SharedEngine;
  readonly networks: Pick<DetectionNetworks, 'run'>;
  /** Errors of the decoder so far. */
  readonly decodeErrors: () => number;
  /** What became of the camera as a whole, seen in the frame that came at `receivedMs`. */
  readonly onEvents: (
    events: readonly CameraEvent[],
    frame: { readonly timestamp: number; readonly receivedMs: number },
  ) => void;
}

interface Waiting {
  readonly input: LiveInput;
  readonly limits: RunLimits;
  readonly sentMs: number;
  readonly ready: () => void;
  readonly resolve: (restored: LiveRestored) => void;
  readonly reject: (error: Error) => void;
}

/** Whoever opens it closes it. */
export function openLiveLane({
  settings,
  engine,
  networks,
  decodeErrors,
  onEvents,
}: LaneOptions): LiveWorker {
  const waiting = new Map<number, Waiting>();
  let next = 0;
  let broken: Error | undefined;
  const workerData: LaneSettings = { ...settings, card: engine.card };
  const worker = new Worker(builtFile('pipelines', 'live-worker.js'), { workerData });
  const say = (message: ToWorker, moved: ArrayBuffer[] = []) => worker.postMessage(message, moved);

  const times = new LaneTimes();
  const answer = async (run: number, work: () => Promise<EngineResult>) => {
    try {
      const { results, feeds, ms } = await work();
      const [made, given] = [movable(results), movable(feeds)];
      const result = { results: made.tensors, feeds: given.tensors, ms };
      say({ type: 'ran', run, result }, [...made.moved, ...given.moved]);
    } catch (error) {
      const aborted = isRelensError(error) && error.code === 'ABORTED';
      const message = error instanceof Error ? error.message : String(error);
      say({ type: 'not-run', run, aborted, message });
    }
  };
  const runFor = async ({ run, id, feeds }: FromWorker & { readonly type: 'run' }) => {
    const askedMs = performance.now();
    const one = waiting.get(id);
    if (one !== undefined) {
      times.look.add(askedMs - one.sentMs);
      setTimeout(one.ready, times.aheadMs);
    }
    await answer(run, async () => {
      const result = await engine.for(settings.lane, one?.limits ?? {}).run(feeds);
      times.network.add(performance.now() - askedMs);
      return result;
    });
  };
  const fail = (error: Error) => {
    broken ??= error;
    for (const { reject } of waiting.values()) reject(broken);
    waiting.clear();
  };
  worker.on('message', (message: FromWorker) => {
    if (message.type === 'detect') {
      void answer(message.run, () => networks.run(message.model, message.feeds));
      return;
    }
    const one = waiting.get(message.id);
    switch (message.type) {
      case 'run':
        void runFor(message);
        return;
      case 'events':
        if (one !== undefined) {
          const { frame, receivedMs } = one.input;
          onEvents(message.events, { timestamp: frame.timestamp, receivedMs });
        }
        return;
      case 'done':
        waiting.delete(message.id);
        one?.resolve(message.restored);
        return;
      case 'failed':
        waiting.delete(message.id);
        one?.reject(new RelensError('INFERENCE', message.message));
    }
  });
  worker.on('error', fail);
  worker.on('exit', () => {
    fail(new RelensError('INFERENCE', `the worker of ${settings.lane} has ended`));
  });
  return {
    restore: (input, limits, ready) =>
      new Promise((resolve, reject) => {
        if (broken !== undefined) {
          reject(broken);
          return;
        }
        const id = next++;
        waiting.set(id, { input, limits, resolve, reject, ready, sentMs: performance.now() });
        const { seq, timestamp, discontinuity } = input.frame;
        const data = Uint8Array.from(input.frame.data);
        const sent = { seq, timestamp, discontinuity, trusted: input.trusted, data };
        say({ type: 'frame', id, decodeErrors: decodeErrors(), ...sent }, [data.buffer]);
      }),
    close: () => {
      void worker.terminate();
    },
  };
}

/** How much of the last estimate is kept. */
const KEPT = 0.8;

/** A running mean, ms. */
class Mean {
  ms: number | undefined;

  add(ms: number): void {
    this.ms = this.ms === undefined ? ms : KEPT * this.ms + (1 - KEPT) * ms;
  }
}

/** What a frame takes until the network is asked, and in the network with its queue. */
class LaneTimes {
  readonly look = new Mean();
  readonly network = new Mean();

  /** Before the network is done with a frame, the next one is looked at: not earlier, it would age. */
  get aheadMs(): number {
    return Math.max(0, (this.network.ms ?? 0) - (this.look.ms ?? 0));
  }
}
