/** Links strips of line strength to chains: candidates for a vertical line. */
import { ASIDE, STRIPS } from './line-strength.js';
import { openSampleKernel } from './sample-kernel.js';

/** Columns to either side of a chain that belong to it. */
const BESIDE = 8;
/** Times the search is repeated for chains that the first ones hid. */
const ROUNDS = 3;
/** Mark of the back-pointers: the chain begins here. */
const NEW = 127;

/** A chain of strips from `first` on, one column each; `strength` is their mean, in grey levels. */
export interface Chain {
  readonly bright: boolean;
  readonly first: number;
  readonly columns: readonly number[];
  readonly strength: number;
}

/** What is asked of a chain: strips, the strength each must beat, and that of the mean. */
export interface Demand {
  readonly strips: number;
  readonly floor: number;
  readonly mean: number;
  /** Chains of one polarity at most. */
  readonly most: number;
}

/** Where a chain is looked for: columns within `reach` of one. */
export interface Around {
  readonly bright: boolean;
  readonly column: number;
  readonly reach: number;
}

/** `strength` is `[2, STRIPS, width]`, bright lines first; it is not changed. */
export type ChainsOf = (strength: Float32Array, demand: Demand, around?: Around) => Chain[];

/** Finds the best chains by dynamic programming from the top, bright ones first. */
export function openChains(width: number): ChainsOf {
  const count = STRIPS * width;
  const kernel = openSampleKernel({
    half: ['f32', count],
    sums: ['f32', count],
    moves: ['i8', count],
    ends: ['i32', count],
  });
  const { half, sums, moves, ends } = kernel;
  const used = new Uint8Array(count);

  /** One pass: for each place where a chain's sum is at its greatest, the chain; best first. */
  const search = (demand: Demand, left: number, right: number, bright: boolean): Chain[] => {
    const { strips, floor, mean } = demand;
    const least = strips * Math.max(1, mean - floor);
    const places = [STRIPS, width, left, right] as const;
    const ending = kernel.linkStrips(half, ...places, floor, least, sums, moves, ends);
    if (ending === 0) return [];
    const bestFirst = Array.from(ends.subarray(0, ending)).sort(
      (a, b) => (sums[b] ?? 0) - (sums[a] ?? 0),
    );
    used.fill(0);
    const found: Chain[] = [];
    for (const at of bestFirst) {
      if (used[at] === 1) continue;
      const chain = trace(width, half, moves, used, at, bright);
      if (chain.columns.length < strips || chain.strength < mean) continue;
      found.push(chain);
    }
    return found;
  };

  return (strength, demand, around) => {
    const found: Chain[] = [];
    const left = Math.max(ASIDE, Math.round((around?.column ?? 0) - (around?.reach ?? 0)));
    const right = Math.min(
      width - ASIDE,
      around === undefined ? width : Math.round(around.column + around.reach) + 1,
    );
    for (const bright of around === undefined ? [true, false] : [around.bright]) {
      half.set(strength.subarray(bright ? 0 : count, bright ? count : 2 * count));
      const chains: Chain[] = [];
      for (let round = 0; round < ROUNDS && chains.length < demand.most; round++) {
        const more = search(demand, left, right, bright);
        const free = apart(more).slice(0, demand.most - chains.length);
        for (const chain of free) wipe(half, width, chain);
        chains.push(...free);
        if (free.length === more.length) break;
      }
      found.push(...chains);
    }
    return found;
  };
}

/** Takes the columns of a chain out of `half`, `[STRIPS, width]`. */
function wipe(half: Float32Array, width: number, chain: Chain): void {
  chain.columns.forEach((x, i) => {
    const row = (chain.first + i) * width;
    half.fill(0, row + Math.max(0, x - BESIDE), row + Math.min(width, x + BESIDE + 1));
  });
}

/** Takes the columns of chains out of `strength`, `[2, STRIPS, width]`. */
export function wipeAll(strength: Float32Array, width: number, chains: readonly Chain[]): void {
  for (const chain of chains) {
    const start = chain.bright ? 0 : STRIPS * width;
    wipe(strength.subarray(start, start + STRIPS * width), width, chain);
  }
}

/** The chains, best first, without those that touch a better one. */
function apart(chains: readonly Chain[]): Chain[] {
  const out: Chain[] = [];
  for (const chain of chains) {
    if (!out.some((other) => touches(chain, other))) out.push(chain);
  }
  return out;
}

function touches(a: Chain, b: Chain): boolean {
  const from = Math.max(a.first, b.first);
  const to = Math.min(a.first + a.columns.length, b.first + b.columns.length);
  for (let strip = from; strip < to; strip++) {
    const away = (a.columns[strip - a.first] ?? 0) - (b.columns[strip - b.first] ?? 0);
    if (Math.abs(away) <= BESIDE) return true;
  }
  return false;
}

/** Follows the back-pointers from a chain's end; marks in `used` what lies beside it. */
function trace(
  width: number,
  strength: Float32Array,
  from: Int8Array,
  used: Uint8Array,
  end: number,
  bright: boolean,
): Chain {
  const columns: number[] = [];
  let at = end;
  let total = 0;
  for (;;) {
    columns.unshift(at % width);
    total += strength[at] ?? 0;
    used.fill(1, at - 2, at + 3);
    const move = from[at] ?? NEW;
    if (move === NEW) break;
    at += move - width;
  }
  return { bright, first: Math.floor(at / width), columns, strength: total / columns.length };
}
