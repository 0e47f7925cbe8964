/** Marks the samples of a frame that differ from both neighbouring frames. */
import type { FrameSize } from '../frame/frame.js';
import { openSampleKernel } from './sample-kernel.js';

/** The frames a streak is held against; one of them stands in for both where only one is there. */
export interface Neighbours {
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** Samples of the shortest streak. */
export const SHORTEST = 36;

/** Fewer samples of a row that differ from both neighbours make no streak: most rows of most frames. */
const FEWEST = SHORTEST / 2;
/** Every so many samples are looked at to find that out. */
const SPARSE = 4;

/** Samples of a frame that differ from both neighbours. */
export interface Hits {
  /** 1 = hit, `[H, W]`. */
  readonly marks: Uint8Array;
  /** How many there are in each row. */
  readonly counts: Int32Array;
}

/** The spikes in time, lent; `noise` is the standard deviation, in grey levels. */
export type Spikes = (luma: Uint8Array, neighbours: Neighbours, noise: number) => Hits;

export function openSpikes({ width, height }: FrameSize): Spikes {
  const count = width * height;
  const kernel = openSampleKernel({
    here: ['u8', count],
    one: ['u8', count],
    other: ['u8', count],
    marks: ['u8', count],
    counts: ['i32', height],
    scratch: ['i32', 5 * (width + 64)],
  });
  const { here, one, other, marks, counts, scratch } = kernel;
  return (luma, { before, after }, noise) => {
    here.set(luma);
    one.set(before);
    other.set(after);
    // More samples the stronger the noise, so that it does not hide a streak.
    const gather = noise < 3 ? 7 : 15;
    const least = gather * Math.max(10, (2.5 * Math.SQRT2 * noise) / Math.sqrt(gather));
    const energy = gather * Math.max(400, (2 + 6 / Math.sqrt(gather)) * noise * noise);
    // What is compared with these are whole numbers.
    const limits = [least, energy, Math.max(5, noise)].map(Math.floor);
    const few = Math.ceil(FEWEST / SPARSE);
    const [away = 0, much = 0, quiet = 0] = limits;
    kernel.markSpikes(
      here,
      one,
      other,
      width,
      height,
      gather,
      away,
      much,
      quiet,
      few,
      marks,
      counts,
      scratch,
    );
    return { marks, counts };
  };
}
