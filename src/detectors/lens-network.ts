/** Finds what lies on the lens and stays: dirt, drops, cobwebs. */
import type { DamageKind, DamageMap } from '../frame/damage-map.js';
import { cellGrid, type CellGrid } from '../frame/frame.js';
import type { SourceInfo } from '../frame/seams.js';
import { doubtDirt } from './lens-doubts.js';
import { fitted, openLensInput } from './lens-input.js';
import { LensStatistics, type LensState } from './lens-statistics.js';
import {
  scoresOf,
  type MadeTensors,
  type NetworkDetector,
  type NetworkSession,
  type PlaneSize,
  type RunNetwork,
} from './network.js';
import { keepRegions, type RegionRule } from './regions.js';
import { openResize } from './resize.js';

/**
 * In the order of the model's classes. What is not sure in a good part of it is left alone: much in a
 * scene is round and clear, and a thing that is taken for a drop is painted away.
 */
const CLASSES: readonly LensClass[] = [
  {
    kind: 'dirt',
    rule: {
      ...{ low: 96, sure: 192, extent: 4, marked: 140 },
      ...{ share: 0.55, shareAtBorder: 0.7, shareOf: 'cells' },
    },
  },
  {
    kind: 'drop',
    rule: { low: 96, sure: 192, extent: 4, share: 0.8, shareOf: 'cells', marked: 140 },
  },
  {
    // A thread is long; what is sure of it is its middle.
    kind: 'cobweb',
    rule: { low: 96, sure: 192, extent: 12, share: 0.6, shareOf: 'cells', marked: 120 },
  },
];
const KINDS = CLASSES.map(({ kind }) => kind);

/**
 * Spots wider than this share of the picture are larger than any that the network learned: they are looked
 * for once more in a picture of half the size.
 */
const LARGE = 0.12;

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

/** Every second frame is taken in. */
const PACE = 2;
/** Frames taken in at which a belief is formed, unless there is one of more; and every EVERY-th. */
const MILESTONES = [4, 8, 16];
const EVERY = 32;

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
  const cells = { width: statistics.width >> 1, height: statistics.height >> 1 };
  const small = { columns: cells.width, rows: cells.height };
  const looks = [
    openLook(statistics, 1, CLASSES),
    openLook(statistics, 0.5, largeOnly(CLASSES, cells)),
  ];
  let seen = 0;
  const nothing = (): Uint8Array[] => KINDS.map(() => new Uint8Array(grid.columns * grid.rows));
  let belief = nothing();
  /** What each look kept of each class, on the grid of the averaged picture; none at first. */
  let kept: Uint8Array[][] = [];
  /** Frames that it was formed on. */
  let formedOn = 0;

  const maps = (): DamageMap[] =>
    belief.map((score, index) => ({ kind: KINDS[index] ?? 'dirt', ...grid, score }));
  const ask = async (from: LensStatistics) => {
    if (from.noiseLeft() > CLEAR) return;
    formedOn = from.count;
    const found: Uint8Array[][] = [];
    for (const [nth, look] of looks.entries()) {
      const { results } = await run(look.gather(from));
      found.push(
        look.classes.map(({ kind, rule }, index) => {
          const scores = look.scores(results, index);
          const before = kept[nth]?.[index];
          const steady = before === undefined ? scores : faithful(scores, before);
          from.forgetUnseen(steady);
          if (kind === 'dirt') doubtDirt(steady, from, rule);
          // In a smaller picture the rims of what was found are coarser.
          return keepRegions(small, steady, rule, found[0]?.[index]);
        }),
      );
    }
    kept = found;
    belief = KINDS.map((_, index) => {
      const one = union(kept.flatMap((classes) => classes[index] ?? []));
      return enlarge(one, cells, grid, from);
    });
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

interface LensClass {
  readonly kind: DamageKind;
  readonly rule: RegionRule;
}

/** The classes of which a large one is looked for: dirt. */
function largeOnly(classes: readonly LensClass[], cells: PlaneSize): readonly LensClass[] {
  const extent = Math.round(LARGE * cells.width);
  return classes
    .filter(({ kind }) => kind === 'dirt')
    .map(({ kind, rule }) => ({ kind, rule: { ...rule, extent } }));
}

/**
 * The network, asked of a picture `share` times as large as what it learned from.
 * @param classes the first ones of the model
 */
function openLook(statistics: LensStatistics, share: number, classes: readonly LensClass[]) {
  const fit = fitted(statistics, share);
  const cells = { width: statistics.width >> 1, height: statistics.height >> 1 };
  const resize = openResize(fit, cells);
  const scores = (results: MadeTensors, index: number) =>
    resize(scoresOf(results, index, fit)).slice();
  return { classes, gather: openLensInput(statistics, fit), scores };
}

/** The highest score of each cell; there is at least one map. */
function union([first = new Uint8Array(), ...others]: readonly Uint8Array[]): Uint8Array {
  return others.reduce(
    (all, one) => all.map((score, cell) => Math.max(score, one[cell] ?? 0)),
    first,
  );
}

function faithful(scores: Uint8Array, before: Uint8Array): Uint8Array {
  return scores.map((score, cell) =>
    (before[cell] ?? 0) === 0 ? score : Math.min(255, score + FAITH),
  );
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
