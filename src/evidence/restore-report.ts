/** The machine-readable account of one restore job, and how it is kept frame by frame. */
import type { DamageMap } from '../frame/damage-map.js';
import type { Mask } from '../frame/mask.js';
import {
  DRAWN,
  provenanceShares,
  type ProvenanceName,
  type ProvenanceShares,
} from '../frame/provenance.js';

export interface RestoreReport {
  /** True: an earlier run of the same job had made all of it; nothing was done again. */
  readonly already?: boolean;
  readonly input: string;
  readonly output: string;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  /** By kind of damage: share of the cells of all frames, and frames with any. */
  readonly damage: Record<string, { readonly share: number; readonly frames: number }>;
  /** Grey levels; one entry a second of video, the mean of its frames. */
  readonly noise: {
    readonly mean: number;
    readonly overTime: { readonly time: number; readonly sigma: number }[];
  };
  /** `drawn`: hatched, outlined or under the legend; only where that was asked for. */
  readonly provenance: ProvenanceShares & { readonly drawn?: number };
  /** Seconds at which the whole picture changed and the memory began anew. */
  readonly cuts: number[];
  readonly inference: {
    readonly device: string;
    readonly model: string;
    readonly modelSha256: string;
    readonly framesWithNetwork: number;
    readonly tilesTotal: number;
    readonly tilesRun: number;
  };
  /** Milliseconds in all, by stage. */
  readonly stages: Record<string, number>;
  readonly wallMs: number;
  readonly framesPerSecond: number;
  /** What was lost in decoding, in words; empty when nothing was. */
  readonly lost: readonly string[];
  /** What bringing the input to yuv420p cost, in words. */
  readonly conversions: readonly string[];
  readonly versions: Record<string, string>;
}

/** What is booked of each frame. */
export interface RestoredFrame {
  readonly maps: readonly DamageMap[];
  readonly mask: Mask;
  readonly provenance: Uint8Array;
  readonly sigma: number;
  readonly tilesTotal: number;
  readonly tilesRun: number;
  readonly cut: boolean;
}

/** Known at the end of the job. */
export type JobFacts = Pick<
  RestoreReport,
  'input' | 'output' | 'width' | 'height' | 'stages' | 'lost' | 'conversions' | 'versions'
> & { readonly device: string; readonly model: string; readonly modelSha256: string };

/** Scores from here on count as damage, as in masks/build.ts. */
const DAMAGED_FROM = 128;

/** What is summed, as plain data: an interrupted job goes on from it. */
interface Sums {
  /** Of the runs before this one. */
  elapsedMs: number;
  readonly damage: Map<string, { cells: number; frames: number }>;
  readonly provenance: Record<ProvenanceName, number>;
  readonly seconds: { time: number; sum: number; frames: number }[];
  readonly cuts: number[];
  drawn: number;
  frames: number;
  cells: number;
  withNetwork: number;
  tilesTotal: number;
  tilesRun: number;
}

/** Sums over the frames of one job; its size does not grow with them, but for one number a second. */
export class RestoreAccount {
  readonly #began = performance.now();
  #sums: Sums = {
    elapsedMs: 0,
    damage: new Map(),
    provenance: { original: 0, denoised: 0, recovered: 0, synthesised: 0 },
    seconds: [],
    cuts: [],
    drawn: 0,
    frames: 0,
    cells: 0,
    withNetwork: 0,
    tilesTotal: 0,
    tilesRun: 0,
  };

  /** As in frame/seams.ts: all that was booked, on loan until the next frame. */
  save(): unknown {
    return { ...this.#sums, elapsedMs: this.#elapsedMs };
  }

  load(state: unknown): void {
    this.#sums = state as Sums;
  }

  /** @param timestamp µs */
  add(timestamp: number, frame: RestoredFrame): void {
    const sums = this.#sums;
    sums.frames++;
    sums.cells += frame.mask.data.length;
    for (const { kind, score } of frame.maps) {
      let cells = 0;
      for (const value of score) if (value >= DAMAGED_FROM) cells++;
      const entry = sums.damage.get(kind) ?? { cells: 0, frames: 0 };
      sums.damage.set(kind, {
        cells: entry.cells + cells,
        frames: entry.frames + (cells > 0 ? 1 : 0),
      });
    }
    const shares = provenanceShares(frame.provenance);
    for (const value of frame.provenance) if (value === DRAWN) sums.drawn++;
    for (const name of Object.keys(sums.provenance) as ProvenanceName[]) {
      sums.provenance[name] += shares[name];
    }
    const time = Math.floor(timestamp / 1e6);
    let second = sums.seconds.at(-1);
    if (second?.time !== time) {
      second = { time, sum: 0, frames: 0 };
      sums.seconds.push(second);
    }
    second.sum += frame.sigma;
    second.frames++;
    if (frame.cut) sums.cuts.push(timestamp / 1e6);
    sums.tilesTotal += frame.tilesTotal;
    sums.tilesRun += frame.tilesRun;
    if (frame.tilesRun > 0) sums.withNetwork++;
  }

  get #elapsedMs(): number {
    return this.#sums.elapsedMs + performance.now() - this.#began;
  }

  get frames(): number {
    return this.#sums.frames;
  }

  close({ device, model, modelSha256, ...facts }: JobFacts): RestoreReport {
    const sums = this.#sums;
    const frames = Math.max(1, sums.frames);
    const wallMs = this.#elapsedMs;
    const { seconds, provenance } = sums;
    return {
      ...facts,
      frames: sums.frames,
      damage: Object.fromEntries(
        [...sums.damage].map(([kind, { cells, frames: count }]) => [
          kind,
          { share: cells / Math.max(1, sums.cells), frames: count },
        ]),
      ),
      noise: {
        mean: seconds.reduce((sum, second) => sum + second.sum, 0) / frames,
        overTime: seconds.map(({ time, sum, frames: count }) => ({ time, sigma: sum / count })),
      },
      provenance: {
        original: provenance.original / frames,
        denoised: provenance.denoised / frames,
        recovered: provenance.recovered / frames,
        synthesised: provenance.synthesised / frames,
        ...(sums.drawn > 0 && { drawn: sums.drawn / Math.max(1, sums.cells) }),
      },
      cuts: sums.cuts,
      inference: {
        device,
        model,
        modelSha256,
        framesWithNetwork: sums.withNetwork,
        tilesTotal: sums.tilesTotal,
        tilesRun: sums.tilesRun,
      },
      wallMs: Math.round(wallMs),
      framesPerSecond: (sums.frames * 1000) / wallMs,
    };
  }
}
