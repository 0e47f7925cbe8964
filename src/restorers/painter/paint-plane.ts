/** One plane of a picture in which some samples were never seen. */
import { fillHarmonically } from './harmonic.js';

/** Below this opacity the scene is taken as it shows through. */
const CLEAR = 0.4;
/** Standard deviation of the opacity as it is estimated. */
const OPACITY_ERROR = 0.12;
/** Beyond an opacity of 1 minus this nothing shows through. */
const LEAST_CLEAR = 0.05;
/** Squared grey levels; what is wrong in any case. */
const LEAST_ERROR = 4;

/** A veil over a plane; arrays like the plane. */
export interface PlaneVeil {
  readonly opacity: Float32Array;
  readonly dirt: Float32Array;
}

/** Keeps the last solution, from which the next one of the same hole begins. */
export class PlanePainter {
  readonly #width: number;
  readonly #texture: number;
  #last: { readonly hole: Int32Array; readonly values: Float32Array } | undefined;

  /** @param texture grey levels by which the scene departs from its surroundings continued */
  constructor(width: number, texture: number) {
    this.#width = width;
    this.#texture = texture;
  }

  forget(): void {
    this.#last = undefined;
  }

  /** @param never indices of what was never seen, ascending; changed in place in `plane` */
  paint(plane: Float32Array, never: Int32Array, veil: PlaneVeil | undefined): void {
    const opacity = Float32Array.from(never, (at) => veil?.opacity[at] ?? 1);
    const through = Float32Array.from(never, (at, k) => {
      const clear = Math.max(LEAST_CLEAR, 1 - (opacity[k] ?? 1));
      const scene = ((plane[at] ?? 0) - (1 - clear) * (veil?.dirt[at] ?? 0)) / clear;
      return Math.min(255, Math.max(0, scene));
    });
    const hole = never.filter((_, k) => (opacity[k] ?? 1) >= CLEAR);
    for (const [k, at] of never.entries()) plane[at] = through[k] ?? 0;
    const last = this.#last;
    const same = last?.hole.length === hole.length && last.hole.every((at, k) => at === hole[k]);
    if (same) for (const [k, at] of hole.entries()) plane[at] = last.values[k] ?? 0;
    fillHarmonically(plane, this.#width, hole, same);
    this.#last = { hole, values: Float32Array.from(hole, (at) => plane[at] ?? 0) };
    for (const [k, at] of never.entries()) {
      const continued = plane[at] ?? 0;
      const clear = Math.max(LEAST_CLEAR, 1 - (opacity[k] ?? 1));
      if (clear <= LEAST_CLEAR) continue;
      const known = (clear * this.#texture) ** 2;
      const wrong = (OPACITY_ERROR * ((veil?.dirt[at] ?? 0) - continued)) ** 2 + LEAST_ERROR;
      plane[at] = continued + (known / (known + wrong)) * ((through[k] ?? 0) - continued);
    }
  }
}
