/** What a detector that is a network asks of the inference worker, and how it hands over planes. */
import type { DamageMap } from '../frame/damage-map.js';
import type { Frame } from '../frame/frame.js';
import type { Resumable, SourceInfo } from '../frame/seams.js';

interface GivenTensor {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly dims: readonly number[];
}

interface MadeTensor {
  readonly data: Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
  readonly dims: readonly number[];
}

export type MadeTensors = Readonly<Record<string, MadeTensor>>;

/** Runs the model; the memory of what was given is away until the promise settles, and comes back. */
export type RunNetwork = (feeds: Record<string, GivenTensor>) => Promise<{
  readonly results: MadeTensors;
  readonly feeds: MadeTensors;
}>;

/** A network's memory of one lane; frames are lent for the call: not kept, not closed. */
export interface NetworkSession extends Resumable {
  /**
   * Looks at `frame`, after all earlier ones and when the call before has settled. `ahead` are the
   * frames that follow, in order, as many as are known.
   * @param given cells of one of these frames that are known to be damaged whatever is found, not 0
   *   where it holds, `[rows, columns]`: they say nothing of the scene or of the lens
   * @returns one map for each of the detector's kinds, in their order
   */
  inspect(
    frame: Frame,
    ahead: readonly Frame[],
    given?: (frame: Frame) => Uint8Array | undefined,
  ): Promise<readonly DamageMap[]>;
  /** Damage that stays in place: the belief as of the last frame. Absent where it comes and goes. */
  current?(): readonly DamageMap[];
  /** Forget everything: a discontinuity. */
  reset(): void;
}

export interface NetworkDetector {
  /** Its name in models/. */
  readonly model: string;
  readonly kinds: readonly DamageMap['kind'][];
  /** It runs for each frame, beside detectors that take as long: half of the threads are theirs. */
  readonly everyFrame: boolean;
  open(info: SourceInfo, run: RunNetwork): NetworkSession;
}

export interface PlaneSize {
  readonly width: number;
  readonly height: number;
}

/** Memory that came back from an earlier run, or new. */
export function reuse(
  back: MadeTensors | undefined,
  name: string,
  bytes: number,
): Uint8Array<ArrayBuffer> {
  const old = back?.[name]?.data;
  return old instanceof Uint8Array && old.length === bytes ? old : new Uint8Array(bytes);
}

/** Plane `index` of `[1, n, rows, columns]` scores, cut back to the size of the grid; may be a view of it. */
export function scoresOf(
  results: MadeTensors,
  index: number,
  { width, height }: PlaneSize,
): Uint8Array {
  const made = results['scores'];
  if (made === undefined) throw new Error('expected the model to give scores, it gave none');
  const [, , rows = 0, columns = 0] = made.dims;
  if (columns === width && made.data instanceof Uint8Array) {
    return made.data.subarray(index * rows * columns, index * rows * columns + width * height);
  }
  const scores = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (index * rows + y) * columns;
    scores.set(made.data.subarray(from, from + width), y * width);
  }
  return scores;
}

/** The next multiple. */
export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
