/** Finds what a recorder wrote into the picture: the time, names, a logo on its plate. */
import { cellGrid, type Frame } from '../../frame/frame.js';
import type { SourceInfo } from '../../frame/seams.js';
import { noiseOfChange } from '../noise-of-change.js';
import { openSampleKernel } from '../sample-kernel.js';
import { findGlyphs, groundOf, type Strip } from './glyphs.js';
import { cornerPlates } from './corner-plate.js';
import { plateOf, type Box } from './plate.js';
import { inkChanged, liesUnderNoise } from './standing.js';
import { findTextLines, type TextLine } from './text-lines.js';

/** Writing stands in the upper or the lower part of this height, as a share of the picture's. */
const STRIP = 0.24;
/**
 * Frames whose mean is searched, without the brightest and the darkest of each sample: noise and
 * drop-outs fade, and the digits of a clock hardly change.
 */
const FRAMES = 8;
/** Fewer must do at the end … */
const ENOUGH = 4;
/** … and early on; later it is looked for once in so many frames. */
const EARLY: readonly number[] = [1, 4, 8, 24];
const PERIOD = 16;
/** Grey levels of contrast that writing has at least, and in standard deviations of the noise. */
const CONTRAST = 20;
const NOISES = 3.5;
/**
 * Belief a cell gains when it was found and loses when it was not; at most 255. What the scene
 * looks like by chance is seldom found twice.
 */
const GAIN = 48;
const LOSS = 24;
const BELIEVED = 64;
/** Searches for which writing that changed is held to be a clock. */
const HOLD = 8;

/** Arrays are `[rows, columns]`, 255 where it holds. */
export interface Standing {
  readonly still: Uint8Array;
  /** A part of `still`. */
  readonly noisy: Uint8Array;
  /** `seq` up to which that is known. */
  readonly until: number;
}

export interface OsdSession {
  inspect(frame: Frame): void;
  /** No frame will follow: what the last ones show counts now. */
  end(): void;
  /** `[rows, columns]` u8 on the chroma grid, 255 = written by the recorder; lent. */
  current(): Uint8Array;
  /**
   * Which of the writing does not change, and over which of this the noise lies, so that it came
   * after the writing.
   */
  standing(): Standing;
  reset(): void;
  save(): unknown;
  load(state: unknown): void;
}

interface Half {
  /** First luma row in the picture. */
  readonly from: number;
  readonly strip: Strip;
  readonly sum: Uint16Array;
  readonly low: Uint8Array;
  readonly high: Uint8Array;
  /** Takes in one frame more, from a strip of its luma on; `first` begins anew. */
  readonly gather: (luma: Uint8Array, first: boolean) => void;
  /** Puts the mean of so many frames into the strip. */
  readonly average: (frames: number) => void;
  /** The strip at the search before, once there was one in enough frames. */
  readonly before: Float32Array;
}

interface State {
  readonly halves: readonly Pick<Half, 'sum' | 'low' | 'high' | 'before'>[];
  readonly before: Uint8Array;
  readonly belief: Uint8Array;
  readonly changing: Uint8Array;
  readonly noisy: Uint8Array;
  readonly compared: boolean;
  readonly until: number;
  readonly last: number;
  readonly frames: number;
  readonly noise: number;
}

/**
 * Characters are shapes that stand out, of one height and brightness, on one base line. What was
 * found is believed for some seconds more, so digits that change do not undo it.
 */
export function openOsd(info: SourceInfo): OsdSession {
  const { columns, rows } = cellGrid(info);
  const { width, height } = info;
  const tall = Math.round((height * STRIP) / 2) * 2;
  const halves = [0, height - tall].map((from): Half => {
    const size = width * tall;
    const kernel = openSampleKernel({
      luma: ['u8', size],
      mean: ['f32', size],
      sum: ['u16', size],
      low: ['u8', size],
      high: ['u8', size],
    });
    const { mean, sum, low, high } = kernel;
    const strip = { width, height: tall, luma: mean };
    const gather = (luma: Uint8Array, first: boolean) => {
      kernel.luma.set(luma.subarray(0, size));
      kernel.gather(sum, low, high, kernel.luma, size, first);
    };
    const average = (frames: number) => {
      kernel.trimmedMean(mean, sum, low, high, size, frames);
    };
    return { from, strip, sum, low, high, gather, average, before: new Float32Array(size) };
  });
  const before = new Uint8Array(width * tall);
  const belief = new Uint8Array(columns * rows);
  const known = new Uint8Array(columns * rows);
  /** Searches for which a cell still counts as part of a clock. */
  const changing = new Uint8Array(columns * rows);
  const noisy = new Uint8Array(columns * rows);
  let standing: Standing | undefined;
  let compared = false;
  let until = -1;
  let last = -1;
  let frames = 0;
  let noise = 0;

  const search = (count: number) => {
    const found = new Uint8Array(columns * rows);
    // The first frame may be the only one.
    const gain = frames === 1 ? BELIEVED : GAIN;
    const contrast = Math.max(CONTRAST, (NOISES * noise) / Math.sqrt(count));
    const whole = count === FRAMES;
    const enough = frames >= FRAMES;
    for (let i = 0; i < changing.length; i++)
      if (changing[i] !== 0) changing[i] = (changing[i] ?? 0) - 1;
    for (const { from, strip, low, high, average, before } of halves) {
      average(count);
      for (const box of writingIn(strip, height, contrast, from === 0)) {
        mark(found, columns, box, from, 1);
        if (whole) {
          const under = liesUnderNoise({ ...strip, low, high }, box, noise);
          mark(noisy, columns, box, from, under ? 255 : 0);
        }
        if (enough && compared && inkChanged(strip, before, box))
          mark(changing, columns, box, from, HOLD);
      }
      if (whole) before.set(strip.luma);
    }
    compared ||= whole;
    for (let cell = 0; cell < found.length; cell++) {
      const old = belief[cell] ?? 0;
      const fresh = found[cell] === 1 ? Math.min(255, old + gain) : Math.max(0, old - LOSS);
      belief[cell] = fresh;
      known[cell] = fresh >= BELIEVED ? 255 : 0;
    }
  };
  /** Frames in the sums. */
  const gathered = () => ((frames - 1) % FRAMES) + 1;
  const stands = (): Standing => {
    const still = known.map((value, cell) => (changing[cell] === 0 ? value : 0));
    return { still, noisy: still.map((value, cell) => value & (noisy[cell] ?? 0)), until };
  };
  const lookNow = () => {
    standing = undefined;
    search(gathered());
    if (frames >= FRAMES) until = last;
  };
  return {
    inspect({ data, seq }) {
      const first = frames % FRAMES === 0;
      for (const { from, gather } of halves) gather(data.subarray(from * width), first);
      // Between neighbours in time, for what moves takes part in it.
      if (frames % FRAMES === FRAMES - 1)
        noise = noiseOfChange(data.subarray(0, before.length), before);
      if (frames % FRAMES === FRAMES - 2) before.set(data.subarray(0, before.length));
      frames++;
      last = seq;
      if (EARLY.includes(frames) || frames % PERIOD === 0) lookNow();
    },
    end() {
      if (until < last && gathered() >= ENOUGH) lookNow();
    },
    current: () => known,
    standing: () => (standing ??= stands()),
    reset() {
      standing = undefined;
      compared = false;
      until = -1;
      last = -1;
      changing.fill(0);
      noisy.fill(0);
      frames = 0;
      noise = 0;
      belief.fill(0);
      known.fill(0);
    },
    save: (): State => ({
      halves: halves.map(({ sum, low, high, before: earlier }) => ({
        sum: sum.slice(),
        low: low.slice(),
        high: high.slice(),
        before: earlier.slice(),
      })),
      before: before.slice(),
      belief: belief.slice(),
      changing: changing.slice(),
      noisy: noisy.slice(),
      compared,
      until,
      last,
      frames,
      noise,
    }),
    load(state) {
      const saved = state as State;
      for (const [i, { sum, low, high, before: earlier }] of halves.entries()) {
        sum.set(saved.halves[i]?.sum ?? []);
        low.set(saved.halves[i]?.low ?? []);
        high.set(saved.halves[i]?.high ?? []);
        earlier.set(saved.halves[i]?.before ?? []);
      }
      before.set(saved.before);
      belief.set(saved.belief);
      changing.set(saved.changing);
      noisy.set(saved.noisy);
      ({ compared, until, last } = saved);
      standing = undefined;
      for (let i = 0; i < known.length; i++) known[i] = (belief[i] ?? 0) >= BELIEVED ? 255 : 0;
      frames = saved.frames;
      noise = saved.noise;
    },
  };
}

/** The boxes of all writing in a strip, with the plates that it stands on. */
export function writingIn(strip: Strip, height: number, contrast: number, upper: boolean): Box[] {
  const sizes = { least: Math.max(5, Math.round(height / 90)), most: Math.round(height / 11) };
  const ground = groundOf(strip, sizes);
  const writing = [true, false].flatMap((bright) =>
    findTextLines(findGlyphs(strip, ground, bright, contrast, sizes))
      .filter((line) => isWhole(strip, line, upper) && standsAlone(strip, line, bright))
      .map((line) => ({ ...plateOf(strip, line), level: line.level })),
  );
  return [...writing, ...cornerPlates(strip, upper)];
}

/** What the strip cuts through goes on in the picture: a shape of the scene. */
const isWhole = ({ height }: Strip, { top, bottom }: TextLine, upper: boolean) =>
  upper ? bottom < height : top > 0;

/** Grey levels within which a sample is as bright as the writing. */
const AS_BRIGHT = 16;
/** The most that may be so bright round a line, as a share of what is so within. */
const ROUND = 0.3;
const TIGHT = 0.06;

/** Leaves and windows go on above and below; nothing round a line of text is as bright as the text. */
function standsAlone({ width, height, luma }: Strip, line: TextLine, bright: boolean): boolean {
  const tall = line.bottom - line.top;
  const share = (top: number, bottom: number, left: number, right: number) => {
    let [set, count] = [0, 0];
    for (let y = Math.max(0, top); y < Math.min(height, bottom); y++) {
      for (let x = Math.max(0, left); x < Math.min(width, right); x++, count++) {
        const beyond = ((luma[y * width + x] ?? 0) - line.level) * (bright ? 1 : -1);
        if (beyond > -AS_BRIGHT) set++;
      }
    }
    return { set, count };
  };
  const { top, bottom, left, right } = line;
  const inside = share(top, bottom, left, right);
  const within = inside.set / Math.max(1, inside.count);
  const round = (gap: number, far: number) => {
    const above = share(top - far, top - gap, left, right);
    const below = share(bottom + gap, bottom + far, left, right);
    return (above.set + below.set) / Math.max(1, above.count + below.count);
  };
  if (within < 0.08) return false;
  // A plate may be tight, and what lies beyond it is the scene's.
  const wide = round(Math.max(1, Math.round(tall * 0.1)), Math.max(2, Math.round(tall * 0.3)));
  return wide < ROUND * within || round(0, Math.max(1, Math.round(tall * 0.12))) < TIGHT * within;
}

function mark(cells: Uint8Array, columns: number, box: Box, from: number, value: number): void {
  for (let row = (from + box.top) >> 1; row < (from + box.bottom + 1) >> 1; row++) {
    cells.fill(value, row * columns + (box.left >> 1), row * columns + ((box.right + 1) >> 1));
  }
}
