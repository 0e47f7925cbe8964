/** Of each kind of damage: how much was found, what was decided about its cells, and why. */
import { isBlank } from '../frame/blank.js';
import type { DamageKind, DamageMap } from '../frame/damage-map.js';
import { PROVENANCE, type ProvenanceShares } from '../frame/provenance.js';
import { REPAIR_FROM } from '../masks/build.js';
import { ROUTES, type Route } from '../masks/routes.js';

export interface DamageFound {
  /** Of the cells of all frames. */
  readonly share: number;
  /** With any of it. */
  readonly frames: number;
  /** What became of its cells, as shares of them; `original`: left alone, or protected. */
  readonly done: ProvenanceShares;
  /** What is done about this kind, in the order in which it is tried, and the reason. */
  readonly route: Route;
}

/** As plain data: an interrupted job goes on from it. `done` counts cells by their provenance. */
export type DamageSums = Map<
  DamageKind,
  { cells: number; frames: number; readonly done: number[] }
>;

/** Adds one frame. @param frame maps and provenance, `[rows, columns]` each */
export function addDamage(
  sums: DamageSums,
  { maps, provenance }: { readonly maps: readonly DamageMap[]; readonly provenance: Uint8Array },
): void {
  for (const { kind, score } of maps) {
    const entry = sums.get(kind) ?? { cells: 0, frames: 0, done: [0, 0, 0, 0] };
    const before = entry.cells;
    // Most maps are empty.
    for (let cell = isBlank(score) ? score.length : 0; cell < score.length; cell++) {
      if ((score[cell] ?? 0) < REPAIR_FROM) continue;
      entry.cells++;
      const became = provenance[cell] ?? 0;
      entry.done[became] = (entry.done[became] ?? 0) + 1;
    }
    if (entry.cells > before) entry.frames++;
    sums.set(kind, entry);
  }
}

/** @param cells of all frames */
export function damageFound(sums: DamageSums, cells: number): Record<string, DamageFound> {
  const found: Record<string, DamageFound> = {};
  for (const [kind, sum] of sums) {
    const part = (value: number) => (sum.done[value] ?? 0) / Math.max(1, sum.cells);
    found[kind] = {
      share: sum.cells / Math.max(1, cells),
      frames: sum.frames,
      done: {
        original: part(PROVENANCE.original),
        denoised: part(PROVENANCE.denoised),
        recovered: part(PROVENANCE.recovered),
        synthesised: part(PROVENANCE.synthesised),
      },
      route: ROUTES[kind],
    };
  }
  return found;
}
