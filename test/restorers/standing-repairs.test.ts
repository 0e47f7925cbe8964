/** Repairs of damage that stays outlive the frame they were made for, a little while, and alone. */
import { expect, it } from 'vitest';
import { SOME_SAMPLES } from '../../src/frame/mask.js';
import { PROVENANCE } from '../../src/frame/provenance.js';
import { StandingRepairs } from '../../src/restorers/standing-repairs.js';

// Four cells in two rows.
const size = { width: 4, height: 4 };
const repaired = {
  data: new Uint8Array(24).fill(7),
  // All of the first cell, the second sample of the second, all of the third.
  mask: Uint8Array.of(255, SOME_SAMPLES | 2, 255, 0),
  provenance: Uint8Array.of(PROVENANCE.recovered, PROVENANCE.synthesised, PROVENANCE.recovered, 1),
  // The third comes and goes.
  staying: Uint8Array.of(1, 1, 0, 0),
};

it('are put where damage stays, sample by sample, and say how they were made', () => {
  const standing = new StandingRepairs(size);
  standing.keep(repaired, 0);
  const frame = new Uint8Array(24).fill(50);
  const put = standing.put(frame);
  expect([...frame]).toEqual([
    ...[7, 7, 50, 7, 7, 7, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50],
    ...[7, 7, 50, 50, 7, 7, 50, 50],
  ]);
  expect([...put.mask]).toEqual([255, SOME_SAMPLES | 2, 0, 0]);
  expect([...put.provenance]).toEqual([PROVENANCE.recovered, PROVENANCE.synthesised, 0, 0]);
});

it('grow old, and are forgotten at a break and where nothing stays', () => {
  const standing = new StandingRepairs(size);
  expect(standing.fresh(0)).toBe(false);
  standing.keep(repaired, 0);
  expect([standing.fresh(2000), standing.fresh(2001)]).toEqual([true, false]);
  standing.forget();
  expect(standing.fresh(0)).toBe(false);
  standing.keep(repaired, 0);
  const { staying: _, ...passing } = repaired;
  standing.keep(passing, 0);
  expect(standing.fresh(0)).toBe(false);
});
