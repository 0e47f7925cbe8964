/** What is done with one lane's live frames, one after another: looked at, remembered, restored. */
import { STAYING, type DamageMap, type NoiseEstimate } from '../frame/damage-map.js';
import { isBlank } from '../frame/blank.js';
import { cellGrid, frameBytes, type Frame, type FrameSize } from '../frame/frame.js';
import type { Mask } from '../frame/mask.js';
import type { LaneEngine } from '../inference/shared-engine.js';
import { isRelensError } from '../errors.js';
import { REPAIR_FROM } from '../masks/build.js';
import { BackgroundMemory } from '../memory/background-memory.js';
import { noisePlane } from './archive.js';
import { generate, type GeneratorOptions, type Memory, type SpareFeeds } from './generator.js';
import type { Inspection } from './inspection.js';
import { forgetAlike } from './unlearn.js';

/** Frames after damage that stays was found in which what is remembered there is looked at. */
const NEWS = 8;

/** What looks at each frame of a lane, in order, knowing only the past. */
export interface LiveInspection {
  inspect(frame: Frame): Promise<Inspection>;
  noise(inspection: Inspection): NoiseEstimate;
  mask(inspection: Inspection): Mask;
}

export interface LiveWorkOptions extends GeneratorOptions {
  readonly size: FrameSize;
  /** Grey levels; see archive. */
  readonly noiseFloor: number;
  /** A new one is opened after each break: what was known may not hold any more. */
  readonly open: () => LiveInspection;
}

/** A frame to restore. Its own data is left as it is. */
export interface LiveTask {
  readonly frame: Omit<Frame, 'clone' | 'close'>;
  /** False: parts of it may be wrong in a way that nobody can see. It is not remembered. */
  readonly trusted: boolean;
  /** The network, for this frame; rejects with ABORTED when it would be too late. */
  readonly engine: LaneEngine;
  /** What was found on it, as soon as it is known. */
  readonly told?: (maps: readonly DamageMap[]) => void;
}

export interface LiveRestored {
  /** yuv420p planes. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** `[rows, columns]`, 255 = repaired. */
  readonly mask: Uint8Array;
  readonly provenance: Uint8Array;
  /** Cells of damage that stays, not 0 where it holds; absent when there are none. */
  readonly staying?: Uint8Array;
  /** Grey levels. */
  readonly sigma: number;
  /** Milliseconds in the network; undefined when it was not asked. */
  readonly networkMs?: number;
  /** True: the network was too late, nothing was restored. */
  readonly late: boolean;
}

export class LiveWork {
  readonly #options: LiveWorkOptions;
  readonly #past: BackgroundMemory;
  readonly #nothing: Memory;
  readonly #spare: SpareFeeds = {};
  /** Cells of damage that stays: frames since it was found, 0 where there is none. */
  readonly #staying: Uint8Array;
  #inspection: LiveInspection | undefined;
  #inspected = 0;
  #looked: Promise<unknown> = Promise.resolve();

  constructor(options: LiveWorkOptions) {
    const { size } = options;
    const { columns, rows } = cellGrid(size);
    this.#options = options;
    this.#past = new BackgroundMemory(size);
    this.#staying = new Uint8Array(columns * rows);
    this.#nothing = {
      planes: new Uint8Array(frameBytes(size)),
      count: new Uint8Array(columns * rows),
    };
  }

  /** May be called again at once: a frame is looked at while the network has the one before it. */
  async restore(task: LiveTask): Promise<LiveRestored> {
    const looked = this.#looked.then(() => this.#look(task));
    this.#looked = looked.catch(() => undefined);
    const { restoring } = await looked;
    return restoring;
  }

  async #look({ frame, trusted, engine, told }: LiveTask) {
    if (frame.discontinuity || this.#inspection === undefined) {
      this.#past.reset();
      this.#staying.fill(0);
      this.#inspection = this.#options.open();
    }
    // Detectors count on numbers without gaps: what is let through they never see.
    const shown = lent(frame, { seq: this.#inspected++ });
    const inspection = await this.#inspection.inspect(shown);
    told?.(inspection.maps);
    const noise = this.#inspection.noise(inspection);
    const mask = this.#inspection.mask(inspection);
    const past = this.#past;
    this.#follow(inspection.maps);
    if (trusted) this.#unlearn(shown, noise);
    const data = frame.data.slice();
    const { size, noiseFloor } = this.#options;
    const generated = generate(
      engine,
      {
        frame: lent(frame, { data }),
        mask: mask.data,
        noise: noisePlane(noise, size, noiseFloor),
        past: past.recent,
        future: this.#nothing,
        background: past.background,
      },
      this.#options,
      this.#spare,
    );
    // The network has its own copy of what was known before this frame.
    if (trusted) past.learn(shown, mask.data, noise.sigma);
    const staying = union(this.#staying, inspection.repair);
    const about = { data, mask: mask.data, sigma: noise.sigma, ...(staying && { staying }) };
    const restoring = generated.then(
      ({ provenance, tilesRun, inferenceMs }): LiveRestored => {
        const asked = tilesRun > 0 ? { networkMs: inferenceMs } : {};
        return { ...about, provenance, ...asked, late: false };
      },
      (error: unknown): LiveRestored => {
        if (!isRelensError(error) || error.code !== 'ABORTED') throw error;
        return { ...about, provenance: new Uint8Array(mask.data.length), late: true };
      },
    );
    return { restoring };
  }

  #follow(maps: readonly DamageMap[]): void {
    const staying = this.#staying;
    const before = staying.slice();
    staying.fill(0);
    for (const { kind, score } of maps) {
      if (!STAYING.has(kind)) continue;
      for (let cell = 0; cell < staying.length; cell++) {
        if ((score[cell] ?? 0) < REPAIR_FROM) continue;
        staying[cell] = Math.min(NEWS + 1, (before[cell] ?? 0) + 1);
      }
    }
  }

  /**
   * Damage that stays is found after a while, and was taken for the scene until then: what looks like
   * it in the memory is the damage, and would be put in its own place. What was seen there before the
   * damage came is kept.
   */
  #unlearn(frame: Frame, { sigma }: NoiseEstimate): void {
    const news = this.#staying.map((frames) => (frames > NEWS ? 0 : frames));
    if (!isBlank(news)) forgetAlike(this.#past, { frame, sigma }, news);
  }
}

/** Undefined when there are none. */
function union(found: Uint8Array, drawn: Uint8Array | undefined): Uint8Array | undefined {
  if (drawn !== undefined) return found.map((stays, cell) => stays | (drawn[cell] ?? 0));
  return isBlank(found) ? undefined : found.slice();
}

/** A frame whose memory nobody counts. */
function lent(
  frame: LiveTask['frame'],
  other: { readonly seq?: number; readonly data?: Uint8Array },
): Frame {
  const one: Frame = { ...frame, ...other, clone: () => one, close: () => undefined };
  return one;
}
