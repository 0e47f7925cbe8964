/** Turns a manifest and what lies beside it into a page: text from the one, pictures from the other. */
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { filter, lastValueFrom, map, take, toArray } from 'rxjs';
import sharp from 'sharp';
import { beside } from '../src/evidence/check-files.js';
import { unpackCells } from '../src/evidence/cells.js';
import { writeFailed } from '../src/evidence/durable.js';
import { sha256 } from '../src/evidence/frame-list.js';
import { readManifest, type Manifest } from '../src/evidence/manifest.js';
import { reportPage, type ShownFrame } from '../src/evidence/report-page.js';
import { colourOf, toRgb } from '../src/evaluation/colour.js';
import { passthrough } from '../src/ffmpeg/abilities.js';
import { findFfmpeg } from '../src/ffmpeg/find.js';
import { greyPictures } from '../src/ffmpeg/grey-pictures.js';
import { FramePool } from '../src/frame/frame-pool.js';
import { PROVENANCE } from '../src/frame/provenance.js';
import { PROVENANCE_COLOURS } from '../src/frame/wire-format.js';
import { openFile, type FileSpec } from '../src/sources/file.js';

export interface ReportOptions {
  readonly manifest: string;
  readonly html: string;
  /** Where these lie now; default: where the manifest says. */
  readonly original?: string;
  readonly output?: string;
  readonly ffmpeg?: string;
}

export interface WrittenReport {
  readonly frames: number;
  /** Why there are no pictures. */
  readonly withoutPictures?: string;
}

/** Pixels; wider pictures are scaled down. */
const WIDTH = 640;
/** Of the colour over the picture. */
const OPACITY = 0.6;
const NAMES = Object.keys(PROVENANCE) as (keyof typeof PROVENANCE)[];

interface Picture {
  readonly width: number;
  readonly height: number;
  /** `[3, H, W]` */
  readonly rgb: Uint8ClampedArray;
}

/** @throws RelensError MANIFEST, OUTPUT_WRITE, FFMPEG_NOT_FOUND */
export async function writeReportPage(options: ReportOptions): Promise<WrittenReport> {
  const { manifest: path, html } = options;
  const { manifest, bytes } = await readManifest(path);
  let frames: ShownFrame[] = [];
  let without: { withoutPictures: string } | undefined;
  try {
    frames = await framesOf(options, manifest);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    without = { withoutPictures: `No pictures: ${why}` };
  }
  const page = reportPage({
    manifest,
    name: basename(path),
    sha256: sha256(bytes),
    frames,
    colours: PROVENANCE_COLOURS,
    ...without,
  });
  try {
    await mkdir(dirname(html), { recursive: true });
    await writeFile(html, page);
  } catch (cause) {
    throw writeFailed(html, cause);
  }
  return { frames: frames.length, ...without };
}

async function framesOf(options: ReportOptions, manifest: Manifest): Promise<ShownFrame[]> {
  const wanted = [...new Set(manifest.highlights.map(({ seq }) => seq))].sort((a, b) => a - b);
  if (wanted.length === 0) return [];
  const ffmpeg = await findFfmpeg(options.ffmpeg);
  const at = (name: string) => beside(options.manifest, name);
  const settings = manifest.settings as Pick<
    FileSpec,
    'start' | 'end' | 'frameRate' | 'deinterlace'
  >;
  const original = { ...settings, path: options.original ?? at(manifest.input.name), ffmpeg };
  const restored = {
    path: options.output ?? at(manifest.output.name),
    ffmpeg,
    deinterlace: 'off' as const,
    frameRate: manifest.input.frameRate,
  };
  const before = await pictures(original, wanted);
  const after = await pictures(restored, wanted);
  const args = await passthrough(ffmpeg);
  const shown: ShownFrame[] = [];
  const { columns, rows } = manifest.cells;
  let seq = 0;
  for await (const cells of greyPictures(
    ffmpeg,
    at(manifest.cells.name),
    4 * columns * rows,
    args,
  )) {
    const index = wanted.indexOf(seq++);
    const [was, is] = [before[index], after[index]];
    if (index < 0 || was === undefined || is === undefined) continue;
    const mine = manifest.highlights.filter((one) => one.seq === wanted[index]);
    const { provenance } = unpackCells(cells);
    shown.push({
      seq: seq - 1,
      time: (mine[0]?.timestamp ?? 0) / 1e6,
      why: mine
        .map(({ most, share }) => `most ${most} of all (${(100 * share).toFixed(1)} %)`)
        .join(', '),
      pictures: [
        { caption: 'as recorded', url: await jpeg(was) },
        { caption: 'restored', url: await jpeg(is) },
        { caption: 'what each cell is', url: await jpeg(overlaid(is, provenance, columns)) },
      ],
    });
    if (shown.length === wanted.length) break;
  }
  return shown;
}

/** The frames of these numbers, in order. */
async function pictures(spec: FileSpec, wanted: readonly number[]): Promise<Picture[]> {
  const source = await openFile(spec);
  const pool = new FramePool(source.info, 3);
  const { width, height, colour } = source.info;
  const picked$ = source.frames(pool).pipe(
    map((frame) => {
      const rgb = new Uint8ClampedArray(3 * width * height);
      const isWanted = wanted.includes(frame.seq);
      if (isWanted) toRgb({ width, height }, frame.data, colourOf(colour), rgb);
      frame.close();
      return isWanted ? { width, height, rgb } : undefined;
    }),
    filter((picture) => picture !== undefined),
    take(wanted.length),
    toArray(),
  );
  try {
    return await lastValueFrom(picked$);
  } finally {
    pool.dispose();
  }
}

/** The picture in grey, under the colours of what its cells are. */
function overlaid(
  { width, height, rgb }: Picture,
  provenance: Uint8Array,
  columns: number,
): Picture {
  const plane = width * height;
  const out = new Uint8ClampedArray(3 * plane);
  const colours = NAMES.map((name) => Buffer.from(PROVENANCE_COLOURS[name].slice(1), 'hex'));
  for (let at = 0; at < plane; at++) {
    const [y, x] = [Math.floor(at / width), at % width];
    const value = provenance[(y >> 1) * columns + (x >> 1)] ?? 0;
    const grey = ((rgb[at] ?? 0) + 2 * (rgb[at + plane] ?? 0) + (rgb[at + 2 * plane] ?? 0)) / 4;
    for (let channel = 0; channel < 3; channel++) {
      const colour = colours[value]?.[channel] ?? 255;
      out[at + channel * plane] = value === 0 ? grey : grey * (1 - OPACITY) + colour * OPACITY;
    }
  }
  return { width, height, rgb: out };
}

async function jpeg({ width, height, rgb }: Picture): Promise<string> {
  const plane = width * height;
  const mixed = Buffer.alloc(3 * plane);
  for (let at = 0; at < plane; at++) {
    for (let channel = 0; channel < 3; channel++)
      mixed[3 * at + channel] = rgb[at + channel * plane] ?? 0;
  }
  const image = sharp(mixed, { raw: { width, height, channels: 3 } });
  const data = await image
    .resize({ width: Math.min(WIDTH, width) })
    .jpeg({ quality: 82 })
    .toBuffer();
  return `data:image/jpeg;base64,${data.toString('base64')}`;
}
