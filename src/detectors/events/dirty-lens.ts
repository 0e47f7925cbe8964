/** Tells when what lies on the lens, or shines into it, covers much of it for long, and when that is over. */
import type { CameraEvent, CameraEventKind } from '../../frame/camera-event.js';
import { STAYING, type DamageKind, type DamageMap } from '../../frame/damage-map.js';
import { isBlank } from '../../frame/blank.js';

export interface DirtyLensRule {
  /** Share of the picture, 0–1. */
  readonly share: number;
  /** For so long the lens must be as dirty, and then as clean. */
  readonly seconds: number;
}

export interface LensTrouble {
  readonly event: CameraEventKind;
  readonly kinds: ReadonlySet<DamageKind>;
  /** What it does, before `… % of the picture`. */
  readonly words: string;
}

/** What lies on a lens, and is no fault of the sensor behind it. */
export const DIRT_ON_LENS: LensTrouble = {
  event: 'lens-dirty',
  kinds: new Set<DamageKind>([...STAYING].filter((kind) => kind !== 'dead-pixel')),
  words: 'what lies on the lens hides',
};

/** What shines into a lens. */
export const LIGHT_IN_LENS: LensTrouble = {
  event: 'dazzled',
  kinds: new Set<DamageKind>(['glare']),
  words: 'light that shines into the lens washes out',
};

/** A light that passes is no event. */
export const DAZZLED: DirtyLensRule = { share: 0.02, seconds: 2 };

/** Scores from here on are repaired. */
const SURE = 128;
/** By this part of the share it must fall before the lens is clean: at the border, neither is said. */
const CLEAN = 0.5;

export class DirtyLens {
  readonly #rule: DirtyLensRule;
  readonly #trouble: LensTrouble;
  #dirtySince: number | undefined;
  #cleanSince: number | undefined;
  #event: CameraEvent | undefined;

  constructor(rule: DirtyLensRule, trouble = DIRT_ON_LENS) {
    this.#rule = rule;
    this.#trouble = trouble;
  }

  /**
   * Once a frame, in order.
   * @param except cells that do not count, not 0 where it holds, `[rows, columns]`
   * @returns the event, when this frame raised it (without `end`) or ended it (with it)
   */
  inspect(
    maps: readonly DamageMap[],
    { timestamp, discontinuity }: { readonly timestamp: number; readonly discontinuity: boolean },
    except: readonly Uint8Array[] = [],
  ): CameraEvent | undefined {
    // Whether the lens was dirty while no picture came is not known.
    if (discontinuity) this.#dirtySince = this.#cleanSince = undefined;
    const { share, score } = coveredBy(maps, this.#trouble.kinds, except);
    const long = (since: number) => timestamp - since >= this.#rule.seconds * 1e6;
    if (this.#event === undefined) {
      if (share < CLEAN * this.#rule.share) this.#dirtySince = undefined;
      else if (share >= this.#rule.share) this.#dirtySince ??= timestamp;
      if (this.#dirtySince === undefined || !long(this.#dirtySince)) return undefined;
      this.#cleanSince = undefined;
      const { event: kind, words } = this.#trouble;
      const reason = `${words} ${(100 * share).toFixed(1)} % of the picture`;
      const [start, confidence] = [this.#dirtySince, score / 255];
      return (this.#event = { kind, start, raised: timestamp, confidence, reason });
    }
    if (share >= CLEAN * this.#rule.share) {
      this.#cleanSince = undefined;
      return undefined;
    }
    this.#cleanSince ??= timestamp;
    if (!long(this.#cleanSince)) return undefined;
    const over = { ...this.#event, end: this.#cleanSince };
    this.#event = this.#dirtySince = undefined;
    return over;
  }
}

/** Share of the cells, and their mean score. */
function coveredBy(
  maps: readonly DamageMap[],
  kinds: ReadonlySet<DamageKind>,
  except: readonly Uint8Array[],
) {
  const found = maps.filter(({ kind, score }) => kinds.has(kind) && !isBlank(score));
  const cells = maps[0]?.score.length ?? 1;
  let [count, sum] = [0, 0];
  for (let cell = 0; found.length > 0 && cell < cells; cell++) {
    let score = 0;
    for (const map of found) score = Math.max(score, map.score[cell] ?? 0);
    if (score < SURE || except.some((one) => one[cell] !== 0)) continue;
    count++;
    sum += score;
  }
  return { share: count / cells, score: sum / Math.max(1, count) };
}
