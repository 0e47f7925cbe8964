/**
 * How opaque dirt on the lens is, sample by sample. It is too near to be in focus, so its edge is a
 * veil through which the scene still shows (Gu et al., Removing image artifacts due to dirty camera
 * lenses and thin occluders, 2009): seen = scene * (1 - opacity) + dirt * opacity.
 */
import { cellGrid, type FrameSize } from '../../frame/frame.js';
import { lumaOf, type Film } from './film.js';
import { increasing } from './increasing.js';
import { findPatches, type Patch } from './patches.js';

export interface Veil {
  /** `[H, W]` 0 = clear, 1 = nothing shows through. */
  readonly opacity: Float32Array;
  /** What the dirt itself looks like. */
  readonly dirt: Film;
}

/** Squared grey levels, against division by nothing. */
const LEAST_CONTRAST = 1;
const BLUR = [1, 4, 6, 4, 1];
/** Squared grey levels: a patch that differs less from the scene, in the mean, tells no opacity. */
const ENOUGH_CONTRAST = 400;
/** Opacity below which the outermost cells of a patch must lie, in the median. */
const CLEAR_RIM = 0.5;
/** Samples that a soft edge takes from clear to opaque. */
const LEAST_RISE = 0.6;
/** Samples round a patch that take part in the blur. */
const MARGIN = 3;

/**
 * Opacity begins as what the mean picture says of each sample, given the scene as it is continued
 * from around; texture that was not continued makes that rough. So it is smoothed, and then made
 * sharp again by the increasing function of the smoothed value that fits each patch best.
 * @param seen the mean of what the camera saw
 * @param scene the same with the dirt filled in from around
 * @param dirty `[H/2, W/2]`, not 0 = dirt that was there all the time
 */
export function estimateVeil(size: FrameSize, seen: Film, scene: Film, dirty: Uint8Array): Veil {
  const { columns, rows } = cellGrid(size);
  const opacity = new Float32Array(size.width * size.height);
  const dirt = { y: seen.y.slice(), u: seen.u.slice(), v: seen.v.slice() };
  for (const patch of findPatches(dirty, columns, rows)) {
    const luma = patch.core.flatMap((cell) => [...lumaOf(cell, columns)]);
    const y = medianAt(seen.y, luma);
    const u = medianAt(seen.u, patch.core);
    const v = medianAt(seen.v, patch.core);
    for (const cell of patch.cells) {
      for (const at of lumaOf(cell, columns)) dirt.y[at] = y;
      dirt.u[cell] = u;
      dirt.v[cell] = v;
    }
    spread(patch, size, seen, scene, [y, u, v], opacity);
  }
  return { opacity, dirt };
}

function medianAt(plane: Float32Array, places: readonly number[]): number {
  const values = places.map((at) => plane[at] ?? 0).sort((a, b) => a - b);
  return values[values.length >> 1] ?? 0;
}

/** Writes the opacity of one patch. */
function spread(
  patch: Patch,
  size: FrameSize,
  seen: Film,
  scene: Film,
  [dirtY, dirtU, dirtV]: readonly [number, number, number],
  opacity: Float32Array,
): void {
  const columns = size.width >> 1;
  const left = Math.max(0, 2 * patch.left - MARGIN);
  const top = Math.max(0, 2 * patch.top - MARGIN);
  const width = Math.min(size.width, 2 * patch.right + 2 + MARGIN) - left;
  const height = Math.min(size.height, 2 * patch.bottom + 2 + MARGIN) - top;
  const raw = new Float32Array(width * height);
  const weight = new Float32Array(width * height);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const at = (top + row) * size.width + left + column;
      const cell = ((top + row) >> 1) * columns + ((left + column) >> 1);
      const [y, u, v] = [scene.y[at] ?? 0, scene.u[cell] ?? 0, scene.v[cell] ?? 0];
      const contrast = (dirtY - y) ** 2 + (dirtU - u) ** 2 + (dirtV - v) ** 2;
      const inside = row * width + column;
      weight[inside] = contrast;
      // Round about nothing is opaque; other patches there were filled in too.
      if (!patch.members.has(cell)) continue;
      const along =
        ((seen.y[at] ?? 0) - y) * (dirtY - y) +
        ((seen.u[cell] ?? 0) - u) * (dirtU - u) +
        ((seen.v[cell] ?? 0) - v) * (dirtV - v);
      raw[inside] = Math.min(1.1, Math.max(-0.1, along / (contrast + LEAST_CONTRAST)));
    }
  }
  const weighed = blur(
    raw.map((value, k) => value * (weight[k] ?? 0)),
    width,
    height,
  );
  const weights = blur(weight, width, height);
  const points = patch.cells.flatMap((cell) =>
    lumaOf(cell, columns).map((at) => {
      const row = Math.floor(at / size.width);
      const inside = (row - top) * width + (at - row * size.width - left);
      const x = (weighed[inside] ?? 0) / ((weights[inside] ?? 0) + 1e-6);
      return { at, x, y: raw[inside] ?? 0, weight: weight[inside] ?? 0 };
    }),
  );
  const sharpen = increasing(points);
  for (const { at, x } of points) opacity[at] = Math.min(1, Math.max(0, sharpen(x)));
  // A hard edge is of something in the scene or of a mask, not of dirt out of focus.
  const contrast = points.reduce((sum, point) => sum + point.weight, 0) / points.length;
  const rim = patch.rim.flatMap((cell) => [...lumaOf(cell, columns)]);
  const soft =
    contrast >= ENOUGH_CONTRAST &&
    medianAt(opacity, rim) < CLEAR_RIM &&
    isSoft(
      points.map(({ at }) => at),
      size.width,
      opacity,
    );
  if (!soft) {
    for (const { at } of points) opacity[at] = 1;
  }
}

/** Whether opacity takes several samples to rise, all round a patch. */
function isSoft(places: readonly number[], width: number, opacity: Float32Array): boolean {
  let [edge, between] = [0, 0];
  for (const at of places) {
    const own = opacity[at] ?? 0;
    if (own > 0.15 && own < 0.85) between++;
    if (own < 0.5) continue;
    for (const step of [-1, 1, -width, width]) if ((opacity[at + step] ?? 0) < 0.5) edge++;
  }
  return between >= LEAST_RISE * edge;
}

/** Binomial over 5x5, zero outside. */
function blur(plane: Float32Array, width: number, height: number): Float32Array {
  const pass = (from: Float32Array, step: number, length: number) =>
    from.map((_, at) => {
      const place = step === 1 ? at % width : Math.floor(at / width);
      return BLUR.reduce((sum, share, k) => {
        const there = place + k - 2;
        return there < 0 || there >= length
          ? sum
          : sum + (share / 16) * (from[at + (k - 2) * step] ?? 0);
      }, 0);
    });
  return pass(pass(plane, 1, width), width, height);
}
