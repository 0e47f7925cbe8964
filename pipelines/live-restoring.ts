/** Restores what one camera sends, whatever its size: each size has a worker of its own. */
import type { CameraEvent } from '../src/frame/camera-event.js';
import { nowMs } from '../src/frame/live-seams.js';
import type { SharedEngine } from '../src/inference/shared-engine.js';
import { LiveRestorer, type LiveInput, type LiveOutcome } from '../src/restorers/live.js';
import type { DetectionNetworks } from './detection-networks.js';
import { openLiveLane } from './live-lane.js';
import type { LiveOptions } from './live-options.js';

export interface RestoringOptions {
  readonly lane: string;
  readonly engine: SharedEngine;
  readonly networks: Pick<DetectionNetworks, 'run'>;
  readonly settings: Pick<
    LiveOptions,
    'strength' | 'synthesis' | 'noiseFloor' | 'lateMs' | 'masks' | 'networks' | 'dirt'
  >;
  /** Frames a second, as far as is known. */
  readonly frameRate: () => number;
  /** Errors of the decoder so far. */
  readonly decodeErrors: () => number;
  /** Something befell the camera as a whole, or is over; times are ms since the epoch. */
  readonly onView: (event: Omit<CameraEvent, 'raised'>) => void;
  /** What was known of the view is not known any more. */
  readonly onNoView: () => void;
  readonly onDropped: () => void;
}

export class Restoring {
  readonly #options: RestoringOptions;
  #restorer: LiveRestorer | undefined;

  constructor(options: RestoringOptions) {
    this.#options = options;
  }

  restore(input: LiveInput, ready: () => void): Promise<LiveOutcome> {
    return this.#restorerFor(input).restore(input, ready);
  }

  /** A frame that waited too long is dropped; one that may still be shown in time goes through. */
  overtaken(input: LiveInput): LiveOutcome | undefined {
    if (nowMs() - input.receivedMs <= this.#options.settings.lateMs) {
      return this.#restorerFor(input).pass(input);
    }
    this.#restorer?.skip(input);
    this.#options.onDropped();
    input.frame.close();
    return undefined;
  }

  /** May be used again afterwards. */
  dispose(): void {
    if (this.#restorer === undefined) return;
    this.#restorer.dispose();
    this.#restorer = undefined;
    this.#options.onNoView();
  }

  #restorerFor({ frame: { width, height } }: LiveInput): LiveRestorer {
    const now = this.#restorer;
    if (now?.size.width === width && now.size.height === height) return now;
    this.dispose();
    const { lane, engine, settings, frameRate, decodeErrors, onView } = this.#options;
    const { lateMs, strength, synthesis, noiseFloor, masks, networks, dirt } = settings;
    const told = { strength, synthesis, noiseFloor, masks, networks, dirt };
    const size = { width, height };
    const worker = openLiveLane({
      settings: { lane, size, frameRate: frameRate(), ...told },
      ...{ engine, networks: this.#options.networks, decodeErrors },
      onEvents: (events, { timestamp, receivedMs }) => {
        const ms = (us: number) => receivedMs - (timestamp - us) / 1000;
        for (const { start, end, ...event } of events) {
          onView({ ...event, start: ms(start), ...(end !== undefined && { end: ms(end) }) });
        }
      },
    });
    return (this.#restorer = new LiveRestorer({ size, lateMs, worker }));
  }
}
