/** Gives a live lane's frames their places: numbers and times that only ever rise. */
import type { Arrived } from '../ffmpeg/decode-live.js';
import type { FrameStamp } from '../frame/frame-pool.js';
import { nowMs } from '../frame/live-seams.js';

/** µs; frames of a burst keep this distance at least. */
const LEAST_STEP_US = 1000;
/** A longer pause, or a step back, in a stream's own clock is a jump of that clock. */
const JUMP_US = 5_000_000;
/** A longer pause is a break: what was remembered may not hold any more. */
const BREAK_US = 2_000_000;

export class LaneClock {
  readonly #byArrival: boolean;
  readonly #startMs = nowMs();
  #seq = 0;
  #last = -LEAST_STEP_US;
  #streamUs = 0;
  #offsetUs = 0;

  /** @param byArrival whether frames are stamped with the time of their coming */
  constructor(byArrival: boolean) {
    this.#byArrival = byArrival;
  }

  /** µs since the lane began. */
  stamp(arrived: Arrived): Omit<FrameStamp, 'lane'> {
    const wished = this.#byArrival ? this.#sinceStart(arrived.receivedMs) : this.#paced(arrived);
    const timestamp = Math.max(this.#last + LEAST_STEP_US, Math.round(wished));
    const discontinuity = arrived.first || timestamp - this.#last > BREAK_US;
    this.#last = timestamp;
    return { seq: this.#seq++, timestamp, discontinuity };
  }

  #sinceStart(ms: number): number {
    return (ms - this.#startMs) * 1000;
  }

  #paced({ receivedMs, streamUs, first }: Arrived): number {
    const step = streamUs - this.#streamUs;
    this.#streamUs = streamUs;
    if (first || step < 0 || step > JUMP_US) {
      this.#offsetUs =
        Math.max(this.#sinceStart(receivedMs), this.#last + LEAST_STEP_US) - streamUs;
    }
    return streamUs + this.#offsetUs;
  }
}
