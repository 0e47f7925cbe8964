/** Finds transient tape damage. */
import { cellGrid } from '../frame/frame.js';
import type { Detector } from '../frame/seams.js';

export const dropOut: Detector = {
  kind: 'drop-out',
  open(info) {
    const { columns, rows } = cellGrid(info);
    return {
      inspect: () => ({ kind: 'drop-out', columns, rows, score: new Uint8Array(columns * rows) }),
      reset: () => undefined,
    };
  },
};
