/** One plane of a picture in which some samples were never seen. */
import { fillHarmonically } from './harmonic.js';

/** How the samples of a plane are painted; arrays like the plane. */
export interface PlanePlate {
  readonly share: Float32Array;
  readonly slope: Float32Array;
  readonly base: Float32Array;
}

/** Keeps the last solution, from which the next one of the same hole begins. */
export class PlanePainter {
  readonly #width: number;
  #last: { readonly hole: Int32Array; readonly values: Float32Array } | undefined;

  constructor(width: number) {
    this.#width = width;
  }

  forget(): void {
    this.#last = undefined;
  }

  /**
   * A sample becomes `share * film + slope * seen + base`. Where the share is 0 that needs no film, and
   * the film is continued from there on.
   * @param never indices of what was never seen, ascending; changed in place in `plane`
   * @param plate without it all is film
   */
  paint(plane: Float32Array, never: Int32Array, plate: PlanePlate | undefined): void {
    const added = Float32Array.from(never, (at) =>
      plate === undefined ? 0 : (plate.slope[at] ?? 0) * (plane[at] ?? 0) + (plate.base[at] ?? 0),
    );
    const share = (at: number) => plate?.share[at] ?? 1;
    for (let k = 0; k < never.length; k++) {
      const at = never[k] ?? 0;
      if (share(at) === 0) plane[at] = grey(added[k] ?? 0);
    }
    const hole = never.filter((at) => share(at) !== 0);
    const last = this.#last;
    const same = last !== undefined && isAlike(last.hole, hole);
    if (same) put(last.values, hole, plane);
    fillHarmonically(plane, this.#width, hole, same);
    this.#last = { hole, values: Float32Array.from(hole, (at) => plane[at] ?? 0) };
    for (let k = 0; k < never.length; k++) {
      const at = never[k] ?? 0;
      if (share(at) !== 0) plane[at] = grey(share(at) * (plane[at] ?? 0) + (added[k] ?? 0));
    }
  }
}

function isAlike(one: Int32Array, other: Int32Array): boolean {
  return one.length === other.length && one.every((at, k) => at === other[k]);
}

/** Writes values to their places in a plane. */
function put(values: Float32Array, places: Int32Array, plane: Float32Array): void {
  for (let k = 0; k < places.length; k++) plane[places[k] ?? 0] = values[k] ?? 0;
}

function grey(value: number): number {
  return Math.min(255, Math.max(0, value));
}
