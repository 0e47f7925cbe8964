/** The bench's one conversion between yuv420p and RGB. */
import { planesOf, type FrameSize } from '../frame/frame.js';

/** How code values map to RGB; 8 bit. */
export interface Colour {
  /** Luma weights of red and blue (ITU-R BT.601: 0.299, 0.114; BT.709: 0.2126, 0.0722). */
  readonly kr: number;
  readonly kb: number;
  /** True when luma runs from 0 to 255, false for 16 to 235. */
  readonly fullRange: boolean;
}

export const BT601: Colour = { kr: 0.299, kb: 0.114, fullRange: false };
export const BT709: Colour = { kr: 0.2126, kb: 0.0722, fullRange: false };

/** BT.601 limited range unless ffprobe's `color_space` and `color_range` say otherwise. */
export function colourOf(tags: { readonly space?: string; readonly range?: string }): Colour {
  const matrix = tags.space === 'bt709' ? BT709 : BT601;
  return { ...matrix, fullRange: tags.range === 'pc' };
}

/** Coefficients: R = y*Y' + rv*V', G = y*Y' + gu*U' + gv*V', B = y*Y' + bu*U'. */
export function coefficients({ kr, kb, fullRange }: Colour) {
  const kg = 1 - kr - kb;
  const chroma = fullRange ? 1 : 255 / 224;
  return {
    offset: fullRange ? 0 : 16,
    y: fullRange ? 1 : 255 / 219,
    rv: 2 * (1 - kr) * chroma,
    gu: (-2 * kb * (1 - kb) * chroma) / kg,
    gv: (-2 * kr * (1 - kr) * chroma) / kg,
    bu: 2 * (1 - kb) * chroma,
  };
}

/**
 * Writes three planes `[3, H, W]` of R, G, B, rounded and clipped. Each chroma sample serves its
 * 2x2 luma block, so a cell of the mask is exactly the pixels its six samples make.
 */
export function toRgb(
  size: FrameSize,
  data: Uint8Array,
  colour: Colour,
  rgb: Uint8ClampedArray,
): void {
  const { width, height } = size;
  const { y: luma, u, v } = planesOf(size, data);
  const c = coefficients(colour);
  const pixels = width * height;
  for (let row = 0; row < height; row++) {
    const chromaRow = (row >> 1) * (width >> 1);
    for (let column = 0; column < width; column++) {
      const at = row * width + column;
      const cell = chromaRow + (column >> 1);
      const grey = c.y * ((luma[at] ?? 0) - c.offset);
      const cu = (u[cell] ?? 0) - 128;
      const cv = (v[cell] ?? 0) - 128;
      rgb[at] = grey + c.rv * cv;
      rgb[at + pixels] = grey + c.gu * cu + c.gv * cv;
      rgb[at + 2 * pixels] = grey + c.bu * cu;
    }
  }
}

/**
 * The way back: luma of each pixel, chroma of the mean of each 2x2 block. With `mask`
 * (`[H/2, W/2]`), only the cells it marks are written.
 */
export function fromRgb(
  size: FrameSize,
  rgb: Uint8ClampedArray,
  colour: Colour,
  data: Uint8Array,
  mask?: Uint8Array,
): void {
  const { width, height } = size;
  const planes = planesOf(size, data);
  const { kr, kb, fullRange } = colour;
  const kg = 1 - kr - kb;
  const offset = fullRange ? 0 : 16;
  const lumaScale = fullRange ? 1 : 219 / 255;
  const chromaScale = fullRange ? 1 : 224 / 255;
  const pixels = width * height;
  const columns = width >> 1;
  for (let row = 0; row < height >> 1; row++) {
    for (let column = 0; column < columns; column++) {
      const cell = row * columns + column;
      if (mask !== undefined && mask[cell] === 0) continue;
      let red = 0;
      let blue = 0;
      let grey = 0;
      for (let corner = 0; corner < 4; corner++) {
        const at = (2 * row + (corner >> 1)) * width + 2 * column + (corner & 1);
        const r = rgb[at] ?? 0;
        const b = rgb[at + 2 * pixels] ?? 0;
        const y = kr * r + kg * (rgb[at + pixels] ?? 0) + kb * b;
        planes.y[at] = toByte(offset + lumaScale * y);
        red += r;
        blue += b;
        grey += y;
      }
      planes.u[cell] = toByte(128 + (chromaScale * (blue - grey)) / (8 * (1 - kb)));
      planes.v[cell] = toByte(128 + (chromaScale * (red - grey)) / (8 * (1 - kr)));
    }
  }
}

export function toByte(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.round(value);
}
