/** Which other pictures of a lane a frame is compared with. */
import type { Frame } from '../frame/frame.js';

/** Distances in frames, the best first; training/detect_data.py draws from the same. */
const NEAR = [-1, 1, -2, 2];
const FAR = [-8, 8, -16, 16, -4, 4, -12, 12, -24, -2, 2, -3, 3, -1, 1];
/** From here on a neighbour of the picture that was meant will do as well. */
const LOOSE_FROM = 4;
const TOLERANCE = 2;
/** Of what is long past, every fourth picture is kept. */
const SPARSE = 4;
const REACH = 24 + TOLERANCE;

interface Kept {
  readonly seq: number;
  readonly data: Uint8Array;
}

/** Copies of past pictures: the last two, and every fourth of the last 26. */
export class PastPictures {
  #kept: Kept[] = [];

  add({ seq, data }: Frame): void {
    this.#kept.push({ seq, data: data.slice() });
    this.#kept = this.#kept.filter(
      (one) => seq - one.seq < 2 || (one.seq % SPARSE === 0 && seq - one.seq <= REACH),
    );
  }

  /** The picture nearest to `distance` frames before `seq`, if one is near enough. */
  find(seq: number, distance: number): Uint8Array | undefined {
    const off = (one: Kept) => Math.abs(seq - one.seq - distance);
    let best: Kept | undefined;
    for (const one of this.#kept) {
      if (off(one) > (distance < LOOSE_FROM ? 0 : TOLERANCE)) continue;
      if (best === undefined || off(one) < off(best)) best = one;
    }
    return best?.data;
  }

  reset(): void {
    this.#kept = [];
  }

  save(): unknown {
    return this.#kept;
  }

  load(state: unknown): void {
    this.#kept = [...(state as Kept[])];
  }
}

/** Two neighbours, four from further away; yuv420p. */
export type References = readonly [
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
];

/**
 * Six pictures (yuv420p): two neighbours, then four from further away; the same one again where a
 * lane has no more. Undefined when there is no other picture at all.
 */
export function chooseReferences(
  { seq }: Frame,
  past: PastPictures,
  ahead: readonly Frame[],
): References | undefined {
  const find = (distance: number) =>
    distance < 0 ? past.find(seq, -distance) : ahead[distance - 1]?.data;
  const distinct = (distances: readonly number[], count: number) => {
    const found = new Set(distances.map(find).filter((one) => one !== undefined));
    return [...found].slice(0, count);
  };
  const some = distinct(NEAR, 2);
  const [first] = some;
  if (first === undefined) return undefined;
  const near = [first, some[1] ?? first];
  return [...near, ...[...distinct(FAR, 4), ...near, ...near].slice(0, 4)] as unknown as References;
}
