/** Paints two versions of a frame side by side, whole and enlarged where the damage is densest. */
import sharp, { type OverlayOptions } from 'sharp';
import { cellGrid, type CellGrid, type FrameSize } from '../frame/frame.js';
import { labelSvg } from '../frame/pixel-font.js';

export interface Version {
  readonly label: string;
  /** `[3, H, W]`: planes of R, G, B. */
  readonly rgb: Uint8ClampedArray;
}

export interface Window {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const GAP = 4;
const ENLARGE = 4;
/** The enlarged part is this share of the width and of the height. */
const PART = { width: 1 / ENLARGE, height: 1 / 6 };
const DOT = 3;

/**
 * Writes a PNG: the versions in columns, the whole frames above the enlarged parts.
 * @param mask `[rows, columns]` of the frame, not 0 = damaged
 */
export async function paintBeforeAfter(
  size: FrameSize,
  versions: readonly Version[],
  mask: Uint8Array,
  path: string,
): Promise<void> {
  const part = densestWindow(cellGrid(size), mask);
  const enlarged = { width: size.width, height: part.height * ENLARGE };
  const layers: OverlayOptions[] = [];
  for (const [index, { label, rgb }] of versions.entries()) {
    const left = index * (size.width + GAP);
    const whole = { raw: { ...size, channels: 3 as const } };
    const input = await sharp(interleaved(rgb), whole).png().toBuffer();
    const detail = await sharp(input)
      .extract(part)
      .resize({ ...enlarged, fit: 'fill', kernel: 'nearest' })
      .png()
      .toBuffer();
    layers.push({ input, left, top: 0 }, { input: detail, left, top: size.height + GAP });
    layers.push({ input: labelSvg(label, DOT), left: left + GAP, top: GAP });
  }
  const canvas = {
    width: versions.length * (size.width + GAP) - GAP,
    height: size.height + GAP + enlarged.height,
    channels: 3 as const,
    background: '#000',
  };
  await sharp({ create: canvas }).composite(layers).png().toFile(path);
}

/** The part of the picture, in luma pixels, with the most damaged cells. */
export function densestWindow({ columns, rows }: CellGrid, mask: Uint8Array): Window {
  const width = Math.floor(columns * PART.width);
  const height = Math.floor(rows * PART.height);
  // sums[(y, x)] counts the damaged cells above and left of a cell, itself not among them.
  const stride = columns + 1;
  const sums = new Uint32Array(stride * (rows + 1));
  const sum = (y: number, x: number) => sums[y * stride + x] ?? 0;
  for (let y = 0; y < rows; y++) {
    let row = 0;
    for (let x = 0; x < columns; x++) {
      if (mask[y * columns + x] !== 0) row++;
      sums[(y + 1) * stride + x + 1] = sum(y, x + 1) + row;
    }
  }
  let best = { count: -1, x: 0, y: 0 };
  for (let y = 0; y + height <= rows; y++) {
    for (let x = 0; x + width <= columns; x++) {
      const count = sum(y + height, x + width) - sum(y, x + width) - sum(y + height, x) + sum(y, x);
      if (count > best.count) best = { count, x, y };
    }
  }
  return { left: 2 * best.x, top: 2 * best.y, width: 2 * width, height: 2 * height };
}

function interleaved(rgb: Uint8ClampedArray): Uint8Array {
  const pixels = rgb.length / 3;
  const mixed = new Uint8Array(rgb.length);
  for (let i = 0; i < pixels; i++) {
    mixed[3 * i] = rgb[i] ?? 0;
    mixed[3 * i + 1] = rgb[i + pixels] ?? 0;
    mixed[3 * i + 2] = rgb[i + 2 * pixels] ?? 0;
  }
  return mixed;
}
