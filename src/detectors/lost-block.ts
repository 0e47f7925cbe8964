/** Finds lost macroblocks. */
import { cellGrid } from '../frame/frame.js';
import type { Detector } from '../frame/seams.js';

export const lostBlock: Detector = {
  kind: 'lost-block',
  open(info) {
    const { columns, rows } = cellGrid(info);
    return {
      inspect: () => ({ kind: 'lost-block', columns, rows, score: new Uint8Array(columns * rows) }),
      reset: () => undefined,
    };
  },
};
