/** Restores live frames from the past alone, and lets through in time what the network is late for. */
import { isRelensError } from '../errors.js';
import type { NoiseEstimate } from '../frame/damage-map.js';
import { cellGrid, frameBytes, type Frame, type FrameSize } from '../frame/frame.js';
import { FramePool } from '../frame/frame-pool.js';
import { nowMs, type LivePicture } from '../frame/live-seams.js';
import type { Mask } from '../frame/mask.js';
import type { SharedEngine } from '../inference/shared-engine.js';
import { BackgroundMemory } from '../memory/background-memory.js';
import { noisePlane } from './archive.js';
import { generate, type GeneratorOptions, type Memory, type RestoreOutcome } from './generator.js';
import type { Inspection } from './inspection.js';

/** What looks at each frame of a lane, in order, knowing only the past. */
export interface LiveInspection {
  inspect(frame: Frame): Promise<Inspection>;
  noise(inspection: Inspection): NoiseEstimate;
  mask(inspection: Inspection): Mask;
}

export interface LiveRestorerOptions extends GeneratorOptions {
  readonly size: FrameSize;
  readonly lane: string;
  readonly engine: SharedEngine;
  /** Grey levels; see archive. */
  readonly noiseFloor: number;
  /** A frame older than this is not waited for. */
  readonly lateMs: number;
  /** A new one is opened after each break: what was known may not hold any more. */
  readonly open: () => LiveInspection;
}

/** A frame to restore; the restorer closes it. */
export interface LiveInput {
  readonly frame: Frame;
  readonly receivedMs: number;
  readonly decodedMs: number;
}

export interface LiveOutcome extends LivePicture {
  /** Milliseconds in the network; undefined when it was not asked. */
  readonly networkMs?: number;
  /** Closes both frames. */
  close(): void;
}

/** Restored frames that may be on their way at once: shown, encoded, and in the network. */
const SLOTS = 6;

export class LiveRestorer {
  readonly #options: LiveRestorerOptions;
  readonly #pool: FramePool;
  readonly #past: BackgroundMemory;
  readonly #nothing: Memory;
  readonly #clean: Uint8Array;
  #inspection: LiveInspection | undefined;
  #inspected = 0;
  /** A run that was too late and still holds its place in the network. */
  #late: Promise<unknown> | undefined;

  constructor(options: LiveRestorerOptions) {
    const { size } = options;
    const { columns, rows } = cellGrid(size);
    this.#options = options;
    this.#pool = new FramePool(size, SLOTS);
    this.#past = new BackgroundMemory(size);
    this.#clean = new Uint8Array(columns * rows);
    this.#nothing = { planes: new Uint8Array(frameBytes(size)), count: this.#clean };
  }

  get size(): FrameSize {
    return this.#options.size;
  }

  dispose(): void {
    this.#pool.dispose();
  }

  /** As it came, and marked so. */
  pass(input: LiveInput): LiveOutcome {
    this.skip(input);
    return this.#outcome(input, input.frame.clone(), { passedThrough: true });
  }

  /** Takes note of a frame that is not restored, so that no break is missed. */
  skip({ frame }: LiveInput): void {
    if (frame.discontinuity) this.#inspection = undefined;
  }

  /** Resolves at `lateMs` at the latest, restored or not. Never twice at a time. */
  async restore(input: LiveInput): Promise<LiveOutcome> {
    const { frame } = input;
    if (frame.discontinuity || this.#inspection === undefined) {
      this.#past.reset();
      this.#inspection = this.#options.open();
    }
    if (this.#late !== undefined || this.#isLate(input)) return this.pass(input);
    // Detectors count on numbers without gaps: what is dropped or let through they never see.
    const inspection = await this.#inspection.inspect({ ...frame, seq: this.#inspected++ });
    const noise = this.#inspection.noise(inspection);
    const mask = this.#inspection.mask(inspection);
    const about = { mask: mask.data, sigma: noise.sigma };
    const slot = this.#pool.tryAcquire();
    if (slot === undefined || this.#isLate(input)) {
      slot?.release();
      this.#past.learn(frame, mask.data, noise.sigma);
      return this.pass(input);
    }
    slot.data.set(frame.data);
    const { seq, timestamp, discontinuity, lane } = frame;
    const restored = slot.publish({ seq, timestamp, discontinuity, lane });
    const result = await this.#generate(input, restored, noise, mask);
    if (result === undefined)
      return this.#outcome(input, frame.clone(), { passedThrough: true, sigma: noise.sigma });
    const { provenance, tilesRun, inferenceMs } = result;
    const asked = tilesRun > 0 ? { networkMs: inferenceMs } : {};
    return this.#outcome(input, restored, { ...about, provenance, ...asked });
  }

  /** Undefined when it would be too late; `restored` is closed then, once the network is done with it. */
  async #generate(
    input: LiveInput,
    restored: Frame,
    noise: NoiseEstimate,
    mask: Mask,
  ): Promise<RestoreOutcome | undefined> {
    const { size, engine, lane, lateMs, noiseFloor } = this.#options;
    const past = this.#past;
    const deadline = new AbortController();
    const leftMs = Math.max(0, input.receivedMs + lateMs - nowMs());
    const work = generate(
      engine.for(lane, { signal: deadline.signal, dueMs: performance.now() + leftMs }),
      {
        frame: restored,
        mask: mask.data,
        noise: noisePlane(noise, size, noiseFloor),
        past: past.recent,
        future: this.#nothing,
        background: past.background,
      },
      this.#options,
    );
    past.learn(input.frame, mask.data, noise.sigma);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), leftMs);
    });
    try {
      const result = await Promise.race([work, late]);
      if (result !== undefined) return result;
    } catch (error) {
      restored.close();
      // The network would not have done it in time, and did not begin.
      if (isRelensError(error) && error.code === 'ABORTED') return undefined;
      throw error;
    } finally {
      clearTimeout(timer);
    }
    deadline.abort();
    const over = () => {
      this.#late = undefined;
      restored.close();
    };
    // If it fails, the next run will too, and that one is awaited.
    this.#late = work.then(over, over);
    return undefined;
  }

  #isLate({ receivedMs }: LiveInput): boolean {
    return nowMs() - receivedMs > this.#options.lateMs;
  }

  #outcome(
    { frame, receivedMs, decodedMs }: LiveInput,
    restored: Frame,
    about: {
      readonly mask?: Uint8Array;
      readonly provenance?: Uint8Array;
      readonly sigma?: number;
      readonly networkMs?: number;
      readonly passedThrough?: boolean;
    },
  ): LiveOutcome {
    const { seq, timestamp } = frame;
    const { mask = this.#clean, provenance = this.#clean, networkMs } = about;
    return {
      original: frame,
      restored,
      overlay: { seq, timestamp, ...cellGrid(this.size), mask, provenance },
      times: { receivedMs, decodedMs, restoredMs: nowMs(), encodedMs: 0 },
      passedThrough: about.passedThrough === true,
      sigma: about.sigma ?? 0,
      ...(networkMs !== undefined && { networkMs }),
      close: () => {
        restored.close();
        frame.close();
      },
    };
  }
}
