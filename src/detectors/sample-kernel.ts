/** Work on every sample of a frame, compiled to WebAssembly: an instance with the arrays that it works on. */
import { instantiate, type WithMemory } from '../config/web-assembly.js';

/** One of the instance's own arrays. */
type Own = Uint8Array | Int8Array | Int16Array | Uint16Array | Int32Array | Float32Array;

/** What the modules of src/detectors/kernel/ export, and say of it. */
interface Work {
  average(mean: Own, luma: Own, count: number, gain: number): void;
  countRepeats(repeats: Own, luma: Own, previous: Own, count: number): number;
  learnReference(
    reference: Own,
    sums: Own,
    luma: Own,
    damaged: Own,
    count: number,
    gain: number,
  ): void;
  averageWithVariance(mean: Own, variance: Own, luma: Own, count: number, weight: number): void;
  compareBlocks(
    luma: Own,
    other: Own,
    width: number,
    across: number,
    down: number,
    sums: Own,
  ): void;
  detail(
    luma: Own,
    width: number,
    columns: number,
    rows: number,
    radius: number,
    cells: Own,
    sums: Own,
    out: Own,
  ): void;
  spotSums(
    luma: Own,
    width: number,
    height: number,
    size: number,
    columns: number,
    rows: number,
    sums: Own,
    out: Own,
  ): void;
  resize(
    from: Own,
    width: number,
    height: number,
    to: Own,
    wide: number,
    tall: number,
    places: Own,
  ): void;
  gather(sum: Own, low: Own, high: Own, luma: Own, count: number, first: boolean): void;
  trimmedMean(mean: Own, sum: Own, low: Own, high: Own, count: number, frames: number): void;
  sumLines(
    luma: Own,
    reference: Own,
    width: number,
    top: number,
    bottom: number,
    every: number,
    aside: number,
    clip: number,
    rises: Own,
    above: Own,
    below: Own,
  ): void;
  standOut(
    rises: Own,
    above: Own,
    below: Own,
    width: number,
    aside: number,
    rows: number,
    bright: Own,
    dark: Own,
    freshBright: Own,
    freshDark: Own,
  ): void;
  linkStrips(
    strength: Own,
    strips: number,
    width: number,
    left: number,
    right: number,
    floor: number,
    least: number,
    sums: Own,
    moves: Own,
    ends: Own,
  ): number;
  markSpikes(
    luma: Own,
    before: Own,
    after: Own,
    width: number,
    height: number,
    gather: number,
    least: number,
    energy: number,
    quiet: number,
    few: number,
    hits: Own,
    counts: Own,
    scratch: Own,
  ): void;
}

/** Of the module itself: an array is where it begins. */
type Raw = (...given: readonly (number | boolean)[]) => number | undefined;
type Exports = WithMemory & { reserve(bytes: number): number } & Readonly<Record<string, Raw>>;

const WORK: readonly (keyof Work)[] = [
  'average',
  'countRepeats',
  'learnReference',
  'averageWithVariance',
  'compareBlocks',
  'detail',
  'spotSums',
  'resize',
  'gather',
  'trimmedMean',
  'sumLines',
  'standOut',
  'linkStrips',
  'markSpikes',
];

const TYPES = {
  u8: Uint8Array,
  i8: Int8Array,
  i16: Int16Array,
  u16: Uint16Array,
  i32: Int32Array,
  f32: Float32Array,
} as const;

type Layout = Readonly<Record<string, readonly [keyof typeof TYPES, number]>>;
type Arrays<L extends Layout> = {
  readonly [K in keyof L]: InstanceType<(typeof TYPES)[L[K][0]]>;
};

/** Bytes to a multiple of which arrays begin; so many lie between two, for what is read beyond an end. */
const APART = 64;

export type SampleKernel<L extends Layout> = Work & Arrays<L>;

/**
 * Opens an instance with arrays of its own, cleared; they hold as long as it does.
 * @param layout the type and length of each array
 */
export function openSampleKernel<const L extends Layout>(layout: L): SampleKernel<L> {
  const exports = instantiate('src', 'detectors', 'kernel.wasm') as Exports;
  const named = Object.entries(layout);
  const sizes = named.map(([, [type, length]]) => TYPES[type].BYTES_PER_ELEMENT * length);
  const rooms = sizes.map((bytes) => Math.ceil(bytes / APART + 1) * APART);
  const all = rooms.reduce((sum, bytes) => sum + bytes, 2 * APART);
  let place = Math.ceil(exports.reserve(all) / APART + 1) * APART;
  const { buffer } = exports.memory;
  const arrays = named.map(([name, [type, length]], index) => {
    const array = new TYPES[type](buffer, place, length);
    place += rooms[index] ?? 0;
    return [name, array] as const;
  });
  const work = WORK.map((name) => {
    const raw = exports[name];
    const run = (...given: readonly (Own | number | boolean)[]) =>
      raw?.(...given.map((one) => (typeof one === 'object' ? one.byteOffset : one)));
    return [name, run] as const;
  });
  const kernel: object = Object.fromEntries<unknown>([...arrays, ...work]);
  return kernel as SampleKernel<L>;
}
