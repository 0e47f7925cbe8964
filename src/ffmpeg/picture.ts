/** Raw yuv420p pictures of any size, as ffmpeg lays them out, and our even-sized frames. */
import type { FrameSize } from '../frame/frame.js';

/** An odd picture has one chroma sample more than half its luma samples. */
const half = (samples: number) => (samples + 1) >> 1;

/** Rounded up to even. */
export function evenSize({ width, height }: FrameSize): FrameSize {
  return { width: width + (width & 1), height: height + (height & 1) };
}

/** Bytes of one yuv420p picture whose size may be odd. */
export function rawBytes({ width, height }: FrameSize): number {
  return width * height + 2 * half(width) * half(height);
}

/**
 * Copies a raw picture of `size` into an even frame; the last column and row are repeated.
 * Chroma needs no padding: it is as large already.
 */
export function padPicture(raw: Uint8Array, size: FrameSize, frame: Uint8Array): void {
  const { width, height } = size;
  const even = evenSize(size);
  for (let row = 0; row < even.height; row++) {
    const from = Math.min(row, height - 1) * width;
    const to = row * even.width;
    frame.set(raw.subarray(from, from + width), to);
    if (even.width > width) frame[to + width] = raw[from + width - 1] ?? 0;
  }
  frame.set(raw.subarray(width * height), even.width * even.height);
}

/** The inverse of `padPicture`: the frame without its padding. */
export function cropPicture(frame: Uint8Array, size: FrameSize, raw: Uint8Array): void {
  const { width, height } = size;
  const even = evenSize(size);
  for (let row = 0; row < height; row++) {
    const from = row * even.width;
    raw.set(frame.subarray(from, from + width), row * width);
  }
  raw.set(frame.subarray(even.width * even.height), width * height);
}
