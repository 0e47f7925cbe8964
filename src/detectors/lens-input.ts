/** What the lens network is given: the statistics of many frames, in the size that it learned from. */
import type { LensStatistics } from './lens-statistics.js';
import type { PlaneSize } from './network.js';
import { openResize } from './resize.js';

/** Rows and columns of cells that the model is given are multiples of this. */
const MULTIPLE = 8;
/** Luma samples across of what the model is given (training/lens_data.py); in all at most; the most that is enlarged. */
const WIDE = 768;
const MOST = 768 * 640;
const ZOOM = 2.5;

/**
 * Cells of what the model is given: about as wide as what it learned from, so that dirt is as large; or that
 * many times as wide.
 */
export function fitted({ width, height }: PlaneSize, share = 1): PlaneSize {
  const zoom = share * Math.min(WIDE / width, Math.sqrt(MOST / (width * height)), ZOOM);
  const cells = (side: number) => Math.max(1, Math.round((side * zoom) / 2 / MULTIPLE)) * MULTIPLE;
  return { width: cells(width), height: cells(height) };
}

const twice = ({ width, height }: PlaneSize): PlaneSize => ({
  width: 2 * width,
  height: 2 * height,
});

/** Lays out the statistics of a picture of `fine` luma samples for the model, in cells of `fit`. */
export function openLensInput(fine: PlaneSize, fit: PlaneSize) {
  const cells = { width: fine.width >> 1, height: fine.height >> 1 };
  const layers = [
    { size: fine, to: twice(fit), resize: openResize(fine, twice(fit)) },
    { size: cells, to: fit, resize: openResize(cells, fit) },
  ] as const;
  const count = fit.width * fit.height;
  return (statistics: LensStatistics) => {
    const luma = new Uint8Array(2 * 4 * count);
    const chroma = new Uint8Array(4 * count);
    const place = (layer: number, to: Uint8Array, first: number) => {
      const { size, to: large, resize } = layers[layer === 0 ? 0 : 1];
      const mean = new Uint8Array(size.width * size.height);
      const spread = new Uint8Array(mean.length);
      statistics.describe(layer, mean, spread);
      // Mean planes come first, U and V of each picture together.
      const step = layer === 0 ? 1 : 2;
      const bytes = large.width * large.height;
      to.set(resize(mean), first * bytes);
      to.set(resize(spread), (first + step) * bytes);
    };
    place(0, luma, 0);
    place(1, chroma, 0);
    place(2, chroma, 1);
    const frames = new Uint8Array(count).fill(statistics.count);
    return {
      luma: { data: luma, dims: [1, 2, 2 * fit.height, 2 * fit.width] },
      chroma: { data: chroma, dims: [1, 4, fit.height, fit.width] },
      count: { data: frames, dims: [1, 1, fit.height, fit.width] },
    };
  };
}
