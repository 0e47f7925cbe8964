/** Rounded shapes fixed on the lens, shared by dirt and drops. */
import { cellGrid, type FrameSize } from '../../frame/frame.js';
import type { Random } from '../random.js';

/** Opacity under which a pixel does not count as damaged. */
export const VISIBLE = 0.1;

export interface Blob {
  readonly x: number;
  readonly y: number;
  /** Mean radius in luma samples. */
  readonly radius: number;
  /** Distance from the centre in radii of this outline: 0 in the middle, 1 on the edge. */
  reach(x: number, y: number): number;
}

/** A stretched, turned circle whose outline swells and shrinks a little. */
export function randomBlob(
  { width, height }: FrameSize,
  random: Random,
  radius: number,
  wobble: number,
): Blob {
  const x = random.uniform(0, width);
  const y = random.uniform(0, height);
  const stretch = random.uniform(0.75, 1.35);
  const turn = random.uniform(0, Math.PI);
  const waves = [2, 3, 4, 5].map((frequency) => ({
    frequency,
    size: (random.gaussian() * wobble) / frequency,
    phase: random.uniform(0, 2 * Math.PI),
  }));
  return {
    x,
    y,
    radius,
    reach: (px, py) => {
      const dx = px - x;
      const dy = py - y;
      const along = (dx * Math.cos(turn) + dy * Math.sin(turn)) / stretch;
      const across = (dy * Math.cos(turn) - dx * Math.sin(turn)) * stretch;
      const angle = Math.atan2(across, along);
      let outline = 1;
      for (const wave of waves)
        outline += wave.size * Math.sin(wave.frequency * angle + wave.phase);
      return Math.hypot(along, across) / (radius * Math.max(0.4, outline));
    },
  };
}

/** 1 inside, 0 outside, a smooth step of `softness` radii around the edge. */
export function softEdge(reach: number, softness: number): number {
  const t = Math.min(1, Math.max(0, (1 + softness / 2 - reach) / softness));
  return t * t * (3 - 2 * t);
}

/** Calls `visit` for each luma position near the blob and inside the picture. */
export function around(
  blob: Blob,
  { width, height }: FrameSize,
  visit: (x: number, y: number) => void,
): void {
  const span = blob.radius * 2.2;
  const right = Math.min(width - 1, Math.ceil(blob.x + span));
  const bottom = Math.min(height - 1, Math.ceil(blob.y + span));
  for (let y = Math.max(0, Math.floor(blob.y - span)); y <= bottom; y++) {
    for (let x = Math.max(0, Math.floor(blob.x - span)); x <= right; x++) visit(x, y);
  }
}

/** Opacity of each chroma cell: the mean of its four pixels. */
export function cellOpacity(size: FrameSize, opacity: Float32Array): Float32Array {
  const { columns, rows } = cellGrid(size);
  const cells = new Float32Array(columns * rows);
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const cell = (y >> 1) * columns + (x >> 1);
      cells[cell] = (cells[cell] ?? 0) + (opacity[y * size.width + x] ?? 0) / 4;
    }
  }
  return cells;
}
