/** Turns a frame and its mask into the pictures of the inspection's page. */
import sharp from 'sharp';
import { colourOf, toRgb } from '../src/evaluation/colour.js';
import type { Frame } from '../src/frame/frame.js';
import type { Mask } from '../src/frame/mask.js';
import type { FileInfo } from '../src/ffmpeg/file-info.js';

/** The picture as a JPEG. */
export async function jpegOf(frame: Frame, info: FileInfo): Promise<Buffer> {
  const { width, height } = frame;
  const pixels = width * height;
  const planes = new Uint8ClampedArray(3 * pixels);
  toRgb(frame, frame.data, colourOf(info.colour), planes);
  const rgb = new Uint8Array(3 * pixels);
  for (let i = 0; i < pixels; i++) {
    for (let k = 0; k < 3; k++) rgb[3 * i + k] = planes[k * pixels + i] ?? 0;
  }
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 85 })
    .toBuffer();
}

const [RED, YELLOW] = [
  [230, 20, 20, 170],
  [250, 210, 0, 120],
] as const;
/** Luma of what is told and not repaired: too dark for `--mask` to take it for damage. */
const TOLD = 96;

/**
 * Red where the mask is set, yellow where something is told that is left alone; a PNG of the cells.
 * @param told `[rows, columns]`, not 0 where it holds
 */
export async function overlayOf({ columns, rows, data }: Mask, told: Uint8Array): Promise<Buffer> {
  const rgba = new Uint8Array(4 * data.length);
  for (const [cell, value] of data.entries()) {
    if (value !== 0) rgba.set(RED, 4 * cell);
    else if (told[cell] !== 0) rgba.set(YELLOW, 4 * cell);
  }
  return sharp(rgba, { raw: { width: columns, height: rows, channels: 4 } })
    .resize(2 * columns, 2 * rows, { kernel: 'nearest' })
    .png()
    .toBuffer();
}

/** Makes the frame the picture of its mask: white = damaged, dark grey = told and left alone. */
export function showMask({ width, height, data }: Frame, mask: Mask, told: Uint8Array): void {
  for (let y = 0; y < height; y++) {
    const row = (y >> 1) * mask.columns;
    for (let x = 0; x < width; x++) {
      const cell = row + (x >> 1);
      data[y * width + x] = mask.data[cell] !== 0 ? 255 : told[cell] !== 0 ? TOLD : 0;
    }
  }
  data.fill(128, width * height);
}
