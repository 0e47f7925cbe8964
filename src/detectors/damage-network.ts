/** Finds what comes and goes: streaks and scratches, and what passes close to the lens. */
import type { DamageKind, DamageMap } from '../frame/damage-map.js';
import { cellGrid, type Frame } from '../frame/frame.js';
import type { SourceInfo } from '../frame/seams.js';
import { CONTRAST_PLANES, ContrastLayout, keepVisible, type Pictures } from './contrasts.js';
import {
  reuse,
  roundUp,
  scoresOf,
  type NetworkDetector,
  type NetworkSession,
  type RunNetwork,
} from './network.js';
import { chooseReferences, PastPictures } from './references.js';
import { keepRegions, type RegionRule } from './regions.js';

/**
 * Of the model's classes (line, block, passing), those that are good enough to be told. A line is
 * long; what passes close to the lens is large. What is smaller is left alone: rather silent than
 * wrong.
 */
const RULES: readonly { kind: DamageKind; index: number; rule: RegionRule }[] = [
  {
    kind: 'drop-out',
    index: 0,
    rule: { low: 112, sure: 216, extent: 16, share: 0.8, shareOf: 'length', marked: 200 },
  },
  {
    kind: 'passing',
    index: 2,
    rule: { low: 144, sure: 224, extent: 5, share: 2, shareOf: 'length', marked: 144 },
  },
];
const KINDS = RULES.map(({ kind }) => kind);

/** Rows and columns of cells that the model is given are multiples of this. */
const MULTIPLE = 16;

export const damageNetwork: NetworkDetector = {
  model: 'damage',
  kinds: KINDS,
  everyFrame: true,
  open,
};

function open(info: SourceInfo, run: RunNetwork): NetworkSession {
  const grid = cellGrid(info);
  const cells = { width: grid.columns, height: grid.rows };
  const padded = {
    width: roundUp(grid.columns, MULTIPLE),
    height: roundUp(grid.rows, MULTIPLE),
  };
  const layout = new ContrastLayout(info, padded);
  const past = new PastPictures();
  const nothing = () => new Uint8Array(grid.columns * grid.rows);
  let back: Awaited<ReturnType<RunNetwork>>['feeds'] | undefined;

  const gather = (pictures: Pictures) => {
    const rows = padded.height / 2;
    const columns = padded.width / 2;
    const contrasts = reuse(back, 'contrasts', CONTRAST_PLANES * rows * columns);
    layout.write(pictures, contrasts);
    return { contrasts: { data: contrasts, dims: [1, CONTRAST_PLANES, rows, columns] } };
  };

  return {
    async inspect(frame: Frame, ahead: readonly Frame[]) {
      const others = chooseReferences(frame, past, ahead);
      if (others === undefined) {
        past.add(frame);
        return KINDS.map((kind): DamageMap => ({ kind, ...grid, score: nothing() }));
      }
      const given = gather([frame.data, ...others]);
      past.add(frame);
      const done = await run(given);
      back = done.feeds;
      return RULES.map(({ kind, index, rule }): DamageMap => {
        const score = keepRegions(grid, scoresOf(done.results, index, cells), rule);
        const looked = done.feeds['contrasts']?.data;
        if (kind === 'drop-out' && looked instanceof Uint8Array) {
          keepVisible(grid, score, looked, padded);
        }
        return { kind, ...grid, score };
      });
    },
    reset: () => {
      past.reset();
    },
    save: () => past.save(),
    load: (state) => {
      past.load(state);
    },
  };
}
