/**
 * How opaque dirt on the lens is, sample by sample. It is too near to be in focus, so its edge is a
 * veil through which the scene still shows (Gu et al., Removing image artifacts due to dirty camera
 * lenses and thin occluders, 2009): seen = scene * (1 - opacity) + dirt * opacity.
 */
import { cellGrid, type FrameSize } from '../../frame/frame.js';
import { lumaOf, type Film } from './film.js';
import { increasing } from './increasing.js';
import { depths, findPatches, type Patch } from './patches.js';

export interface Veil {
  /** `[H, W]` 0 = clear, 1 = nothing shows through. */
  readonly opacity: Float32Array;
  /**
   * `[H/2, W/2]` what the dirt itself looks like: the median over the middle of each patch. Luma is 0
   * where nothing can be seen through: dirt is plain, and not of the colour of its surroundings.
   */
  readonly dirt: Readonly<Record<keyof Film, Uint8Array>>;
}

type Colour = readonly [number, number, number];

/** Squared grey levels, against division by nothing. */
const LEAST_CONTRAST = 1;
const BLUR = [1, 4, 6, 4, 1];
/** Squared grey levels by which dirt must differ from the scene as it is continued, in the mean. */
const ENOUGH_CONTRAST = 400;
/** Grey levels by which the middle of dirt may vary. */
const PLAIN = 12;
/** Weight of the grain, which misleads the smoothed value, beside what misleads the distance. */
const GRAIN = 3;
/** Samples round a patch that take part in the blur. */
const MARGIN = 3;

/**
 * Opacity begins as what the mean picture says of each sample, given the scene as it is continued
 * from around; texture that was not continued makes that rough. So it is smoothed, and then made
 * sharp again by the increasing function of the smoothed value that fits each patch best. Dirt is also
 * the more opaque the farther it is from its edge: that function is mixed with the increasing function
 * of the distance that fits best, as either is likely to be wrong. training/painter_data.py makes the same guess, but
 * takes patches that touch for one.
 * @param seen the mean of what the camera saw
 * @param scene the same with the dirt filled in from around
 * @param dirty `[H/2, W/2]`, not 0 = dirt that was there all the time
 */
export function guessVeil(size: FrameSize, seen: Film, scene: Film, dirty: Uint8Array): Veil {
  const { columns, rows } = cellGrid(size);
  const opacity = new Float32Array(size.width * size.height);
  const depth = depths(enlarged(dirty, size), size.width, size.height);
  const plane = () => new Uint8Array(dirty.length);
  const dirt = { y: plane(), u: plane(), v: plane() };
  for (const patch of findPatches(dirty, columns, rows)) {
    const luma = patch.core.flatMap((cell) => [...lumaOf(cell, columns)]);
    const y = Math.max(1, medianAt(seen.y, luma));
    const colour = [y, medianAt(seen.u, patch.core), medianAt(seen.v, patch.core)] as const;
    const contrast = contrastOf(patch.cells, colour, scene, columns);
    if (spreadAt(seen.y, luma) > PLAIN || contrast < ENOUGH_CONTRAST) {
      for (const cell of patch.cells) for (const at of lumaOf(cell, columns)) opacity[at] = 1;
      continue;
    }
    for (const cell of patch.cells) [dirt.y[cell], dirt.u[cell], dirt.v[cell]] = colour;
    spread(patch, size, seen, scene, colour, depth, opacity);
  }
  return { opacity, dirt };
}

/** `[H/2, W/2]` to `[H, W]`. */
function enlarged(cells: Uint8Array, { width, height }: FrameSize): Uint8Array {
  const samples = new Uint8Array(width * height);
  for (let cell = 0; cell < cells.length; cell++) {
    if (cells[cell] !== 0) for (const at of lumaOf(cell, width >> 1)) samples[at] = 255;
  }
  return samples;
}

function medianAt(plane: Float32Array, places: readonly number[]): number {
  const values = places.map((at) => plane[at] ?? 0).sort((a, b) => a - b);
  return Math.round(values[values.length >> 1] ?? 0);
}

/** Standard deviation. */
function spreadAt(plane: Float32Array, places: readonly number[]): number {
  const mean = places.reduce((sum, at) => sum + (plane[at] ?? 0), 0) / places.length;
  const square = places.reduce((sum, at) => sum + ((plane[at] ?? 0) - mean) ** 2, 0);
  return Math.sqrt(square / places.length);
}

/** Mean squared distance from the scene. */
function contrastOf(
  cells: readonly number[],
  [y, u, v]: Colour,
  scene: Film,
  columns: number,
): number {
  let sum = 0;
  for (const cell of cells) {
    sum += ((scene.u[cell] ?? 0) - u) ** 2 + ((scene.v[cell] ?? 0) - v) ** 2;
    for (const at of lumaOf(cell, columns)) sum += ((scene.y[at] ?? 0) - y) ** 2 / 4;
  }
  return sum / cells.length;
}

/** Writes the opacity of one patch. */
function spread(
  patch: Patch,
  size: FrameSize,
  seen: Film,
  scene: Film,
  [dirtY, dirtU, dirtV]: Colour,
  depth: Uint16Array,
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
  const deepest = points.reduce((most, { at }) => Math.max(most, depth[at] ?? 0), 1);
  const inwards = ({ at }: { at: number }) => (1.1 * (depth[at] ?? 0)) / deepest;
  const sharpen = increasing(points);
  const deepen = increasing(points.map((point) => ({ ...point, x: inwards(point) })));
  const guesses = points.map((point) => ({
    ...point,
    near: sharpen(point.x),
    deep: deepen(inwards(point)),
  }));
  const errorOf = (which: 'near' | 'deep') => {
    let [sum, weights] = [0, 0];
    for (const guess of guesses) {
      sum += (guess.weight + 1e-6) * (guess.y - guess[which]) ** 2;
      weights += guess.weight + 1e-6;
    }
    return sum / weights;
  };
  // What of the error is grain, and by how much the distance is beside the mark.
  const remains = GRAIN * errorOf('near') + 1e-6;
  const share = remains / (remains + Math.max(0, errorOf('deep') - errorOf('near')));
  for (const { at, near, deep } of guesses) {
    opacity[at] = Math.min(1, Math.max(0, near + share * (deep - near)));
  }
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
