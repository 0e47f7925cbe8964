/** What a detector says of one frame. */

/** The kinds of damage that are looked for, named as in docs. */
export const DAMAGE_KINDS = [
  'dead-pixel',
  'drop-out',
  'lost-block',
  'passing',
  'glare',
  'dirt',
  'drop',
  'cobweb',
  'imported',
] as const;
export type DamageKind = (typeof DAMAGE_KINDS)[number];

/** Damage that was there before it was found, and hid at each moment what it hides now. */
export const STAYING: ReadonlySet<DamageKind> = new Set(['dead-pixel', 'dirt', 'drop', 'cobweb']);

/** Damage of one kind on the chroma grid. Neither who made a map nor who gets it changes it: several may share it. */
export interface DamageMap {
  readonly kind: DamageKind;
  readonly columns: number;
  readonly rows: number;
  /** `[rows, columns]` u8: 0 clean … 255 certain. */
  readonly score: Uint8Array;
}

/** Noise of one frame, in grey levels (standard deviation of luma, 0–255 scale). */
export interface NoiseEstimate {
  /** Over the whole picture. */
  readonly sigma: number;
  /** `[rows, columns]` u8 on the chroma grid: local sigma times 4, clipped at 255. */
  readonly map: Uint8Array;
}
