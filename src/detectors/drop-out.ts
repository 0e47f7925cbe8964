/** Finds tape damage: streaks of one frame, and scratches that wander over the picture. */
import type { DamageMap } from '../frame/damage-map.js';
import { cellGrid, type Frame } from '../frame/frame.js';
import type { Detector, DetectorSession, SourceInfo } from '../frame/seams.js';
import { noiseOfChange } from './noise-of-change.js';
import { openSampleKernel } from './sample-kernel.js';
import type { Shape } from './scratch-shape.js';
import { Scratches, type Sighting } from './scratches.js';
import { openSpikes } from './spikes.js';
import { findStreaks, type Streak } from './streaks.js';

export const dropOut: Detector = { kind: 'drop-out', open };

/** Frames in the reference of what has always been there. */
const MEMORY = 16;

/** Frames whose lines are remembered, for those that prove to be scratches later. */
const KEPT = 64;

/** What was seen in a frame: its streaks, and all its lines. */
interface Seen {
  readonly streaks: readonly Streak[];
  readonly lines: readonly Sighting[];
}

function open(info: SourceInfo): DetectorSession {
  const { columns, rows } = cellGrid(info);
  const { width, height } = info;
  const count = width * height;
  const before = new Uint8Array(count);
  const beforeThat = new Uint8Array(count);
  const kernel = openSampleKernel({
    here: ['u8', count],
    damaged: ['u8', count],
    reference: ['u8', count],
    sums: ['u16', count],
  });
  const { here, damaged, reference, sums } = kernel;
  const spikes = openSpikes(info);
  const scratches = new Scratches(info);
  let history = new Map<number, Seen>();
  let seen = 0;
  // Lines of the history and tracks are the same objects, and stay so when they are written at once.
  const save = () => ({
    before,
    beforeThat,
    reference: reference.slice(),
    sums: sums.slice(),
    history,
    scratches: scratches.save(),
    seen,
  });

  return {
    inspect(frame: Frame, next?: Frame): DamageMap {
      const luma = frame.data.subarray(0, count);
      const after = next?.data.subarray(0, count);
      const score = new Uint8Array(columns * rows);
      const map: DamageMap = { kind: 'drop-out', columns, rows, score };
      damaged.fill(0);
      const one = seen > 0 ? before : after;
      const other = after ?? (seen > 1 ? beforeThat : one);
      if (one !== undefined && other !== undefined) {
        const noise = noiseOfChange(luma, one);
        const neighbours = { before: one, after: other };
        const hits = spikes(luma, neighbours, noise);
        const streaks = findStreaks(info, luma, neighbours, hits);
        for (const { top, bottom, left, right } of streaks) {
          for (let y = top; y < bottom; y++) damaged.fill(1, y * width + left, y * width + right);
        }
        if (seen === 0) reference.set(one);
        coverStreaks(streaks, columns, score);
        const lines = scratches.follow(luma, reference, noise);
        history.set(frame.seq, { streaks, lines });
        // Oldest first: numbers may have gaps where frames were dropped.
        for (const seq of history.keys()) {
          if (seq > frame.seq - KEPT) break;
          history.delete(seq);
        }
        for (const { track, shape } of lines) {
          if (!track.proven && !track.presumed) continue;
          cover(shape, columns, score);
          conceal(shape, width, damaged);
        }
      }
      here.set(luma);
      const gain = 1 / Math.min(seen + 1, MEMORY);
      kernel.learnReference(reference, sums, here, damaged, count, gain);
      beforeThat.set(before);
      before.set(luma);
      seen++;
      return map;
    },
    revised(seq: number): DamageMap | undefined {
      const then = history.get(seq);
      if (then === undefined) return undefined;
      const score = new Uint8Array(columns * rows);
      coverStreaks(then.streaks, columns, score);
      for (const { track, shape } of then.lines) {
        if (track.proven || track.presumed) cover(shape, columns, score);
      }
      return { kind: 'drop-out', columns, rows, score };
    },
    save,
    load(state) {
      const from = state as ReturnType<typeof save>;
      before.set(from.before);
      beforeThat.set(from.beforeThat);
      reference.set(from.reference);
      sums.set(from.sums);
      scratches.load(from.scratches);
      ({ history, seen } = from);
    },
    reset() {
      seen = 0;
      history.clear();
      scratches.forget();
    },
  };
}

/** Marks the cells that streaks cover. */
function coverStreaks(streaks: readonly Streak[], columns: number, score: Uint8Array): void {
  for (const { top, bottom, left, right } of streaks) {
    for (let row = top >> 1; row < (bottom + 1) >> 1; row++) {
      score.fill(255, row * columns + (left >> 1), row * columns + ((right + 1) >> 1));
    }
  }
}

/** Marks the cells that a line covers. */
function cover({ top, left, right }: Shape, columns: number, score: Uint8Array): void {
  left.forEach((from, i) => {
    const row = ((top + i) >> 1) * columns;
    const to = right[i] ?? 0;
    if (to > from) score.fill(255, row + (from >> 1), row + ((to - 1) >> 1) + 1);
  });
}

/** Marks (1) the samples that a line covers. */
function conceal({ top, left, right }: Shape, width: number, damaged: Uint8Array): void {
  left.forEach((from, i) => {
    const row = (top + i) * width;
    damaged.fill(1, row + from, row + (right[i] ?? 0));
  });
}
