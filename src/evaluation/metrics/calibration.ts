/** Holds the uncertainty of each cell against its true error: does the number mean what it says? */
import type { FrameSize } from '../../frame/frame.js';
import { PROVENANCE, type ProvenanceName } from '../../frame/provenance.js';
import { UNKNOWN } from '../../frame/uncertainty.js';

/** Cells of one kind and one uncertainty. */
export interface CalibrationRow {
  readonly provenance: ProvenanceName;
  /** As the provenance track has it; see frame/uncertainty.ts. */
  readonly uncertainty: number;
  readonly cells: number;
  /** Grey levels of luma: the mean absolute error, of the cell's four samples. */
  readonly measured: number;
}

interface Sum {
  cells: number;
  error: number;
}

const CODES = 256;
const NAMES = Object.keys(PROVENANCE) as ProvenanceName[];

export class Calibration {
  readonly #sums = new Map<number, Sum>();

  /** @param provenance,uncertainty `[rows, columns]` of the frame; see frame/provenance.ts */
  add(
    { width }: FrameSize,
    provenance: Uint8Array,
    uncertainty: Uint8Array,
    clean: Uint8Array,
    restored: Uint8Array,
  ): void {
    const columns = width >> 1;
    const off = (at: number) => Math.abs((clean[at] ?? 0) - (restored[at] ?? 0));
    for (let cell = 0; cell < provenance.length; cell++) {
      const what = provenance[cell] ?? 0;
      if (what === PROVENANCE.original) continue;
      const row = (cell / columns) | 0;
      const at = 2 * row * width + 2 * (cell - row * columns);
      const error = (off(at) + off(at + 1) + off(at + width) + off(at + width + 1)) / 4;
      // The track calls unknown whatever was invented.
      const code = what === PROVENANCE.synthesised ? UNKNOWN : (uncertainty[cell] ?? 0);
      const key = what * CODES + code;
      const sum = this.#sums.get(key) ?? { cells: 0, error: 0 };
      sum.cells++;
      sum.error += error;
      this.#sums.set(key, sum);
    }
  }

  rows(): CalibrationRow[] {
    const keys = [...this.#sums.keys()].sort((a, b) => a - b);
    return keys.flatMap((key) => {
      const sum = this.#sums.get(key);
      const provenance = NAMES.find((name) => PROVENANCE[name] === Math.floor(key / CODES));
      if (sum === undefined || provenance === undefined) return [];
      const { cells, error } = sum;
      return [{ provenance, uncertainty: key % CODES, cells, measured: error / cells }];
    });
  }
}

/** The cells of all as if they had been measured together. */
export function poolCalibration(all: readonly (readonly CalibrationRow[])[]): CalibrationRow[] {
  const pooled = new Map<string, CalibrationRow>();
  for (const row of all.flat()) {
    const key = `${PROVENANCE[row.provenance]} ${String(row.uncertainty).padStart(3, '0')}`;
    const before = pooled.get(key);
    const cells = row.cells + (before?.cells ?? 0);
    const error = row.cells * row.measured + (before?.cells ?? 0) * (before?.measured ?? 0);
    pooled.set(key, { ...row, cells, measured: error / cells });
  }
  return [...pooled].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
