/** One picture of all classes of damage: a damaged part each, and what was found over it. */
import sharp, { type OverlayOptions } from 'sharp';
import { cellGrid, type FrameSize } from '../../frame/frame.js';
import { labelSvg } from '../../frame/pixel-font.js';
import { toRgb, type Colour } from '../colour.js';

export interface ClassPicture extends FrameSize {
  readonly label: string;
  readonly colour: Colour;
  /** yuv420p planes. */
  readonly data: Uint8Array;
  /** `[rows, columns]`, not 0 = found. */
  readonly found: Uint8Array;
  /** The part that is shown is so much smaller than the picture. */
  readonly zoom: number;
}

/** Of one part, in the sheet. */
const [WIDTH, HEIGHT] = [300, 224] as const;
/** Pairs in a row. */
const ACROSS = 2;
const GAP = 4;
const DOT = 2;
const QUALITY = 80;
const MARK = [255, 210, 0] as const;
const OPACITY = 0.6;

/** Writes the sheet as a JPEG. */
export async function paintClassSheet(
  pictures: readonly ClassPicture[],
  path: string,
): Promise<void> {
  const layers: OverlayOptions[] = [];
  for (const [index, picture] of pictures.entries()) {
    const part = busiestPart(picture);
    const top = Math.floor(index / ACROSS) * (HEIGHT + GAP);
    const captions = [`${picture.label}: damaged`, 'found'];
    for (const [side, caption] of captions.entries()) {
      const left = ((index % ACROSS) * 2 + side) * (WIDTH + GAP);
      const input = await sharp(cut(picture, part, side === 1), {
        raw: { width: part.width, height: part.height, channels: 3 },
      })
        .resize({ width: WIDTH, height: HEIGHT, fit: 'fill', kernel: 'nearest' })
        .png()
        .toBuffer();
      layers.push({ input, left, top }, { input: labelSvg(caption, DOT), left, top });
    }
  }
  const across = Math.min(ACROSS, Math.max(1, pictures.length));
  const down = Math.max(1, Math.ceil(pictures.length / ACROSS));
  const canvas = {
    width: 2 * across * (WIDTH + GAP) - GAP,
    height: down * (HEIGHT + GAP) - GAP,
    channels: 3 as const,
    background: '#000',
  };
  const sheet = sharp({ create: canvas }).composite(layers);
  await sheet.jpeg({ quality: QUALITY }).toFile(path);
}

interface Part extends FrameSize {
  readonly left: number;
  readonly top: number;
}

/** The part with the most found cells; even numbers all. */
function busiestPart({ width, height, zoom, found }: ClassPicture): Part {
  const { columns, rows } = cellGrid({ width, height });
  const wide = Math.max(1, Math.floor(columns / zoom));
  const high = Math.max(1, Math.min(rows, Math.round((wide * HEIGHT) / WIDTH)));
  const stride = columns + 1;
  const sums = new Uint32Array(stride * (rows + 1));
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let column = 0; column < columns; column++) {
      if (found[row * columns + column] !== 0) sum++;
      sums[(row + 1) * stride + column + 1] = (sums[row * stride + column + 1] ?? 0) + sum;
    }
  }
  let best = { left: 0, top: 0, most: -1 };
  for (let row = 0; row + high <= rows; row += 2) {
    for (let column = 0; column + wide <= columns; column += 2) {
      const [above, below] = [row * stride + column, (row + high) * stride + column];
      const inside =
        (sums[below + wide] ?? 0) -
        (sums[below] ?? 0) -
        (sums[above + wide] ?? 0) +
        (sums[above] ?? 0);
      if (inside > best.most) best = { left: 2 * column, top: 2 * row, most: inside };
    }
  }
  return { left: best.left, top: best.top, width: 2 * wide, height: 2 * high };
}

/** `[height, width, 3]` RGB of a part; marked: in grey, what was found in colour. */
function cut(picture: ClassPicture, part: Part, marked: boolean): Uint8Array {
  const { width, height, data, colour, found } = picture;
  const pixels = width * height;
  const rgb = new Uint8ClampedArray(3 * pixels);
  toRgb(picture, data, colour, rgb);
  const out = new Uint8Array(3 * part.width * part.height);
  for (let y = 0; y < part.height; y++) {
    for (let x = 0; x < part.width; x++) {
      const [u, v] = [part.left + x, part.top + y];
      const share = found[(v >> 1) * (width >> 1) + (u >> 1)] === 0 ? 0 : OPACITY;
      for (let c = 0; c < 3; c++) {
        const from = v * width + u;
        const shown = marked ? (data[from] ?? 0) : (rgb[c * pixels + from] ?? 0);
        out[3 * (y * part.width + x) + c] = marked
          ? (1 - share) * shown + share * (MARK[c] ?? 0)
          : shown;
      }
    }
  }
  return out;
}
