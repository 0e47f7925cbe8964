/** The machine-readable account of one restore job, and how it is kept frame by frame. */
import type { DamageMap } from '../frame/damage-map.js';
import type { Mask } from '../frame/mask.js';
import type { ListedEvent } from './event-list.js';
import {
  DRAWN,
  provenanceShares,
  type ProvenanceName,
  type ProvenanceShares,
} from '../frame/provenance.js';
import { addDamage, damageFound, type DamageFound, type DamageSums } from './damage-found.js';

export interface RestoreReport {
  /** True: an earlier run of the same job had made all of it; nothing was done again. */
  readonly already?: boolean;
  readonly input: string;
  readonly output: string;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  readonly damage: Record<string, DamageFound>;
  /**
   * Grey levels. `overTime`: one entry a second of video, the mean of its frames. `byRegion`: the mean
   * over all frames in each ninth of the picture, row by row; 0 where nothing may be changed.
   */
  readonly noise: {
    readonly mean: number;
    readonly overTime: { readonly time: number; readonly sigma: number }[];
    readonly byRegion: readonly number[];
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
  /** What happened to the camera meanwhile; nothing is restored on account of it. */
  readonly events: readonly ListedEvent[];
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
  /** `[rows, columns]` quarters of a grey level, as the denoiser saw it. */
  readonly noiseMap: Uint8Array;
  readonly tilesTotal: number;
  readonly tilesRun: number;
  readonly cut: boolean;
}

/** Known at the end of the job. */
export type JobFacts = Pick<
  RestoreReport,
  | 'input'
  | 'output'
  | 'width'
  | 'height'
  | 'stages'
  | 'events'
  | 'lost'
  | 'conversions'
  | 'versions'
> & { readonly device: string; readonly model: string; readonly modelSha256: string };

/** Regions of the picture in each direction, and the cells from which their noise is taken. */
const ACROSS = 3;
const SPARSE = 4;
/** What is summed, as plain data: an interrupted job goes on from it. */
interface Sums {
  /** Of the runs before this one. */
  elapsedMs: number;
  readonly damage: DamageSums;
  /** Of the means of each frame, in grey levels. */
  readonly regions: number[];
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
    regions: Array.from({ length: ACROSS * ACROSS }, () => 0),
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
    addDamage(sums.damage, frame);
    addRegions(sums.regions, frame);
    const shares = provenanceShares(frame.provenance);
    sums.drawn += frame.provenance.includes(DRAWN)
      ? frame.provenance.filter((value) => value === DRAWN).length
      : 0;
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
      damage: damageFound(sums.damage, sums.cells),
      noise: {
        mean: seconds.reduce((sum, second) => sum + second.sum, 0) / frames,
        overTime: seconds.map(({ time, sum, frames: count }) => ({ time, sigma: sum / count })),
        byRegion: sums.regions.map((sum) => sum / frames),
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

/** Adds the mean noise of each ninth of the picture. */
function addRegions(regions: number[], { mask: { columns, rows }, noiseMap }: RestoredFrame): void {
  const sums = regions.map(() => 0);
  const counts = regions.map(() => 0);
  for (let row = 0; row < rows; row += SPARSE) {
    const down = Math.floor((row * ACROSS) / rows) * ACROSS;
    for (let column = 0; column < columns; column += SPARSE) {
      const region = down + Math.floor((column * ACROSS) / columns);
      sums[region] = (sums[region] ?? 0) + (noiseMap[row * columns + column] ?? 0) / 4;
      counts[region] = (counts[region] ?? 0) + 1;
    }
  }
  for (const [region, sum] of sums.entries()) {
    regions[region] = (regions[region] ?? 0) + sum / Math.max(1, counts[region] ?? 0);
  }
}
