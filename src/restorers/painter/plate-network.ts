/**
 * What the painter's network says of things that hide the same cells all the time: how much of the
 * scene shows through them, and what to add to that and to the surroundings continued.
 */
import { RelensError } from '../../errors.js';
import { cellGrid, type CellGrid, type FrameSize } from '../../frame/frame.js';
import type { Engine } from '../../inference/engine.js';
import type { TensorValue, Tensors } from '../../inference/tensors.js';
import { planRegions, type Region, type RegionPlan } from '../regions.js';
import { copyWindow } from '../window.js';
import { lumaOf, type Film } from './film.js';
import { guessVeil } from './veil.js';

export type PainterEngine = Pick<Engine, 'run'>;

/** How hidden samples are painted, see paint-plane.ts; share 1 and 0 for the others. */
export interface Plate {
  /** Of the film; 0 = what shows through is taken as it shows. */
  readonly share: Film;
  /** Of what is seen. */
  readonly slope: Film;
  /** Grey levels, added. */
  readonly base: Film;
}

/** Share of what shows through, in the estimate of a sample, from which it is taken as it shows. */
const TRUSTED = 0.5;

type Bytes = Record<keyof Film, Uint8Array>;

interface Given {
  readonly seen: Bytes;
  readonly film: Bytes;
  readonly dirt: Bytes;
  /** `[H, W]` 255 = nothing shows through. */
  readonly opacity: Uint8Array;
}

/** Of a tile, as the model lays it out: opacity, gain, rest; for chroma the rests of U and V. */
type Answer = Record<'luma' | 'chroma', TensorValue>;

/**
 * The tiles to ask about, one by one, so that memory does not depend on the size of the picture. Thin
 * things are not asked about: the surroundings continued are as good there.
 * @param hidden `[rows, columns]`, not 0 = hidden
 */
export function planPlate(grid: CellGrid, hidden: Uint8Array): RegionPlan {
  return planRegions(grid, inner(hidden, grid.columns), true);
}

/**
 * @param plan of `planPlate` for the same cells
 * @param seen the mean of what the camera saw
 * @param film the same with the hidden cells continued from around
 * @param hidden `[rows, columns]`, not 0 = hidden
 */
export async function askPainter(
  engine: PainterEngine,
  size: FrameSize,
  plan: RegionPlan,
  seen: Film,
  film: Film,
  hidden: Uint8Array,
): Promise<Plate> {
  const plate = { share: blank(film, 1), slope: blank(film, 0), base: blank(film, 0) };
  const { dirt, opacity } = guessVeil(size, seen, film, hidden);
  const given = {
    seen: toBytes(seen),
    film: toBytes(film),
    dirt,
    opacity: Uint8Array.from(opacity, (value) => Math.round(255 * value)),
  };
  for (const region of plan.regions) {
    const feeds = gather(size, given, hidden, region, plan);
    const { results } = await engine.run(feeds);
    scatter(answerOf(results), region, plan, { hidden, dirt }, plate, size);
  }
  return plate;
}

/** Hidden cells that have hidden cells all round; outside the picture counts as hidden. */
function inner(hidden: Uint8Array, columns: number): Uint8Array {
  const rows = hidden.length / columns;
  const at = (row: number, column: number) =>
    row < 0 ||
    row >= rows ||
    column < 0 ||
    column >= columns ||
    hidden[row * columns + column] !== 0;
  return hidden.map((value, cell) => {
    if (value === 0) return 0;
    const row = Math.floor(cell / columns);
    const column = cell - row * columns;
    for (let v = row - 1; v <= row + 1; v++) {
      for (let u = column - 1; u <= column + 1; u++) if (!at(v, u)) return 0;
    }
    return 255;
  });
}

function blank({ y, u, v }: Film, value: number): Film {
  const plane = ({ length }: Float32Array) => new Float32Array(length).fill(value);
  return { y: plane(y), u: plane(u), v: plane(v) };
}

function toBytes({ y, u, v }: Film): Bytes {
  const bytes = (plane: Float32Array) => Uint8Array.from(plane, (value) => Math.round(value));
  return { y: bytes(y), u: bytes(u), v: bytes(v) };
}

function gather(
  size: FrameSize,
  { seen, film, dirt, opacity }: Given,
  hidden: Uint8Array,
  { left, top }: Region,
  { columns, rows }: { readonly columns: number; readonly rows: number },
): Tensors {
  const cells = columns * rows;
  const grid = cellGrid(size);
  const luma = new Uint8Array(3 * 4 * cells);
  const chroma = new Uint8Array(7 * cells);
  const mask = new Uint8Array(cells);
  const cellWindow = (data: Uint8Array, to: Uint8Array, at: number) => {
    const plane = { data, width: grid.columns, height: grid.rows };
    copyWindow(plane, left, top, columns, rows, to, at * cells);
  };
  for (const [k, data] of [seen.y, film.y, opacity].entries()) {
    const plane = { data, width: size.width, height: size.height };
    copyWindow(plane, 2 * left, 2 * top, 2 * columns, 2 * rows, luma, k * 4 * cells);
  }
  for (const [k, plane] of [seen.u, seen.v, film.u, film.v, dirt.y, dirt.u, dirt.v].entries()) {
    cellWindow(plane, chroma, k);
  }
  cellWindow(hidden, mask, 0);
  return {
    luma: { data: luma, dims: [1, 3, 2 * rows, 2 * columns] },
    chroma: { data: chroma, dims: [1, 7, rows, columns] },
    mask: { data: mask, dims: [1, 1, rows, columns] },
  };
}

function answerOf(results: Tensors): Answer {
  const { plate_luma: luma, plate_chroma: chroma } = results;
  if (luma === undefined || chroma === undefined) {
    const text =
      'expected the painter to give plate_luma and plate_chroma, it did not; see its card';
    throw new RelensError('MODEL', text);
  }
  return { luma, chroma };
}

/** Takes over what is said of the hidden cells of a region's core. */
function scatter(
  { luma, chroma }: Answer,
  { left, top, core }: Region,
  { columns, rows }: RegionPlan,
  { hidden, dirt }: { readonly hidden: Uint8Array; readonly dirt: Bytes },
  plate: Plate,
  { width }: FrameSize,
): void {
  const cells = columns * rows;
  const put = (name: keyof Film, at: number, cell: number, said: readonly number[]) => {
    const [opacity = 1, gain = 0, rest = 0] = said;
    const veil = opacity * (dirt[name][cell] ?? 0);
    const clear = 1 - opacity;
    const trust = gain * clear;
    const shows = trust >= TRUSTED;
    const slope = shows ? 1 / clear : gain;
    plate.share[name][at] = shows ? 0 : 1 - trust;
    plate.slope[name][at] = slope;
    plate.base[name][at] = rest - slope * veil;
  };
  for (let row = core.top; row < core.bottom; row++) {
    for (let column = core.left; column < core.right; column++) {
      const cell = row * (width >> 1) + column;
      if (hidden[cell] === 0) continue;
      const inside = (row - top) * columns + (column - left);
      const [opacity = 1, gain = 0, u = 0, v = 0] = [0, 1, 2, 3].map(
        (plane) => chroma.data[inside + plane * cells] ?? 0,
      );
      put('u', cell, cell, [opacity, gain, u]);
      put('v', cell, cell, [opacity, gain, v]);
      for (const at of lumaOf(cell, width >> 1)) {
        const [y, x] = [Math.floor(at / width) - 2 * top, (at % width) - 2 * left];
        const from = y * 2 * columns + x;
        const said = [0, 1, 2].map((plane) => luma.data[from + plane * 4 * cells] ?? 0);
        put('y', at, cell, said);
      }
    }
  }
}
