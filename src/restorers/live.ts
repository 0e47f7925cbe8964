/** Restores live frames in time, or lets them through as they came, and marks them so. */
import { availableParallelism } from 'node:os';
import { cellGrid, type Frame, type FrameSize } from '../frame/frame.js';
import { FramePool } from '../frame/frame-pool.js';
import { nowMs, type LivePicture } from '../frame/live-seams.js';
import type { LiveRestored } from './live-work.js';
import { StandingRepairs } from './standing-repairs.js';

/** Where the work is done; see live-work. */
export interface LiveWorker {
  /**
   * Copies the frame before it returns.
   * @param limits when the network would be too late, and that it is
   * @param ready called when the next frame may be given: it will be ready for the network when that is
   *   ready for it
   */
  restore(
    input: LiveInput,
    limits: { readonly signal: AbortSignal; readonly dueMs: number },
    ready: () => void,
  ): Promise<LiveRestored>;
  close(): void;
}

export interface LiveRestorerOptions {
  readonly size: FrameSize;
  /** A frame older than this is not waited for. */
  readonly lateMs: number;
  readonly worker: LiveWorker;
}

/** A frame to restore; the restorer closes it. */
export interface LiveInput {
  readonly frame: Frame;
  readonly receivedMs: number;
  readonly decodedMs: number;
  /** False: the decoder reported errors, and no key frame has come since. */
  readonly trusted: boolean;
}

export interface LiveOutcome extends LivePicture {
  /** Milliseconds in the network; undefined when it was not asked. */
  readonly networkMs?: number;
  /** Closes both frames. */
  close(): void;
}

/**
 * Frames in work at once: one is looked at while the network has the other. On two cores the network
 * takes both: it restored no more frames there, and they were shown twice as late.
 */
export const AT_ONCE = availableParallelism() > 2 ? 2 : 1;
/** Restored frames that may be on their way at once: shown, and encoded. */
const SLOTS = 6;

type About = Pick<LiveRestored, 'mask' | 'provenance' | 'sigma' | 'networkMs'> & {
  readonly restored: boolean;
};

export class LiveRestorer {
  readonly #options: LiveRestorerOptions;
  readonly #pool: FramePool;
  readonly #clean: Uint8Array;
  readonly #standing: StandingRepairs;
  /** A break was among the frames that the worker did not see. */
  #broken = false;
  /** Runs that were too late and still hold their place in the worker. */
  #late = 0;

  constructor(options: LiveRestorerOptions) {
    const { columns, rows } = cellGrid(options.size);
    this.#options = options;
    this.#pool = new FramePool(options.size, SLOTS);
    this.#clean = new Uint8Array(columns * rows);
    this.#standing = new StandingRepairs(options.size);
  }

  get size(): FrameSize {
    return this.#options.size;
  }

  dispose(): void {
    this.#options.worker.close();
    this.#pool.dispose();
  }

  /** As it came but for damage that stays, and marked so. */
  pass(input: LiveInput): LiveOutcome {
    this.skip(input);
    return this.#unrestored(input);
  }

  /** Takes note of a frame that is not restored, so that no break is missed. */
  skip({ frame }: LiveInput): void {
    if (!frame.discontinuity) return;
    this.#broken = true;
    this.#standing.forget();
  }

  /** Resolves at `lateMs` at the latest, restored or not. Called AT_ONCE times at once at most. */
  async restore(input: LiveInput, ready: () => void = () => undefined): Promise<LiveOutcome> {
    const leftMs = input.receivedMs + this.#options.lateMs - nowMs();
    if (this.#late > 0 || leftMs <= 0) return this.pass(input);
    const done = await this.#inTime(input, leftMs, ready);
    if (done === undefined) return this.#unrestored(input);
    if (!done.late) this.#standing.keep(done, nowMs());
    const slot = done.late ? undefined : this.#pool.tryAcquire();
    if (slot === undefined) return this.#unrestored(input, done.sigma);
    slot.data.set(done.data);
    return this.#outcome(input, slot.publish(stampOf(input)), { ...done, restored: true });
  }

  #unrestored(input: LiveInput, sigma = 0): LiveOutcome {
    const slot = this.#standing.fresh(nowMs()) ? this.#pool.tryAcquire() : undefined;
    if (slot === undefined) return this.#outcome(input, input.frame.clone(), { sigma });
    slot.data.set(input.frame.data);
    const repaired = this.#standing.put(slot.data);
    return this.#outcome(input, slot.publish(stampOf(input)), { ...repaired, sigma });
  }

  /** Undefined when it is too late; the worker goes on until it is done with it. */
  async #inTime(
    input: LiveInput,
    leftMs: number,
    ready: () => void,
  ): Promise<LiveRestored | undefined> {
    const { frame } = input;
    const deadline = new AbortController();
    const discontinuity = frame.discontinuity || this.#broken;
    if (discontinuity) this.#standing.forget();
    this.#broken = false;
    const work = this.#options.worker.restore(
      { ...input, frame: { ...frame, discontinuity } },
      { signal: deadline.signal, dueMs: performance.now() + leftMs },
      ready,
    );
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), leftMs);
    });
    try {
      const result = await Promise.race([work, late]);
      if (result !== undefined) return result;
    } finally {
      clearTimeout(timer);
    }
    deadline.abort();
    this.#late++;
    const over = () => {
      this.#late--;
    };
    // If it fails, the next run will too, and that one is awaited.
    work.then(over, over);
    return undefined;
  }

  #outcome(
    { frame, receivedMs, decodedMs, trusted }: LiveInput,
    restored: Frame,
    about: Partial<About> = {},
  ): LiveOutcome {
    const { seq, timestamp } = frame;
    const { mask = this.#clean, provenance = this.#clean, networkMs, sigma = 0 } = about;
    return {
      original: frame,
      restored,
      overlay: { seq, timestamp, ...cellGrid(this.size), mask, provenance },
      times: { receivedMs, decodedMs, restoredMs: nowMs(), encodedMs: 0 },
      passedThrough: about.restored !== true,
      trusted,
      sigma,
      ...(networkMs !== undefined && { networkMs }),
      close: () => {
        restored.close();
        frame.close();
      },
    };
  }
}

const stampOf = ({ frame: { seq, timestamp, discontinuity, lane } }: LiveInput) => ({
  ...{ seq, timestamp, discontinuity, lane },
});
