/** Where each cell of a restored frame comes from. */

/** u8 per cell; the values are part of the file format. */
export const PROVENANCE = { original: 0, denoised: 1, recovered: 2, synthesised: 3 } as const;
/** No picture at all: hatching, an outline or a legend that was asked for. Only in archives. */
export const DRAWN = 4;
export type ProvenanceName = keyof typeof PROVENANCE;

/** Share of cells of each provenance, 0–1, summing to 1. */
export type ProvenanceShares = Record<ProvenanceName, number>;

export function provenanceShares(cells: Uint8Array): ProvenanceShares {
  const counts = [0, 0, 0, 0];
  for (let cell = 0; cell < cells.length; cell++) {
    const value = cells[cell] ?? 0;
    counts[value] = (counts[value] ?? 0) + 1;
  }
  const share = (value: number) => (counts[value] ?? 0) / Math.max(1, cells.length);
  return { original: share(0), denoised: share(1), recovered: share(2), synthesised: share(3) };
}
