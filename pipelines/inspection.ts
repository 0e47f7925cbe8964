/** What is asked of every frame of a lane: how noisy, what damage, which cells to repair. */
import {
  DETECTORS,
  lostBetween,
  openCodedNoiseMeter,
  openNoiseMeter,
  openOsd,
} from '../src/detectors/index.js';
import type { DamageKind, DamageMap, NoiseEstimate } from '../src/frame/damage-map.js';
import { isBlank } from '../src/frame/blank.js';
import { cellGrid, type Frame } from '../src/frame/frame.js';
import type { SourceInfo } from '../src/frame/seams.js';
import { buildMask } from '../src/masks/build.js';
import { byKind } from '../src/masks/by-kind.js';
import { protectMask, protectNoise } from '../src/masks/protect.js';
import type { FrameMask, Inspection } from '../src/restorers/inspection.js';
import type { SecondPictures } from '../src/sources/file-source.js';
import type { StageTimes } from '../src/telemetry/stage-times.js';
import type { DetectionNetworks } from './detection-networks.js';

/** A frame with what a person drew on it, `[rows, columns]`, not 0 where it holds. */
export interface Opened {
  readonly frame: Frame;
  /** To be repaired besides what is found. */
  readonly repair?: Uint8Array;
  /** To be left alone, whatever is found. */
  readonly leave?: Uint8Array;
  /** The same frame as another decoder shows it, even planes, where data was lost. */
  readonly second?: Uint8Array;
}

/** What a second decoder shows of a frame, taken out. */
export function takeOther(others: SecondPictures, { seq }: Frame): Pick<Opened, 'second'> {
  const second = others.get(seq);
  others.delete(seq);
  return second === undefined ? {} : { second };
}

/** Frames after the one that is inspected which are worth having: more tell no more. */
export const AHEAD = 16;

/** Damage that lies over a picture for some frames, whatever the picture shows. */
const MOMENTARY: readonly DamageKind[] = ['drop-out', 'lost-block'];

export interface InspectionSession {
  /**
   * In order, once a frame, the next call after the last has settled: a detector may be a network
   * in a worker. `ahead` are the frames that follow, in order: up to AHEAD of them in an archive, none
   * live. All are on loan until the promise settles.
   */
  inspect(opened: Opened, ahead: readonly Opened[]): Promise<Inspection>;
  /**
   * The noise of a frame as it is known now. Noise that flickers is measured on the frame itself;
   * noise that a codec smoothed shows only over several frames.
   */
  noise(inspection: Inspection): NoiseEstimate;
  /** What was found on a frame as it is known now, one map a kind. */
  maps(inspection: Inspection): readonly DamageMap[];
  /** The mask of a frame as it is known now, which may be long after it was inspected. */
  mask(inspection: Inspection): FrameMask;
  /** Writing in the picture as it is known now, `[rows, columns]`, 255 = written; lent. */
  written(): Uint8Array;
  /** As in frame/seams.ts; undefined when a detector cannot be resumed. */
  save(): unknown;
  load(state: unknown): void;
}

/**
 * @param decodeErrors how many errors the decoder is known to report; where a result must be the
 *   same each time, this must not depend on how far the decoder happens to be
 * @param osd false: time stamps, names and logos are treated like the rest of the picture
 */
export function openInspection(
  info: SourceInfo,
  times: StageTimes,
  decodeErrors: () => number,
  networks: Pick<DetectionNetworks, 'open'>,
  osd = true,
): InspectionSession {
  const detectors = DETECTORS.map((detector) => detector.open(info));
  const grid = cellGrid(info);
  const nothing = new Uint8Array(grid.columns * grid.rows);
  const meter = openNoiseMeter(info);
  const codedMeter = openCodedNoiseMeter(info);
  const writing = openOsd(info);
  const written = () => (osd ? writing.current() : nothing);
  const asked = networks.open(info);
  const learned = asked.map(({ session }) => session);
  const sessions = [meter, codedMeter, writing, ...detectors, ...learned];
  /** The last frame that was searched for writing. */
  let searched = -1;
  /** Only who looks far ahead knows in time that writing changes. */
  let leads = false;
  /** Writing is looked for ahead, so that what is found late is protected from the first frame on. */
  const searchFor = (frames: readonly Frame[]) => {
    leads ||= frames.length > AHEAD;
    for (const frame of frames) {
      if (frame.seq <= searched) continue;
      writing.inspect(frame);
      searched = frame.seq;
    }
    // The look-ahead grows shorter only before the end.
    if (leads && frames.length <= AHEAD) writing.end();
  };
  /** What is known of the writing at a frame; nothing where it was not looked at ahead. */
  const standing = ({ seq }: Frame) => {
    const known = writing.standing();
    return leads && seq <= known.until ? known : { still: nothing, noisy: nothing };
  };
  /** Writing that no noise lies on, or that changes: digits must not be mixed from others. */
  const unsoiled = (frame: Frame) => without(written(), standing(frame).noisy);
  /** Writing, but where something lay for a moment over what stands still. */
  const untouched = (frame: Frame, maps: readonly DamageMap[]) => {
    const momentary = maps.filter(({ kind }) => MOMENTARY.includes(kind));
    const { still } = standing(frame);
    if (isBlank(still)) return written();
    const soiled = buildMask(grid, momentary).data;
    if (isBlank(soiled)) return written();
    for (let cell = 0; cell < soiled.length; cell++) if (still[cell] === 0) soiled[cell] = 0;
    return without(written(), soiled);
  };
  /** The map of each detector, in the order of the detectors. */
  const found = new WeakMap<Inspection, readonly DamageMap[]>();
  /** The latest belief in damage of a kind that stays, or what was found on the frame itself. */
  const lasting = (map: DamageMap): DamageMap => {
    for (const { session } of asked) {
      const known = session.current?.().find(({ kind }) => kind === map.kind);
      if (known !== undefined) return known;
    }
    return map;
  };
  // Damage that stays or drifts may be known only after the frames that it spoils first.
  const known = (inspection: Inspection): DamageMap[] =>
    (found.get(inspection) ?? inspection.maps).map((map, index) => {
      const session = detectors[index];
      return session?.revised?.(inspection.frame.seq) ?? session?.current?.() ?? lasting(map);
    });
  return {
    inspect: async ({ frame, repair, leave, second }, ahead) => {
      const next = ahead[0];
      const following = ahead.map((one) => one.frame);
      const given = (one: Frame) =>
        [{ frame, repair }, ...ahead].find((other) => other.frame === one)?.repair;
      // Networks work in threads of their own, while this one looks for what needs none.
      const asking = times.measure('detect by network', () =>
        Promise.all(asked.map(({ session }) => session.inspect(frame, following, given))),
      );
      // It is waited for below; until then nobody would hear that it failed.
      asking.catch(() => undefined);
      const noise = times.measure('noise', () => {
        codedMeter.inspect(frame);
        return meter.inspect(frame, next?.frame);
      });
      const maps = times.measure('detect', () =>
        detectors.map((session, index) => {
          const detector = DETECTORS[index];
          return detector?.afterDecodeErrors === true && decodeErrors() === 0
            ? { kind: detector.kind, ...grid, score: nothing }
            : session.inspect(frame, next?.frame);
        }),
      );
      if (second !== undefined) {
        maps.push(times.measure('detect', () => lostBetween(info, frame.data, second)));
      }
      if (osd) times.measure('writing', () => searchFor([frame, ...following]));
      const began = performance.now();
      maps.push(...(await asking).flat());
      times.add('detect by network', performance.now() - began);
      const drawn = {
        ...(repair && { repair }),
        ...(leave && { leave }),
        ...(second && { second }),
      };
      const inspection = { frame, maps: byKind(maps), noise, ...drawn };
      found.set(inspection, maps);
      return inspection;
    },
    noise: ({ frame, noise, leave }) => {
      const sigma = codedMeter.of(frame.seq);
      const believed = sigma > 2 * noise.sigma ? evenNoise(sigma, noise.map.length) : noise;
      return protectNoise(believed, { written: unsoiled(frame), leave });
    },
    written,
    maps: (inspection) => byKind(known(inspection)),
    mask: (inspection) =>
      times.measure('mask', () => {
        const { frame, repair, leave } = inspection;
        const maps = known(inspection);
        const drawn = { written: untouched(frame, maps), repair, leave };
        const mask = protectMask(buildMask(grid, maps), drawn);
        if (inspection.second === undefined) return mask;
        const others = buildMask(
          grid,
          // Two decoders that differ prove a loss; that it looks like a drop-out as well proves nothing.
          maps.filter(({ kind }) => !MOMENTARY.includes(kind)),
          repair,
        );
        return { ...mask, between: without(mask.data, others.data) };
      }),
    save: () =>
      sessions.every((session) => 'save' in session && 'load' in session)
        ? { searched, leads, sessions: sessions.map((session) => session.save?.()) }
        : undefined,
    load: (state) => {
      const saved = state as {
        readonly searched: number;
        readonly leads: boolean;
        readonly sessions: readonly unknown[];
      };
      ({ searched, leads } = saved);
      for (const [index, one] of saved.sessions.entries()) sessions[index]?.load?.(one);
    },
  };
}

function without(cells: Uint8Array, others: Uint8Array): Uint8Array {
  if (isBlank(others)) return cells;
  const rest = cells.slice();
  for (let cell = 0; cell < rest.length; cell++) if (others[cell] !== 0) rest[cell] = 0;
  return rest;
}

function evenNoise(sigma: number, cells: number): NoiseEstimate {
  return { sigma, map: new Uint8Array(cells).fill(Math.min(255, Math.round(sigma * 4))) };
}
