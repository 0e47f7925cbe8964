/** Measures several results of one damaged clip side by side, frame by frame. */
import { cellGrid } from '../frame/frame.js';
import { bytesOf, type RawClip } from './clip.js';
import { toRgb } from './colour.js';
import { throwIfAborted } from './ffmpeg-job.js';
import { CELL_SAMPLES, cellErrors } from './metrics/cell-error.js';
import { edgeBand } from './metrics/edge-band.js';
import { Flicker, flickerRatio, staticCells } from './metrics/flicker.js';
import { PooledError, psnrOf } from './metrics/psnr.js';
import { Ssim } from './metrics/ssim.js';
import { RawReader } from './raw-file.js';
import { meanOf, type Measures } from './report/rows.js';

/** SSIM is taken of every tenth frame: it costs ten times as much as all else together. */
export const SSIM_EVERY = 10;

/** One clip while it is measured: its latest two frames, and its sums so far. */
class Measured {
  now: Uint8Array;
  before: Uint8Array;
  readonly rgb: Uint8ClampedArray;
  readonly psnrs: number[] = [];
  readonly ssims: number[] = [];
  readonly inside = new PooledError();
  readonly outside = new PooledError();
  readonly edge = new PooledError();
  readonly flicker = new Flicker();
  readonly #clip: RawClip;
  readonly #reader: RawReader;

  constructor(clip: RawClip, reader: RawReader) {
    this.now = new Uint8Array(bytesOf(clip).frame);
    this.before = new Uint8Array(bytesOf(clip).frame);
    this.rgb = new Uint8ClampedArray(3 * clip.width * clip.height);
    this.#clip = clip;
    this.#reader = reader;
  }

  async read(index: number): Promise<void> {
    [this.now, this.before] = [this.before, this.now];
    await this.#reader.read(index, this.now);
    toRgb(this.#clip, this.now, this.#clip.colour, this.rgb);
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  measures(cleanFlicker: number | undefined): Measures {
    const masked = this.inside.count > 0;
    const flicker = this.flicker.mean();
    return {
      psnr: meanOf(this.psnrs),
      ssim: meanOf(this.ssims),
      inside: this.inside.psnr(),
      outside: masked ? this.outside.psnr() : undefined,
      edge: masked ? this.edge.psnr() : undefined,
      flicker,
      flickerRatio: flickerRatio(flicker, cleanFlicker),
    };
  }
}

/**
 * Memory does not grow with the length.
 * @param results raw planes of the same shape as `clean`
 * @param mask raw true masks, where the case has them
 * @returns one entry a result, in order
 */
export async function measure(
  clean: RawClip,
  results: readonly string[],
  mask: string | undefined,
  signal: AbortSignal,
  ssimEvery = SSIM_EVERY,
): Promise<Measures[]> {
  const bytes = bytesOf(clean);
  const opened = (path: string) => RawReader.open(path, bytes.frame);
  const truth = new Measured(clean, await opened(clean.path));
  const others: Measured[] = [];
  const maskReader = mask === undefined ? undefined : await RawReader.open(mask, bytes.mask);
  const cells = new Uint8Array(bytes.mask);
  const band = new Uint8Array(bytes.mask);
  const scratch = new Uint8Array(bytes.mask);
  const still = new Uint8Array(bytes.mask);
  const errors = new Float64Array(bytes.mask);
  const ssim = new Ssim(clean);
  try {
    for (const path of results) others.push(new Measured(clean, await opened(path)));
    for (let index = 0; index < clean.frames; index++) {
      throwIfAborted(signal);
      if (maskReader !== undefined) {
        await maskReader.read(index, cells);
        edgeBand(cellGrid(clean), cells, band, scratch);
      }
      await truth.read(index);
      if (index > 0) {
        staticCells(clean, truth.before, truth.now, still);
        truth.flicker.add(clean, truth.before, truth.now, still);
      }
      for (const other of others) {
        await other.read(index);
        if (index > 0) other.flicker.add(clean, other.before, other.now, still);
        cellErrors(clean, truth.rgb, other.rgb, errors);
        pool(other, errors, cells, band);
        if (index % ssimEvery === 0) other.ssims.push(ssim.rgb(truth.rgb, other.rgb));
      }
    }
  } finally {
    await Promise.all([truth, ...others].map((one) => one.close()));
    await maskReader?.close();
  }
  return others.map((other) => other.measures(truth.flicker.mean()));
}

function pool(to: Measured, errors: Float64Array, cells: Uint8Array, band: Uint8Array): void {
  let whole = 0;
  let inside = 0;
  let edge = 0;
  let insideCells = 0;
  let edgeCells = 0;
  for (let cell = 0; cell < errors.length; cell++) {
    const error = errors[cell] ?? 0;
    whole += error;
    if (cells[cell] !== 0) {
      inside += error;
      insideCells++;
    } else if (band[cell] !== 0) {
      edge += error;
      edgeCells++;
    }
  }
  to.psnrs.push(psnrOf(whole / (errors.length * CELL_SAMPLES)));
  to.inside.add(inside, insideCells * CELL_SAMPLES);
  to.outside.add(whole - inside, (errors.length - insideCells) * CELL_SAMPLES);
  to.edge.add(edge, edgeCells * CELL_SAMPLES);
}
