/** Finds where light blinds the camera: what it clips, and the veil around that. */
import type { DamageMap } from '../frame/damage-map.js';
import { isBlank } from '../frame/blank.js';
import { cellGrid, type CellGrid, type Frame } from '../frame/frame.js';
import type { Detector, DetectorSession, SourceInfo } from '../frame/seams.js';
import { Cores, openSpotMeans, spotSize, type Around } from './veil.js';
import { BLINDING, linear, veilAround } from './veil-shape.js';

export const glare: Detector = { kind: 'glare', open };

/** One frame of so many is looked at. */
const EVERY = 2;
/** A belief grows and fades by this share of what is missing each time. */
const FOLLOW = 0.5;

/**
 * Light that the lens scatters is added to the scene all around its source: nothing is dark there, in
 * no direction, and it falls off as a power of the distance. What is merely bright, as a sky, a white
 * wall, a van, paper or writing, ends at its edge, beside which something is dark. See `veil-shape.ts`.
 */
function open(info: SourceInfo): DetectorSession {
  const { columns, rows } = cellGrid(info);
  const size = spotSize(info);
  const grid = { columns: Math.ceil(info.width / size), rows: Math.ceil(info.height / size) };
  const luma = new Float32Array(grid.columns * grid.rows);
  const now = new Float32Array(luma.length);
  const belief = new Float32Array(luma.length);
  const cores = new Cores(grid);
  const spotMeans = openSpotMeans(info, size, grid);
  // Never changed: a new belief has one of its own.
  let score = new Uint8Array(columns * rows);
  let seen = 0;
  const save = () => ({ belief, score, seen });

  return {
    inspect(frame: Frame): DamageMap {
      if (seen++ % EVERY !== 0) return { kind: 'glare', columns, rows, score };
      spotMeans(frame.data, luma);
      now.fill(0);
      for (const core of cores.find(luma)) tell(luma, core, cores.around(luma, core), now);
      const share = seen === 1 ? 1 : FOLLOW;
      let any = false;
      for (let i = 0; i < belief.length; i++) {
        const old = belief[i] ?? 0;
        const value = old + share * ((now[i] ?? 0) - old);
        belief[i] = value < 1 ? 0 : value;
        any ||= value >= 1;
      }
      if (any || !isBlank(score)) score = new Uint8Array(columns * rows);
      if (any) spread(grid, belief, size / 2, { columns, rows }, score);
      return { kind: 'glare', columns, rows, score };
    },
    save,
    load(state) {
      const from = state as ReturnType<typeof save>;
      belief.set(from.belief);
      ({ score, seen } = from);
    },
    reset() {
      seen = 0;
      belief.fill(0);
      score = new Uint8Array(columns * rows);
    },
  };
}

/** Raises `score`, 0–255 for each spot, where the light of a core blinds. */
function tell(
  luma: Float32Array,
  core: readonly number[],
  around: Around,
  score: Float32Array,
): void {
  const veil = veilAround(luma, around);
  if (veil === undefined) return;
  const raise = (spot: number, light: number) => {
    const sure = light / BLINDING - 1;
    // From the line on that is told, the stronger the surer.
    const value = sure < 0 ? 127 * (1 + sure) : 128 + 127 * veil.confidence * Math.min(1, sure);
    if (value > (score[spot] ?? 0)) score[spot] = value;
  };
  for (const spot of core) raise(spot, 1);
  for (const [i, spot] of around.spots.entries()) {
    const light = veil.light(Math.sqrt(around.squares[i] ?? 0));
    raise(spot, Math.min(light, linear(luma[spot] ?? 0)));
  }
}

/** Lays the beliefs of spots out on the cells, linearly in between. */
function spread(
  spots: CellGrid,
  belief: Float32Array,
  cellsPerSpot: number,
  { columns, rows }: CellGrid,
  score: Uint8Array,
): void {
  for (let y = 0; y < rows; y++) {
    const v = Math.max(0, Math.min(spots.rows - 1, (y + 0.5) / cellsPerSpot - 0.5));
    const top = Math.floor(v) * spots.columns;
    const bottom = Math.min(spots.rows - 1, Math.floor(v) + 1) * spots.columns;
    const down = v - Math.floor(v);
    for (let x = 0; x < columns; x++) {
      const u = Math.max(0, Math.min(spots.columns - 1, (x + 0.5) / cellsPerSpot - 0.5));
      const left = Math.floor(u);
      const right = Math.min(spots.columns - 1, left + 1);
      const along = u - left;
      const above = (belief[top + left] ?? 0) * (1 - along) + (belief[top + right] ?? 0) * along;
      const below =
        (belief[bottom + left] ?? 0) * (1 - along) + (belief[bottom + right] ?? 0) * along;
      score[y * columns + x] = above * (1 - down) + below * down;
    }
  }
}
