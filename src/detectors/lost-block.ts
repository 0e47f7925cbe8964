/** Finds macroblocks that a decoder lost and concealed after a gap in the stream. */
import type { DamageMap } from '../frame/damage-map.js';
import { cellGrid, type Frame } from '../frame/frame.js';
import type { Detector, DetectorSession, SourceInfo } from '../frame/seams.js';
import { changeOf, detailOf, edgeExcess, type Macroblocks } from './macroblocks.js';

export const lostBlock: Detector = { kind: 'lost-block', afterDecodeErrors: true, open };

/** Mean change of a block, in grey levels, that a loss must cause to be worth a repair. */
const CHANGED = 9;
/** How much sharper than before the seams of a block must have become, in grey levels. */
const SEAM = 12;
/** Detail that is left, as a share of what was there, in a block that was smeared over. */
const SMEARED = 0.35;
/** Detail below which a block has none to lose, in grey levels. */
const PLAIN = 2;
/** Columns of blocks that break together: a loss takes the rest of a slice. */
const RUN = 5;
/** The share of a region's upper and lower border that must have become a seam. */
const TORN = 0.5;
/** Or the share of its blocks that must have lost their detail. */
const MOST = 0.7;
/** A broken block is held as long as it stays within this of what it was when it broke. */
const SAME = 6;
/** The longest hold, in frames: encoders send a whole picture every few seconds. */
const HOLD = 60;

/**
 * Best effort, and rather silent than wrong. Blocks of the codec's 16-sample grid break when a region
 * at least RUN of them wide changes at once, and it either ends above and below in sharp seams, which
 * what moves has no reason to have just there, or most of it loses its detail, as the decoder smears
 * into a gap what is around it. They are held until they change again or go back to what they were: what is lost stays
 * wrong until the encoder sends it anew. A loss that the decoder concealed well leaves no seam and is
 * not seen.
 */
function open(info: SourceInfo): DetectorSession {
  const { columns, rows } = cellGrid(info);
  const count = info.width * info.height;
  const blocks: Macroblocks = {
    width: info.width,
    across: Math.floor(info.width / 16),
    down: Math.floor(info.height / 16),
  };
  const before = new Uint8Array(count);
  const intact = new Uint8Array(count);
  const broken = new Uint8Array(count);
  const age = new Uint8Array(blocks.across * blocks.down);
  let seen = 0;
  const save = () => ({ before, intact, broken, age, seen });

  return {
    inspect(frame: Frame): DamageMap {
      const luma = frame.data.subarray(0, count);
      const score = new Uint8Array(columns * rows);
      if (seen > 0) {
        release(blocks, age, luma, intact, broken);
        for (const block of freshlyBroken(blocks, luma, before)) {
          if (age[block] === 0) copyBlock(blocks, block, before, intact);
          copyBlock(blocks, block, luma, broken);
          age[block] = 1;
        }
      }
      for (let block = 0; block < age.length; block++) {
        if (age[block] === 0) continue;
        // One cell more: the deblocking filter soils the border.
        const top = Math.floor(block / blocks.across) * 8 - 1;
        const left = Math.max(0, (block % blocks.across) * 8 - 1);
        const end = Math.min(columns, (block % blocks.across) * 8 + 9);
        for (let y = Math.max(0, top); y < Math.min(rows, top + 10); y++) {
          score.fill(200, y * columns + left, y * columns + end);
        }
      }
      before.set(luma);
      seen++;
      return { kind: 'lost-block', columns, rows, score };
    },
    save,
    load(state) {
      const from = state as ReturnType<typeof save>;
      before.set(from.before);
      intact.set(from.intact);
      broken.set(from.broken);
      age.set(from.age);
      seen = from.seen;
    },
    reset() {
      seen = 0;
      age.fill(0);
    },
  };
}

/** Lets go of blocks that were sent anew, that are themselves again, or that are held for too long. */
function release(
  blocks: Macroblocks,
  age: Uint8Array,
  luma: Uint8Array,
  intact: Uint8Array,
  broken: Uint8Array,
): void {
  for (let block = 0; block < age.length; block++) {
    const held = age[block] ?? 0;
    if (held === 0) continue;
    const moved = changeOf(blocks, block, luma, broken);
    const back = changeOf(blocks, block, luma, intact);
    age[block] = held >= HOLD || moved > SAME || back < moved ? 0 : held + 1;
  }
}

/** The blocks of all regions of change that end in seams on the grid, or that lost their detail. */
function freshlyBroken(blocks: Macroblocks, luma: Uint8Array, before: Uint8Array): number[] {
  const found: number[] = [];
  const changed = new Uint8Array(blocks.across * blocks.down);
  for (let block = 0; block < changed.length; block++) {
    if (changeOf(blocks, block, luma, before) > CHANGED) changed[block] = 1;
  }
  for (let block = 0; block < changed.length; block++) {
    if (changed[block] !== 1) continue;
    const region = connected(blocks, block, changed);
    const columns = new Set(region.map((b) => b % blocks.across));
    if (columns.size < RUN || region.length > changed.length / 2) continue;
    if (isTorn(blocks, region, luma, before)) found.push(...region);
  }
  return found;
}

/** Takes the blocks connected to `block` out of `changed` (marking them 2). */
function connected({ across, down }: Macroblocks, block: number, changed: Uint8Array): number[] {
  const region = [block];
  changed[block] = 2;
  for (let next = 0; next < region.length; next++) {
    const at = region[next] ?? 0;
    const column = at % across;
    for (const step of [-across, across, -1, 1]) {
      const neighbour = at + step;
      if (neighbour < 0 || neighbour >= across * down || changed[neighbour] !== 1) continue;
      if ((step === -1 && column === 0) || (step === 1 && column === across - 1)) continue;
      changed[neighbour] = 2;
      region.push(neighbour);
    }
  }
  return region;
}

function isTorn(
  blocks: Macroblocks,
  region: readonly number[],
  luma: Uint8Array,
  before: Uint8Array,
): boolean {
  const { across, down } = blocks;
  const inside = new Set(region);
  let border = 0;
  let seams = 0;
  let smeared = 0;
  for (const block of region) {
    const row = Math.floor(block / across);
    const column = block % across;
    for (const [edge, beyond] of [
      [row, block - across],
      [row + 1, block + across],
    ] as const) {
      if (edge === 0 || edge === down || inside.has(beyond)) continue;
      border++;
      if (edgeExcess(blocks, edge, column, luma, before) > SEAM) seams++;
    }
    const detail = detailOf(blocks, block, before);
    if (detail > PLAIN && detailOf(blocks, block, luma) < detail * SMEARED) smeared++;
  }
  return seams >= Math.max(RUN, border * TORN) || smeared >= region.length * MOST;
}

function copyBlock(blocks: Macroblocks, block: number, from: Uint8Array, to: Uint8Array): void {
  const top = Math.floor(block / blocks.across) * 16;
  const left = (block % blocks.across) * 16;
  for (let y = top; y < top + 16; y++) {
    const start = y * blocks.width + left;
    to.set(from.subarray(start, start + 16), start);
  }
}
