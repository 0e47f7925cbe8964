/** One map for each kind of damage, where several detectors look for the same. */
import { isBlank } from '../frame/blank.js';
import type { DamageKind, DamageMap } from '../frame/damage-map.js';

/** The higher score of each cell, kind by kind, in the order of first appearance. */
export function byKind(maps: readonly DamageMap[]): DamageMap[] {
  const kinds = new Map<DamageKind, DamageMap>();
  for (const map of maps) {
    const known = kinds.get(map.kind);
    if (known === undefined || isBlank(known.score)) kinds.set(map.kind, map);
    else if (!isBlank(map.score)) {
      const score = known.score.map((value, i) => Math.max(value, map.score[i] ?? 0));
      kinds.set(map.kind, { ...map, score });
    }
  }
  return [...kinds.values()];
}
