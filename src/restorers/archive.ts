/** Restores archived frames block by block, so that each frame may know its past and its future. */
import { bufferCount, concatMap, endWith, from, map, pairwise, type OperatorFunction } from 'rxjs';
import { mapAhead } from '../flow/map-ahead.js';
import type { DamageMap, NoiseEstimate } from '../frame/damage-map.js';
import { cellGrid, type Frame, type FrameSize } from '../frame/frame.js';
import type { Mask } from '../frame/mask.js';
import type { Engine } from '../inference/engine.js';
import { BackgroundMemory } from '../memory/background-memory.js';
import type { StageTimes } from '../telemetry/stage-times.js';
import { Between } from './between.js';
import { doubtOf, type Doubt } from './doubt.js';
import { blank, LookAhead, surer, type Lesson } from './future.js';
import {
  generate,
  type GeneratorOptions,
  type RestoreInput,
  type RestoreOutcome,
  type SpareFeeds,
} from './generator.js';
import type { FrameMask, Inspection } from './inspection.js';
import { Nearby } from './nearby/nearby.js';
import { Painter } from './painter/painter.js';
import { unlearn } from './unlearn.js';

/** Frames in a block, and so the least and (twice) the greatest look-ahead. */
const LONGEST_BLOCK = 16;
const SHORTEST_BLOCK = 4;
/** Bytes that frames and views of the future may take together. */
const MEMORY_BUDGET = 512e6;

export interface ArchiveOptions extends GeneratorOptions {
  readonly size: FrameSize;
  readonly engine: Engine;
  /** Grey levels; below, a frame is not noisy and stays as it is where it is not damaged. */
  readonly noiseFloor: number;
  readonly times: StageTimes;
  /** What was seen before the first frame that comes; default: nothing. Learns from every frame. */
  readonly past?: BackgroundMemory;
  /** Knows the frames before the first one; default: none. */
  readonly nearby?: Nearby;
  /** The noise as it is known when the block is restored, after the look-ahead. */
  noise(inspection: Inspection): NoiseEstimate;
  /** The mask as it is known when the block is restored, after the look-ahead. */
  mask(inspection: Inspection): FrameMask;
}

export interface Restored extends RestoreOutcome {
  /** Changed in place. */
  readonly frame: Frame;
  readonly maps: readonly DamageMap[];
  readonly mask: Mask;
  readonly doubt: Doubt;
  /** Grey levels. */
  readonly sigma: number;
  /** `[rows, columns]` quarters of a grey level; 0 where nothing may be changed. */
  readonly noiseMap: Uint8Array;
  /** True when the memory found the whole picture changed: a cut or a moved camera. */
  readonly cut: boolean;
}

/** Frames a block has at this size. */
export function blockLength({ width, height }: FrameSize): number {
  // A frame waits in two blocks; its view of the future is two pictures, two counts and the times.
  const bytes = width * height * 1.5 * (2 + 3);
  return Math.max(SHORTEST_BLOCK, Math.min(LONGEST_BLOCK, Math.floor(MEMORY_BUDGET / bytes)));
}

/** Slots that a pool needs for `restoreArchive` to go on: two blocks, and frames on their way. */
export function slotsNeeded(size: FrameSize): number {
  return 2 * blockLength(size) + 4;
}

/** A frame and what is decided about it. */
interface Decided extends Lesson {
  readonly inspection: Inspection;
  readonly noise: NoiseEstimate;
  readonly coverage: FrameMask;
  readonly except: Uint8Array | undefined;
  readonly drawn: Uint8Array | undefined;
}

/**
 * Emits every frame, in order, restored in place. The receiver closes it. Everything is decided at
 * the moment at which the next block has been inspected, however fast the network is: the same frames
 * give the same result each time.
 */
export function restoreArchive(options: ArchiveOptions): OperatorFunction<Inspection, Restored> {
  const { size, engine, times } = options;
  const past = options.past ?? new BackgroundMemory(size);
  const future = new LookAhead(size);
  const background = blank(past.background);
  const spare: SpareFeeds = {};
  const nearby = options.nearby ?? new Nearby(size, options.synthesis);
  const painter = options.synthesis ? new Painter(size) : undefined;
  const decide = (inspection: Inspection): Decided => {
    const coverage = options.mask(inspection);
    const noise = options.noise(inspection);
    const { frame, repair: drawn } = inspection;
    const { data: mask, between: except } = coverage;
    return { inspection, frame, noise, coverage, mask, sigma: noise.sigma, except, drawn };
  };
  const restoreBlock = ([block, next]: Decided[][]) => {
    times.measure('remember', () => unlearn(past, [...(block ?? []), ...(next ?? [])]));
    const views = times.measure('look ahead', () => future.views(block ?? [], next ?? []));
    const patches = times.measure('match', () => nearby.patches(block ?? [], next ?? []));
    times.measure('paint', () => {
      painter?.study([...(block ?? []), ...(next ?? [])]);
    });
    let index = 0;
    return from(block ?? []).pipe(
      mapAhead(async ({ inspection, noise, coverage: mask }): Promise<Restored> => {
        const [view, patch] = [views[index], patches[index++]];
        if (view === undefined || patch === undefined) throw new Error('fewer views than frames');
        const { frame, maps } = inspection;
        const began = performance.now();
        const between = new Between(inspection, mask.between);
        patch.put(frame);
        const input = {
          frame,
          mask: patch.without(between.without(mask.data)),
          noise: between.noisy(noisePlane(noise, size, options.noiseFloor)),
          past: past.recent,
          future: view.recent,
          background: surer(size, past.background, view.background, background),
        };
        const doubt = doubtOf(input, options.strength);
        times.add('gather', performance.now() - began);
        const shown = times.measure('paint', () => withPaint(painter, input));
        const outcome = times.measure('gather', () => generate(engine, shown, options, spare));
        // The network has its own copy by now: the frame still shows what the camera saw.
        const cut = times.measure('remember', () => past.learn(frame, mask.data, noise.sigma));
        const result = await outcome;
        between.tell(result, doubt.uncertainty);
        patch.tell(result, doubt);
        times.add('network', result.inferenceMs);
        const noiseMap = noise.map;
        return { ...result, doubt, frame, maps, mask, sigma: noise.sigma, noiseMap, cut };
      }),
    );
  };
  return (inspections) =>
    inspections.pipe(
      bufferCount(blockLength(size)),
      endWith<Inspection[]>([]),
      pairwise(),
      map((blocks) => blocks.map((block) => block.map(decide))),
      concatMap(restoreBlock),
    );
}

/** Cells that nobody ever saw are painted on the background. */
function withPaint(painter: Painter | undefined, input: RestoreInput): RestoreInput {
  const painted = painter?.paint(input, [input.background, input.past, input.future]);
  if (painted === undefined) return input;
  return { ...input, background: painted.memory, painted: painted.cells };
}

/** What the network is told of the noise: nothing, where there is none worth the risk of a change. */
export function noisePlane(noise: NoiseEstimate, size: FrameSize, floor: number): Uint8Array {
  const { columns, rows } = cellGrid(size);
  if (noise.sigma < floor) return new Uint8Array(columns * rows);
  const least = floor * 4;
  return noise.map.map((level) => (level < least ? 0 : level));
}
