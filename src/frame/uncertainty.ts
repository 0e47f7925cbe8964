/** How sure a changed cell is, as the one byte that the provenance track keeps of it. */

/** What was never seen: nobody can tell how wrong it is. */
export const UNKNOWN = 255;

/** Codes from 1 to this; the last one stands for 64 grey levels. */
const CODES = 16;

/** The code of an expected error in grey levels; see `expectedError`. */
export function uncertaintyOf(error: number): number {
  return Math.max(1, Math.min(CODES, Math.round(2 * Math.log2(4 * error))));
}

/**
 * The mean absolute error of luma, in grey levels, that is expected of a cell of this code:
 * 0 = none, n = 2^(n/2)/4, half an octave a step; undefined for what is unknown.
 */
export function expectedError(code: number): number | undefined {
  if (code > CODES) return undefined;
  return code === 0 ? 0 : 2 ** (code / 2) / 4;
}
