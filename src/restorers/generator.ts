/** The generator as a restorer: what was seen goes in beside the frame, repaired cells come out. */
import { RelensError } from '../errors.js';
import { planesOf, type Frame, type FrameSize } from '../frame/frame.js';
import { PROVENANCE } from '../frame/provenance.js';
import type { Engine, EngineResult } from '../inference/engine.js';
import type { TensorValue, Tensors } from '../inference/tensors.js';
import { lumaOf } from './painter/film.js';
import { planRegions, type Region, type RegionPlan } from './regions.js';
import { copyWindow, type Plane } from './window.js';

/** A cell of which an eighth or more was painted counts as synthesised. */
const INVENTED_FROM = 32;

/** A remembered picture, yuv420p, and the samples behind each cell (0 = never seen). */
export interface Memory {
  readonly planes: Uint8Array;
  readonly count: Uint8Array;
}

/** All that is known about one frame. Arrays of cells are `[rows, columns]`. */
export interface RestoreInput {
  readonly frame: Frame;
  /** 255 = repair. */
  readonly mask: Uint8Array;
  /** Noise in quarter grey levels; 0 = leave the cell alone. */
  readonly noise: Uint8Array;
  readonly past: Memory;
  readonly future: Memory;
  readonly background: Memory;
  /** `[rows, columns]` not 0 = what `background` says of this cell was painted, not seen. */
  readonly painted?: Uint8Array;
}

export interface RestoreOutcome {
  /** u8 per cell, see frame/provenance.ts. */
  readonly provenance: Uint8Array;
  readonly tilesTotal: number;
  readonly tilesRun: number;
  /** Milliseconds in the runtime; 0 when nothing had to be done. */
  readonly inferenceMs: number;
}

export interface GeneratorOptions {
  /** 0–1: how much of the noise is taken away. */
  readonly strength: number;
  /** False: cells that were never seen stay as they were. */
  readonly synthesis: boolean;
}

/** What an earlier run gave back, to be filled again. */
export interface SpareFeeds {
  feeds?: Tensors | undefined;
}

/**
 * Prepares the tensors at once (so the caller may learn from the frame while the network runs) and
 * resolves when the frame's own data has been changed: only cells that are masked or noisy.
 */
export async function generate(
  engine: Pick<Engine, 'card' | 'run'>,
  input: RestoreInput,
  options: GeneratorOptions,
  spare: SpareFeeds = {},
): Promise<RestoreOutcome> {
  const { frame } = input;
  const grid = { columns: frame.width >> 1, rows: frame.height >> 1 };
  const work = new Uint8Array(grid.columns * grid.rows);
  const paint = new Uint8Array(work.length);
  const provenance = new Uint8Array(work.length);
  const denoises = options.strength > 0;
  for (let cell = 0; cell < work.length; cell++) {
    const regime = regimeOf(input, cell, denoises);
    provenance[cell] = regime;
    const left = regime === PROVENANCE.synthesised && !options.synthesis;
    if (left) provenance[cell] = PROVENANCE.original;
    else if (regime !== PROVENANCE.original) {
      // Paint is final, but where the network has noise to take from it.
      const final = (input.painted?.[cell] ?? 0) !== 0 && !(denoises && input.noise[cell] !== 0);
      (final ? paint : work)[cell] = 1;
    }
  }
  const plan = planRegions(grid, work);
  const counts = { tilesTotal: plan.total, tilesRun: plan.needed };
  let inferenceMs = 0;
  if (plan.regions.length > 0) {
    const feeds = gather(engine, input, plan, options, spare);
    spare.feeds = undefined;
    const result = await engine.run(feeds);
    spare.feeds = result.feeds;
    for (const [index, region] of plan.regions.entries()) {
      scatter(result, region, index, work, provenance, frame);
    }
    inferenceMs = result.ms;
  } else {
    // The caller has its turn with the frame before anything is written.
    await Promise.resolve();
  }
  if (input.painted !== undefined) copyCells(frame, input.background.planes, paint);
  return { provenance, ...counts, inferenceMs };
}

/** Copies the cells that are set in `which`. */
function copyCells(frame: Frame, from: Uint8Array, which: Uint8Array): void {
  const to = planesOf(frame, frame.data);
  const { y, u, v } = planesOf(frame, from);
  const columns = frame.width >> 1;
  for (let cell = 0; cell < which.length; cell++) {
    if (which[cell] === 0) continue;
    for (const at of lumaOf(cell, columns)) to.y[at] = y[at] ?? 0;
    to.u[cell] = u[cell] ?? 0;
    to.v[cell] = v[cell] ?? 0;
  }
}

function regimeOf(input: RestoreInput, cell: number, denoises: boolean): number {
  if (input.mask[cell] === 0) {
    return denoises && input.noise[cell] !== 0 ? PROVENANCE.denoised : PROVENANCE.original;
  }
  const seen =
    (input.past.count[cell] ?? 0) |
    (input.future.count[cell] ?? 0) |
    (input.background.count[cell] ?? 0);
  const guessed = seen === 0 || (input.painted?.[cell] ?? 0) !== 0;
  return guessed ? PROVENANCE.synthesised : PROVENANCE.recovered;
}

/** Copies the regions' windows of everything into one batch of tensors, padded as the model asks. */
function gather(
  engine: Pick<Engine, 'card' | 'run'>,
  input: RestoreInput,
  plan: RegionPlan,
  { strength, synthesis }: GeneratorOptions,
  spare: SpareFeeds,
): Tensors {
  const memory = (name: string, bytes: number) => {
    const old = spare.feeds?.[name]?.data;
    return old instanceof Uint8Array && old.length === bytes ? old : new Uint8Array(bytes);
  };
  const multiple = engine.card.cellMultiple;
  const columns = Math.ceil(plan.columns / multiple) * multiple;
  const rows = Math.ceil(plan.rows / multiple) * multiple;
  const cells = columns * rows;
  const batch = plan.regions.length;
  const pictures = [
    input.frame.data,
    input.past.planes,
    input.future.planes,
    input.background.planes,
  ];
  const maps = [input.past.count, input.future.count, input.background.count];
  const luma = memory('luma', batch * 16 * cells);
  const chroma = memory('chroma', batch * 8 * cells);
  const counts = memory('counts', batch * 3 * cells);
  const mask = memory('mask', batch * cells);
  const sigma = memory('sigma', batch * cells);
  for (const [index, { left, top }] of plan.regions.entries()) {
    const cellWindow = (data: Uint8Array, to: Uint8Array, at: number) => {
      copyWindow(cellPlane(input.frame, data), left, top, columns, rows, to, at * cells);
    };
    for (const [k, data] of pictures.entries()) {
      const { y, u, v } = planesOf(input.frame, data);
      const whole = { data: y, width: input.frame.width, height: input.frame.height };
      const at = (index * 4 + k) * 4 * cells;
      copyWindow(whole, 2 * left, 2 * top, 2 * columns, 2 * rows, luma, at);
      cellWindow(u, chroma, index * 8 + 2 * k);
      cellWindow(v, chroma, index * 8 + 2 * k + 1);
    }
    for (const [k, data] of maps.entries()) cellWindow(data, counts, index * 3 + k);
    cellWindow(input.mask, mask, index);
    cellWindow(input.noise, sigma, index);
  }
  return {
    luma: { data: luma, dims: [batch, 4, 2 * rows, 2 * columns] },
    chroma: { data: chroma, dims: [batch, 8, rows, columns] },
    counts: { data: counts, dims: [batch, 3, rows, columns] },
    mask: { data: mask, dims: [batch, 1, rows, columns] },
    sigma: { data: sigma, dims: [batch, 1, rows, columns] },
    strength: { data: Float32Array.of(strength), dims: [1] },
    synthesis: { data: Float32Array.of(synthesis ? 1 : 0), dims: [1] },
  };
}

function cellPlane(size: FrameSize, data: Uint8Array): Plane {
  return { data, width: size.width >> 1, height: size.height >> 1 };
}

/** Writes the worked cells of a region's core into the frame, and marks those that were painted. */
function scatter(
  { results }: EngineResult,
  region: Region,
  index: number,
  work: Uint8Array,
  provenance: Uint8Array,
  frame: Frame,
): void {
  const luma = output(results, 'restored_luma');
  const chroma = output(results, 'restored_chroma');
  const invented = output(results, 'invented');
  const [, , rows = 0, columns = 0] = chroma.dims;
  const cells = rows * columns;
  const { y, u, v } = planesOf(frame, frame.data);
  const { left, top, core } = region;
  for (let row = core.top; row < core.bottom; row++) {
    for (let column = core.left; column < core.right; column++) {
      const cell = row * (frame.width >> 1) + column;
      if (work[cell] === 0) continue;
      const inside = (row - top) * columns + (column - left);
      const from = index * 2 * cells + inside;
      u[cell] = chroma.data[from] ?? 0;
      v[cell] = chroma.data[from + cells] ?? 0;
      const at = 2 * row * frame.width + 2 * column;
      const lumaFrom = index * 4 * cells + 2 * (row - top) * 2 * columns + 2 * (column - left);
      y[at] = luma.data[lumaFrom] ?? 0;
      y[at + 1] = luma.data[lumaFrom + 1] ?? 0;
      y[at + frame.width] = luma.data[lumaFrom + 2 * columns] ?? 0;
      y[at + frame.width + 1] = luma.data[lumaFrom + 2 * columns + 1] ?? 0;
      if ((invented.data[index * cells + inside] ?? 0) >= INVENTED_FROM) {
        provenance[cell] = PROVENANCE.synthesised;
      }
    }
  }
}

function output(results: Tensors, name: string): TensorValue {
  const tensor = results[name];
  if (tensor === undefined) {
    throw new RelensError('MODEL', `expected the model to give ${name}, it did not; see its card`);
  }
  return tensor;
}
