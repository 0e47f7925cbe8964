/** How samples behind dirt are painted, from how opaque the dirt is taken to be. */
import { cellGrid, type FrameSize } from '../../frame/frame.js';
import { lumaOf, type Film } from './film.js';
import { guessVeil } from './veil.js';

/** How hidden samples are painted, see paint-plane.ts; share 1 and slope 0 for the others. */
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
/** A veil is no clearer, and no more opaque, than that. */
const CLEAREST = 0.02;
const MOST_OPAQUE = 0.98;
/**
 * Variance of the scene in shares of what is uncertain of the veil: the guess is wrong by so much at
 * the least, and by more where the dirt is opaque.
 */
const LEAST_DOUBT = 0.055;

/**
 * @param seen the mean of what the camera saw
 * @param film the same with the hidden cells continued from around
 * @param hidden `[rows, columns]`, not 0 = hidden all the time
 */
export function plateOf(size: FrameSize, seen: Film, film: Film, hidden: Uint8Array): Plate {
  const { columns } = cellGrid(size);
  const plate = { share: blank(film, 1), slope: blank(film, 0), base: blank(film, 0) };
  const { dirt, opacity: guess } = guessVeil(size, seen, film, hidden);
  const put = (name: keyof Film, at: number, cell: number, opacity: number, doubt: number) => {
    const clear = 1 - opacity;
    // As Wiener's filter does: what shows through is raised by less, the less is sure of it.
    const gain = clear / (clear * clear + doubt);
    const shows = gain * clear >= TRUSTED;
    const slope = shows ? 1 / clear : gain;
    plate.share[name][at] = shows ? 0 : 1 - gain * clear;
    plate.slope[name][at] = slope;
    plate.base[name][at] = -slope * opacity * (dirt[name][cell] ?? 0);
  };
  for (let cell = 0; cell < hidden.length; cell++) {
    // Luma 0: nothing can be seen through it.
    if (hidden[cell] === 0 || dirt.y[cell] === 0) continue;
    let [opacities, doubts] = [0, 0];
    for (const at of lumaOf(cell, columns)) {
      const opacity = Math.min(MOST_OPAQUE, Math.max(CLEAREST, guess[at] ?? 1));
      const doubt = LEAST_DOUBT + (guess[at] ?? 1) ** 2;
      put('y', at, cell, opacity, doubt);
      opacities += opacity / 4;
      doubts += doubt / 4;
    }
    put('u', cell, cell, opacities, doubts);
    put('v', cell, cell, opacities, doubts);
  }
  return plate;
}

/**
 * True when something is hidden that is three cells thick: thinner things are continued across as well
 * as they are looked through. Outside the picture counts as hidden.
 */
export function isBroad(hidden: Uint8Array, columns: number): boolean {
  const rows = hidden.length / columns;
  const isSeen = (row: number, column: number) =>
    row >= 0 &&
    row < rows &&
    column >= 0 &&
    column < columns &&
    hidden[row * columns + column] === 0;
  return hidden.some((value, cell) => {
    if (value === 0) return false;
    const row = Math.floor(cell / columns);
    const column = cell - row * columns;
    for (let v = row - 1; v <= row + 1; v++) {
      for (let u = column - 1; u <= column + 1; u++) if (isSeen(v, u)) return false;
    }
    return true;
  });
}

function blank({ y, u, v }: Film, value: number): Film {
  const plane = ({ length }: Float32Array) => new Float32Array(length).fill(value);
  return { y: plane(y), u: plane(u), v: plane(v) };
}
