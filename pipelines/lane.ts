/** One archived file on its way: opened, decoded, inspected, restored; frame by frame. */
import { deserialize, serialize } from 'node:v8';
import { concatMap, filter, finalize, map, tap, type Observable } from 'rxjs';
import { openCameraEvents } from '../src/detectors/events/camera-events.js';
import { draw } from '../src/evidence/burn-in.js';
import { EventList } from '../src/evidence/event-list.js';
import { sha256 } from '../src/evidence/frame-list.js';
import { findFfmpeg } from '../src/ffmpeg/find.js';
import { withAhead } from '../src/flow/with-ahead.js';
import { FramePool } from '../src/frame/frame-pool.js';
import { openEngine } from '../src/inference/engine.js';
import { loadModelCard } from '../src/inference/model-card.js';
import { BackgroundMemory } from '../src/memory/background-memory.js';
import {
  blockLength,
  restoreArchive,
  slotsNeeded,
  type Restored,
} from '../src/restorers/archive.js';
import { Nearby } from '../src/restorers/nearby/nearby.js';
import { openFile } from '../src/sources/file.js';
import type { SecondPictures } from '../src/sources/file-source.js';
import type { StageTimes } from '../src/telemetry/stage-times.js';
import { openDetectionNetworks } from './detection-networks.js';
import { openHandMasks } from './hand-masks.js';
import { AHEAD, openInspection, takeOther, type Opened } from './inspection.js';
import type { RestoreOptions } from './restore-options.js';

/** Grey levels; what codecs leave on quiet footage stays below it. */
const NOISE_FLOOR = 1.5;

export type Lane = Awaited<ReturnType<typeof openLane>>;

/** Whoever opens a lane closes it. */
export async function openLane(options: Omit<RestoreOptions, 'output'>) {
  const ffmpeg = await findFfmpeg(options.ffmpeg);
  const source = await openFile({ ...options, path: options.input, ffmpeg });
  const card = await loadModelCard(options.model, 'generator');
  const size = { width: source.info.width, height: source.info.height };
  const drawn = await openHandMasks(options, size, ffmpeg);
  const engine = await openEngine(card, options.device, options.threads);
  const networks = await openDetectionNetworks(options.device, options.threads);
  const close = async () => {
    drawn.close();
    await Promise.all([engine.close(), networks.close()]);
  };
  const events = new EventList();
  return { ffmpeg, source, size, drawn, engine, networks, events, close };
}

/** All memories of a lane between two frames. */
export interface LaneState {
  readonly inspection: Uint8Array;
  readonly past: unknown;
  readonly nearby: unknown;
}

export interface LaneFrame {
  readonly restored: Restored;
  /** SHA-256 of the planes before anything was done to them. */
  readonly input: string;
  /**
   * After the last frame of a part: what the next part goes on from, on loan until the next frame;
   * undefined elsewhere, and where it cannot be had.
   */
  readonly state?: LaneState;
}

export interface LaneJob {
  readonly times: StageTimes;
  /** The decoder reports errors somewhere: a second one is asked where. */
  readonly damaged: boolean;
  /** Only for a lane that is recorded; a multiple of the block length. */
  readonly partFrames?: number;
  /** Goes on at this frame, from what the one before it left. */
  readonly from?: { readonly seq: number; readonly state: LaneState };
}

/** Frames in a part: what was asked for, rounded up to whole blocks. */
export function partLength(lane: Lane, wanted: number): number {
  const block = blockLength(lane.size);
  return block * Math.ceil(wanted / block);
}

/** Cold; the receiver closes the frames. */
export function laneFrames(
  lane: Lane,
  options: Omit<RestoreOptions, 'output'>,
  { times, damaged, partFrames, from }: LaneJob,
): Observable<LaneFrame> {
  const { source, size, engine } = lane;
  const osd = options.masks?.osd ?? true;
  const ahead = Math.min(AHEAD, blockLength(size));
  const pool = new FramePool(size, slotsNeeded(size) + ahead);
  // The detector that looks for lost blocks in the picture alone is for who has one decoder only.
  const inspection = openInspection(source.info, times, () => 0, lane.networks, osd);
  const others: SecondPictures = new Map();
  const past = new BackgroundMemory(size);
  const nearby = new Nearby(size, options.synthesis);
  const first = from?.seq ?? 0;
  if (from !== undefined) {
    inspection.load(deserialize(from.state.inspection));
    past.load(from.state.past as ReturnType<BackgroundMemory['save']>);
    nearby.load(from.state.nearby);
  }
  const inputs = new Map<number, string>();
  const states = new Map<number, Uint8Array>();
  const beginsPart = (seq: number) => partFrames !== undefined && seq % partFrames === 0;
  /** Frames after this one have been inspected by now: the state is that of before. */
  const saveState = (seq: number) => {
    if (seq === first || !beginsPart(seq)) return;
    const state = inspection.save();
    if (state !== undefined) states.set(seq, serialize(state));
  };
  const stateAfter = (seq: number): LaneState | undefined => {
    const state = states.get(seq + 1);
    states.delete(seq + 1);
    return state && { inspection: state, past: past.save(), nearby: nearby.save() };
  };
  const watch = openCameraEvents(source.info);
  return source.frames(pool, damaged ? others : undefined).pipe(
    tap((frame) => {
      times.measure('camera', () => {
        for (const event of watch.inspect(frame)) lane.events.add(event);
      });
    }),
    filter((frame) => {
      // Decoded again, for only so is the rest the same; restored already.
      if (frame.seq < first) {
        others.delete(frame.seq);
        frame.close();
      }
      return frame.seq >= first;
    }),
    concatMap(async (frame): Promise<Opened> => ({
      frame,
      ...takeOther(others, frame),
      ...(await lane.drawn.at(frame)),
    })),
    tap(({ frame }) => {
      if (partFrames === undefined) return;
      inputs.set(
        frame.seq,
        times.measure('hash', () => sha256(frame.data)),
      );
    }),
    withAhead(ahead),
    concatMap(([opened, following]) => {
      saveState(opened.frame.seq);
      return inspection.inspect(opened, following);
    }),
    restoreArchive({
      ...options,
      size,
      engine,
      times,
      past,
      nearby,
      noise: (inspected) => inspection.noise(inspected),
      mask: (inspected) => inspection.mask(inspected),
      noiseFloor: options.noiseFloor ?? NOISE_FLOOR,
    }),
    map((restored): LaneFrame => {
      draw(restored, options);
      const { seq } = restored.frame;
      const input = inputs.get(seq) ?? '';
      inputs.delete(seq);
      const state = stateAfter(seq);
      return { restored, input, ...(state && { state }) };
    }),
    finalize(() => {
      pool.dispose();
    }),
  );
}
