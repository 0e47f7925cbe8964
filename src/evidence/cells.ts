/** The picture of the provenance track: for each cell what it is, how sure, and from which time. */
import { PROVENANCE } from '../frame/provenance.js';
import { UNKNOWN } from '../frame/uncertainty.js';
import type { CellGrid, FrameSize } from '../frame/frame.js';

/** Grey level of a provenance value, so that the track can be looked at in any player. */
const SPREAD = 60;

/** What is known of the cells of one frame. Arrays are `[rows, columns]`. */
export interface CellFacts {
  /** See frame/provenance.ts. */
  readonly provenance: Uint8Array;
  /** See frame/uncertainty.ts. */
  readonly uncertainty: Uint8Array;
  /** Recovered cells: frames to the nearest sighting, negative = earlier; 0 elsewhere. */
  readonly seenFrom: Int16Array;
}

/** Four grey pictures of the grid, one below the other. */
export function cellsSize({ columns, rows }: CellGrid): FrameSize {
  return { width: columns, height: 4 * rows };
}

/** Packs the facts: provenance x 60, uncertainty, then the high and the low byte of `seenFrom`. */
export function packCells({ provenance, uncertainty, seenFrom }: CellFacts): Uint8Array {
  const cells = provenance.length;
  const picture = new Uint8Array(4 * cells);
  for (let cell = 0; cell < cells; cell++) {
    const value = provenance[cell] ?? 0;
    if (value === 0) continue;
    picture[cell] = value * SPREAD;
    picture[cells + cell] = value >= PROVENANCE.synthesised ? UNKNOWN : (uncertainty[cell] ?? 0);
    if (value !== PROVENANCE.recovered) continue;
    const from = seenFrom[cell] ?? 0;
    picture[2 * cells + cell] = from >> 8;
    picture[3 * cells + cell] = from;
  }
  return picture;
}

export function unpackCells(picture: Uint8Array): CellFacts {
  const cells = picture.length / 4;
  const seenFrom = new Int16Array(cells);
  for (let cell = 0; cell < cells; cell++) {
    seenFrom[cell] = ((picture[2 * cells + cell] ?? 0) << 8) | (picture[3 * cells + cell] ?? 0);
  }
  return {
    provenance: picture.subarray(0, cells).map((value) => Math.round(value / SPREAD)),
    uncertainty: picture.subarray(cells, 2 * cells),
    seenFrom,
  };
}
