/** Finds what lies on the lens and stays: dirt, drops, cobwebs. */
import type { DamageKind, DamageMap } from '../frame/damage-map.js';
import { cellGrid, type CellGrid } from '../frame/frame.js';
import type { SourceInfo } from '../frame/seams.js';
import { doubtDirt } from './lens-doubts.js';
import { LensStatistics, type LensState } from './lens-statistics.js';
import {
  padPlane,
  roundUp,
  scoresOf,
  type NetworkDetector,
  type NetworkSession,
  type PlaneSize,
  type RunNetwork,
} from './network.js';
import { keepRegions, type RegionRule } from './regions.js';

/**
 * In the order of the model's classes. What is not sure in a good part of it is left alone: much in a
 * scene is round and clear, and a thing that is taken for a drop is painted away.
 */
const CLASSES: readonly { readonly kind: DamageKind; readonly rule: RegionRule }[] = [
  {
    kind: 'dirt',
    rule: {
      ...{ low: 96, sure: 192, extent: 4, marked: 150 },
      ...{ share: 0.55, shareAtBorder: 0.7, shareOf: 'cells' },
    },
  },
  {
    kind: 'drop',
    rule: { low: 96, sure: 216, extent: 4, share: 0.8, shareOf: 'cells', marked: 120 },
  },
  {
    // A thread is long; what is sure of it is its middle.
    kind: 'cobweb',
    rule: { low: 96, sure: 192, extent: 12, share: 0.6, shareOf: 'cells', marked: 120 },
  },
];
const KINDS = CLASSES.map(({ kind }) => kind);

/**
 * By so much the score of a cell counts for more that was dirty when it was last asked: what lies on the
 * lens does not come and go, and a mask that does would be seen.
 */
const FAITH = 32;

/**
 * Grey levels of noise in the mean picture. Above, soft edges cannot be told from sharp ones, and a person
 * who stands still from dirt: the belief is left as it was until more frames are averaged.
 */
const CLEAR = 2.5;

/** Rows and columns of cells that the model is given are multiples of this. */
const MULTIPLE = 8;
/** Every second frame is taken in. */
const PACE = 2;
/** Frames taken in at which a belief is formed, unless there is one of more; and every EVERY-th. */
const MILESTONES = [4, 8];
const EVERY = 16;

export const lensNetwork: NetworkDetector = {
  model: 'lens',
  kinds: KINDS,
  everyFrame: false,
  open,
};

/** The belief is formed anew each time, so that it ends when the lens was cleaned. */
function open(info: SourceInfo, run: RunNetwork): NetworkSession {
  const grid = cellGrid(info);
  const statistics = new LensStatistics(info);
  let seen = 0;
  const nothing = (): Uint8Array[] => KINDS.map(() => new Uint8Array(grid.columns * grid.rows));
  let belief = nothing();
  /** The belief on the grid of the averaged picture; none at first. */
  let kept: Uint8Array[] = [];
  /** Frames that it was formed on. */
  let formedOn = 0;

  const maps = (): DamageMap[] =>
    belief.map((score, index) => ({ kind: KINDS[index] ?? 'dirt', ...grid, score }));
  const ask = async (from: LensStatistics) => {
    if (from.noiseLeft() > CLEAR) return;
    formedOn = from.count;
    const { results } = await run(gather(from));
    const cells = { width: from.width >> 1, height: from.height >> 1 };
    const small = { columns: cells.width, rows: cells.height };
    kept = CLASSES.map(({ rule }, index) => {
      const scores = scoresOf(results, index, cells);
      const before = kept[index];
      const steady = before === undefined ? scores : faithful(scores, before);
      from.forgetUnseen(steady);
      if (KINDS[index] === 'dirt') doubtDirt(steady, from, rule);
      return keepRegions(small, steady, rule);
    });
    belief = kept.map((sure) => enlarge(sure, cells, grid, from));
  };

  return {
    async inspect(frame, ahead, given) {
      if (seen === 0 && ahead.length > 0) {
        // The first belief of an archive is formed on what is known to follow.
        const first = new LensStatistics(info);
        for (const one of [frame, ...ahead]) first.add(one, given?.(one));
        await ask(first);
      }
      if (seen++ % PACE === 0) {
        statistics.add(frame, given?.(frame));
        const taken = Math.ceil(seen / PACE);
        const isMore = MILESTONES.includes(taken) && taken > formedOn;
        if (isMore || taken % EVERY === 0) await ask(statistics);
      }
      return maps();
    },
    current: maps,
    reset() {
      seen = 0;
      statistics.reset();
      belief = nothing();
      kept = [];
      formedOn = 0;
    },
    save: () => ({ seen, belief, kept, formedOn, statistics: statistics.save() }),
    load(state) {
      const from = state as {
        seen: number;
        belief: typeof belief;
        kept: typeof kept;
        formedOn: number;
        statistics: LensState;
      };
      ({ seen, belief, kept, formedOn } = from);
      statistics.load(from.statistics);
    },
  };
}

function faithful(scores: Uint8Array, before: Uint8Array): Uint8Array {
  return scores.map((score, cell) =>
    (before[cell] ?? 0) === 0 ? score : Math.min(255, score + FAITH),
  );
}

function gather(statistics: LensStatistics) {
  const fine = { width: statistics.width, height: statistics.height };
  const cells = { width: fine.width >> 1, height: fine.height >> 1 };
  const padded = {
    width: roundUp(cells.width, MULTIPLE),
    height: roundUp(cells.height, MULTIPLE),
  };
  const count = padded.width * padded.height;
  const luma = new Uint8Array(2 * 4 * count);
  const chroma = new Uint8Array(4 * count);
  const place = (layer: number, size: PlaneSize, at: PlaneSize, to: Uint8Array, first: number) => {
    const mean = new Uint8Array(size.width * size.height);
    const spread = new Uint8Array(mean.length);
    statistics.describe(layer, mean, spread);
    // Mean planes come first, U and V of each picture together.
    const step = layer === 0 ? 1 : 2;
    const bytes = at.width * at.height;
    padPlane(mean, size, to, first * bytes, at);
    padPlane(spread, size, to, (first + step) * bytes, at);
  };
  const wide = { width: 2 * padded.width, height: 2 * padded.height };
  place(0, fine, wide, luma, 0);
  place(1, cells, padded, chroma, 0);
  place(2, cells, padded, chroma, 1);
  const frames = new Uint8Array(count).fill(statistics.count);
  return {
    luma: { data: luma, dims: [1, 2, wide.height, wide.width] },
    chroma: { data: chroma, dims: [1, 4, padded.height, padded.width] },
    count: { data: frames, dims: [1, 1, padded.height, padded.width] },
  };
}

/** Scores of the averaged picture on the grid of the whole one. */
function enlarge(
  scores: Uint8Array,
  cells: PlaneSize,
  { columns, rows }: CellGrid,
  { factor }: LensStatistics,
): Uint8Array {
  if (factor === 1) return scores;
  const whole = new Uint8Array(columns * rows);
  for (let y = 0; y < rows; y++) {
    const from = Math.min(cells.height - 1, Math.floor(y / factor)) * cells.width;
    for (let x = 0; x < columns; x++) {
      whole[y * columns + x] =
        scores[from + Math.min(cells.width - 1, Math.floor(x / factor))] ?? 0;
    }
  }
  return whole;
}
