/** Fills masked cells with the median of what was seen at the same place at other times. */
import { cellGrid, frameBytes } from '../../frame/frame.js';
import { bytesOf, type RawClip } from '../clip.js';
import { throwIfAborted } from '../ffmpeg-job.js';
import { RawReader, RawWriter } from '../raw-file.js';
import type { Anchor, AnchorJob, Setting } from './anchor.js';

/** Rows of cells are worked on in bands of about this many bytes over all frames. */
const BAND_BYTES = 48 * 1024 * 1024;

/** All samples of some rows of cells: `frames` times six samples a cell, and their masks. */
interface Band {
  readonly samples: Uint8Array[];
  readonly masks: Uint8Array[];
}

/** @param reach frames before and after that are looked at; Infinity = the whole clip */
function medianWithin(label: string, reach: number): Setting {
  return { label, run: (job) => fill(job, reach) };
}

/** Memory is bounded: the clip is read and written in bands. Cells never seen stay as they are. */
async function fill(job: AnchorJob, reach: number): Promise<void> {
  const { damaged, mask, output, signal } = job;
  if (mask === undefined) throw new RangeError('the temporal median needs a mask');
  const { columns, rows } = cellGrid(damaged);
  const bytes = bytesOf(damaged);
  const bandRows = Math.max(1, Math.floor(BAND_BYTES / (damaged.frames * columns * 7)));
  const frames = await RawReader.open(damaged.path, bytes.frame);
  const masks = await RawReader.open(mask, bytes.mask);
  const writer = await RawWriter.create(output);
  try {
    for (let top = 0; top < rows; top += bandRows) {
      throwIfAborted(signal);
      const count = Math.min(bandRows, rows - top);
      const band = await readBand(damaged, frames, masks, top, count);
      const filled = medians(band, columns * count, columns, reach);
      for (const [index, samples] of filled.entries()) {
        for (const part of bandParts(damaged, top, count)) {
          const piece = samples.subarray(part.at, part.at + part.bytes);
          await writer.writeAt(piece, index * bytes.frame + part.offset);
        }
      }
    }
  } finally {
    await Promise.all([frames, masks, writer].map((file) => file.close()));
  }
}

/** Where a band's Y, U and V lie in a frame, and in the band's own array. */
function bandParts({ width, height }: RawClip, top: number, rows: number) {
  const columns = width >> 1;
  const luma = { offset: 2 * top * width, bytes: 2 * rows * width, at: 0 };
  const chroma = { bytes: rows * columns };
  const u = width * height + top * columns;
  return [
    luma,
    { ...chroma, offset: u, at: luma.bytes },
    { ...chroma, offset: u + (width * height) / 4, at: luma.bytes + chroma.bytes },
  ];
}

async function readBand(
  clip: RawClip,
  frames: RawReader,
  masks: RawReader,
  top: number,
  rows: number,
): Promise<Band> {
  const { columns } = cellGrid(clip);
  const band: Band = { samples: [], masks: [] };
  for (let index = 0; index < clip.frames; index++) {
    const samples = new Uint8Array(frameBytes({ width: clip.width, height: 2 * rows }));
    for (const { at, bytes, offset } of bandParts(clip, top, rows)) {
      await frames.read(index, samples.subarray(at, at + bytes), offset);
    }
    const mask = new Uint8Array(rows * columns);
    await masks.read(index, mask, top * columns);
    band.samples.push(samples);
    band.masks.push(mask);
  }
  return band;
}

function medians({ samples, masks }: Band, cells: number, columns: number, reach: number) {
  const filled = samples.map((data) => data.slice());
  const seen = new Uint8Array(samples.length);
  for (let cell = 0; cell < cells; cell++) {
    const row = Math.floor(cell / columns);
    const corner = 4 * row * columns + 2 * (cell - row * columns);
    const places = [0, 1, 2 * columns, 2 * columns + 1].map((step) => corner + step);
    places.push(4 * cells + cell, 5 * cells + cell);
    // With the whole clip in reach, all masked frames of a cell have the same median.
    let always: readonly number[] | undefined;
    for (let index = 0; index < samples.length; index++) {
      if (masks[index]?.[cell] === 0) continue;
      const first = Math.max(0, index - reach);
      const last = Math.min(samples.length - 1, index + reach);
      const values =
        always ?? places.map((at) => medianAt(samples, masks, cell, at, first, last, seen));
      if (reach === Infinity) always = values;
      const target = filled[index];
      values.forEach((value, i) => {
        if (target !== undefined && value >= 0) target[places[i] ?? 0] = value;
      });
    }
  }
  return filled;
}

/** -1 when the place was never seen. `seen` is scratch space. */
function medianAt(
  samples: readonly Uint8Array[],
  masks: readonly Uint8Array[],
  cell: number,
  at: number,
  first: number,
  last: number,
  seen: Uint8Array,
): number {
  let count = 0;
  for (let index = first; index <= last; index++) {
    if (masks[index]?.[cell] === 0) seen[count++] = samples[index]?.[at] ?? 0;
  }
  if (count === 0) return -1;
  return seen.subarray(0, count).sort()[count >> 1] ?? -1;
}

export const TEMPORAL_MEDIAN: Anchor = {
  name: 'temporal median',
  chosenBy: 'in',
  gridFrames: Infinity,
  takes: ({ masked }) => masked,
  settings: [medianWithin('whole clip', Infinity), medianWithin('12 frames each way', 12)],
};
