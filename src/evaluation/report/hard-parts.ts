/** The part of each damaged clip that was restored worst, as rows of one picture. */
import sharp, { type OverlayOptions } from 'sharp';
import { cellGrid, planesOf, type FrameSize } from '../../frame/frame.js';
import { labelSvg } from '../../frame/pixel-font.js';
import { PROVENANCE } from '../../frame/provenance.js';
import { PROVENANCE_COLOURS } from '../../frame/wire-format.js';
import { bytesOf, type RawClip } from '../clip.js';
import { toRgb } from '../colour.js';
import { RawReader } from '../raw-file.js';

/** Raw files of a clip: planes, planes, and `[rows, columns]` what each cell is. */
export interface PartSources {
  readonly damaged: string;
  readonly restored: string;
  readonly provenance: string;
}

/** A row of the picture: `[HEIGHT, WIDTH, 3]` RGB each. */
export interface HardPart {
  readonly label: string;
  readonly tiles: readonly Uint8Array[];
}

/** Luma samples; even. */
const WIDTH = 120;
const HEIGHT = 80;
const STEP = 8;
const ENLARGE = 2;
const GAP = 4;
const DOT = 2;
const QUALITY = 85;
const CAPTIONS = ['damaged', 'restored', 'original', 'provenance'] as const;

interface Place {
  readonly frame: number;
  readonly left: number;
  readonly top: number;
  readonly error: number;
}

/**
 * Looks through the second half of the clip, where the memory has something to remember.
 * @returns undefined when nothing was changed, or the picture is smaller than a part
 */
export async function hardestPart(
  label: string,
  clean: RawClip,
  sources: PartSources,
): Promise<HardPart | undefined> {
  const bytes = bytesOf(clean);
  const paths = [sources.damaged, sources.restored, clean.path];
  const readers = await Promise.all(paths.map((path) => RawReader.open(path, bytes.frame)));
  const cells = await RawReader.open(sources.provenance, bytes.mask);
  const planes = paths.map(() => new Uint8Array(bytes.frame));
  const provenance = new Uint8Array(bytes.mask);
  const load = async (frame: number) => {
    for (const [index, reader] of readers.entries()) {
      await reader.read(frame, planes[index] ?? new Uint8Array(0));
    }
    await cells.read(frame, provenance);
  };
  try {
    let worst: Place | undefined;
    for (let frame = clean.frames >> 1; frame < clean.frames; frame++) {
      await load(frame);
      const [, restored, truth] = planes;
      if (restored === undefined || truth === undefined) throw new Error('three versions expected');
      const place = worstPlace(clean, restored, truth, provenance);
      if (place.error > (worst?.error ?? 0)) worst = { ...place, frame };
    }
    if (worst === undefined) return undefined;
    await load(worst.frame);
    const { left, top } = worst;
    const pictures = planes.map((data) => cut(clean, rgbOf(clean, data), left, top));
    return {
      label,
      tiles: [...pictures, cut(clean, marked(clean, planes, provenance), left, top)],
    };
  } finally {
    await Promise.all([...readers, cells].map((reader) => reader.close()));
  }
}

/** Where the squared error of luma, of cells that were changed, is the largest in sum. */
function worstPlace(
  size: FrameSize,
  restored: Uint8Array,
  truth: Uint8Array,
  provenance: Uint8Array,
): Omit<Place, 'frame'> {
  const { columns, rows } = cellGrid(size);
  const stride = columns + 1;
  const sums = new Float64Array(stride * (rows + 1));
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let column = 0; column < columns; column++) {
      const at = 2 * row * size.width + 2 * column;
      if (provenance[row * columns + column] !== PROVENANCE.original) {
        for (const i of [at, at + 1, at + size.width, at + size.width + 1]) {
          sum += ((restored[i] ?? 0) - (truth[i] ?? 0)) ** 2;
        }
      }
      sums[(row + 1) * stride + column + 1] = (sums[row * stride + column + 1] ?? 0) + sum;
    }
  }
  let worst = { left: 0, top: 0, error: 0 };
  const [wide, high] = [WIDTH / 2, HEIGHT / 2];
  for (let row = 0; row + high <= rows; row += STEP / 2) {
    for (let column = 0; column + wide <= columns; column += STEP / 2) {
      const above = row * stride + column;
      const below = above + high * stride;
      const error =
        (sums[below + wide] ?? 0) -
        (sums[below] ?? 0) -
        (sums[above + wide] ?? 0) +
        (sums[above] ?? 0);
      if (error > worst.error) worst = { left: 2 * column, top: 2 * row, error };
    }
  }
  return worst;
}

function rgbOf(clip: RawClip, data: Uint8Array): Uint8ClampedArray {
  const rgb = new Uint8ClampedArray(3 * clip.width * clip.height);
  toRgb(clip, data, clip.colour, rgb);
  return rgb;
}

/** The restored picture in grey, what was changed in the colour of its provenance. */
function marked(
  clip: RawClip,
  [, restored = new Uint8Array(0)]: readonly Uint8Array[],
  provenance: Uint8Array,
): Uint8ClampedArray {
  const pixels = clip.width * clip.height;
  const rgb = new Uint8ClampedArray(3 * pixels);
  const { y } = planesOf(clip, restored);
  const colours = Object.values(PROVENANCE_COLOURS).map((hex) => Buffer.from(hex.slice(1), 'hex'));
  for (let i = 0; i < pixels; i++) {
    const row = (i / clip.width) | 0;
    const cell = (row >> 1) * (clip.width >> 1) + ((i - row * clip.width) >> 1);
    const kind = provenance[cell] ?? PROVENANCE.original;
    const share = kind === PROVENANCE.original ? 0 : 0.6;
    for (let c = 0; c < 3; c++) {
      rgb[c * pixels + i] = (1 - share) * (y[i] ?? 0) + share * (colours[kind]?.[c] ?? 0);
    }
  }
  return rgb;
}

function cut({ width, height }: FrameSize, rgb: Uint8ClampedArray, left: number, top: number) {
  const out = new Uint8Array(3 * WIDTH * HEIGHT);
  for (let row = 0; row < HEIGHT; row++) {
    for (let column = 0; column < WIDTH; column++) {
      const from = (top + row) * width + left + column;
      const to = 3 * (row * WIDTH + column);
      for (let c = 0; c < 3; c++) out[to + c] = rgb[c * width * height + from] ?? 0;
    }
  }
  return out;
}

/** Writes the rows as one JPEG. */
export async function paintHardParts(parts: readonly HardPart[], path: string): Promise<void> {
  const size = { width: WIDTH * ENLARGE, height: HEIGHT * ENLARGE };
  const layers: OverlayOptions[] = [];
  for (const [row, { label, tiles }] of parts.entries()) {
    for (const [column, tile] of tiles.entries()) {
      const raw = { width: WIDTH, height: HEIGHT, channels: 3 as const };
      const input = await sharp(tile, { raw })
        .resize({ ...size, kernel: 'nearest' })
        .png()
        .toBuffer();
      const left = column * (size.width + GAP);
      const top = row * (size.height + GAP);
      const caption = column === 0 ? `${label}: damaged` : (CAPTIONS[column] ?? '');
      layers.push({ input, left, top }, { input: labelSvg(caption, DOT), left, top });
    }
  }
  const canvas = {
    width: CAPTIONS.length * (size.width + GAP) - GAP,
    height: Math.max(1, parts.length * (size.height + GAP) - GAP),
    channels: 3 as const,
    background: '#000',
  };
  const picture = sharp({ create: canvas }).composite(layers);
  await picture.jpeg({ quality: QUALITY }).toFile(path);
}
