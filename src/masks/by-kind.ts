/** One map for each kind of damage, where several detectors look for the same. */
import type { DamageKind, DamageMap } from '../frame/damage-map.js';

/** The higher score of each cell, kind by kind, in the order of first appearance. */
export function byKind(maps: readonly DamageMap[]): DamageMap[] {
  const kinds = new Map<DamageKind, DamageMap>();
  for (const map of maps) {
    const known = kinds.get(map.kind);
    const score = known?.score.map((value, i) => Math.max(value, map.score[i] ?? 0));
    kinds.set(map.kind, score === undefined ? map : { ...map, score });
  }
  return [...kinds.values()];
}
