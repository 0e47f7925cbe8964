/** Small pictures of one frame for the HTML report. */
import sharp, { type Sharp } from 'sharp';
import { cellGrid } from '../../frame/frame.js';
import { bytesOf, type RawClip } from '../clip.js';
import { toRgb } from '../colour.js';
import { RawReader } from '../raw-file.js';

/** A caption and a JPEG as a data URI. */
export interface Picture {
  readonly caption: string;
  readonly uri: string;
}

export interface Pictures {
  /** Index of the frame. */
  readonly frame: number;
  readonly pictures: readonly Picture[];
}

export interface PictureSources {
  readonly damaged: string;
  readonly restored: string | undefined;
  readonly anchor: { readonly name: string; readonly path: string } | undefined;
  /** Raw masks: the true one, and the one that the tool found. */
  readonly mask: string | undefined;
  readonly found: string | undefined;
}

const WIDTH = 480;
const QUALITY = 82;

/** Takes the frame with the most damage in the second half, or the last but one without a mask. */
export async function takePictures(clean: RawClip, sources: PictureSources): Promise<Pictures> {
  const frame = await worstFrame(clean, sources.mask);
  const planes: [string, string | undefined][] = [
    ['clean', clean.path],
    ['damaged', sources.damaged],
    ['relens', sources.restored],
    [sources.anchor?.name ?? '', sources.anchor?.path],
  ];
  const masks: [string, string | undefined][] = [
    ['true mask', sources.mask],
    ['mask found', sources.found],
  ];
  const pictures: Picture[] = [];
  for (const [caption, path] of planes) {
    if (path !== undefined) pictures.push({ caption, uri: await pictureOf(clean, path, frame) });
  }
  for (const [caption, path] of masks) {
    if (path !== undefined) pictures.push({ caption, uri: await maskOf(clean, path, frame) });
  }
  return { frame, pictures };
}

async function worstFrame(clean: RawClip, mask: string | undefined): Promise<number> {
  let worst = Math.max(0, clean.frames - 2);
  if (mask === undefined) return worst;
  let most = -1;
  await withRecords(mask, bytesOf(clean).mask, async (reader, cells) => {
    for (let index = clean.frames >> 1; index < clean.frames; index++) {
      await reader.read(index, cells);
      const damaged = cells.reduce((sum, cell) => sum + (cell === 0 ? 0 : 1), 0);
      if (damaged > most) [worst, most] = [index, damaged];
    }
  });
  return worst;
}

async function pictureOf(clip: RawClip, path: string, frame: number): Promise<string> {
  const { width, height } = clip;
  const pixels = width * height;
  const planes = new Uint8ClampedArray(3 * pixels);
  await withRecords(path, bytesOf(clip).frame, async (reader, data) => {
    await reader.read(frame, data);
    toRgb(clip, data, clip.colour, planes);
  });
  const rgb = new Uint8Array(3 * pixels);
  for (let i = 0; i < pixels; i++) {
    for (let plane = 0; plane < 3; plane++) rgb[3 * i + plane] = planes[plane * pixels + i] ?? 0;
  }
  return jpeg(sharp(rgb, { raw: { width, height, channels: 3 } }));
}

async function maskOf(clip: RawClip, path: string, frame: number): Promise<string> {
  const { columns, rows } = cellGrid(clip);
  let cells = new Uint8Array(0);
  await withRecords(path, columns * rows, async (reader, data) => {
    await reader.read(frame, data);
    cells = data;
  });
  return jpeg(sharp(cells, { raw: { width: columns, height: rows, channels: 1 } }));
}

async function jpeg(image: Sharp): Promise<string> {
  const small = image.resize({ width: WIDTH, withoutEnlargement: true });
  const bytes = await small.jpeg({ quality: QUALITY }).toBuffer();
  return `data:image/jpeg;base64,${bytes.toString('base64')}`;
}

async function withRecords(
  path: string,
  bytes: number,
  use: (reader: RawReader, record: Uint8Array<ArrayBuffer>) => Promise<void>,
): Promise<void> {
  const reader = await RawReader.open(path, bytes);
  try {
    await use(reader, new Uint8Array(bytes));
  } finally {
    await reader.close();
  }
}
