/** What is asked of every frame of a lane: how noisy, what damage, which cells to repair. */
import { DETECTORS, openCodedNoiseMeter, openNoiseMeter } from '../src/detectors/index.js';
import type { DamageMap, NoiseEstimate } from '../src/frame/damage-map.js';
import { cellGrid, type Frame } from '../src/frame/frame.js';
import type { Mask } from '../src/frame/mask.js';
import type { SourceInfo } from '../src/frame/seams.js';
import { buildMask } from '../src/masks/build.js';
import { byKind } from '../src/masks/by-kind.js';
import type { Inspection } from '../src/restorers/inspection.js';
import type { StageTimes } from '../src/telemetry/stage-times.js';
import type { DetectionNetworks } from './detection-networks.js';

/** A frame with the user's own mask for it: `[rows, columns]`, 255 = repair. */
export interface Opened {
  readonly frame: Frame;
  readonly imported?: Uint8Array;
}

/** Frames after the one that is inspected which are worth having: more tell no more. */
export const AHEAD = 16;

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
  /** The mask of a frame as it is known now, which may be long after it was inspected. */
  mask(inspection: Inspection): Mask;
  /** As in frame/seams.ts; undefined when a detector cannot be resumed. */
  save(): unknown;
  load(state: unknown): void;
}

/**
 * @param decodeErrors how many errors the decoder is known to report; where a result must be the
 *   same each time, this must not depend on how far the decoder happens to be
 */
export function openInspection(
  info: SourceInfo,
  times: StageTimes,
  decodeErrors: () => number,
  networks: Pick<DetectionNetworks, 'open'>,
): InspectionSession {
  const detectors = DETECTORS.map((detector) => detector.open(info));
  const grid = cellGrid(info);
  const nothing = new Uint8Array(grid.columns * grid.rows);
  const meter = openNoiseMeter(info);
  const codedMeter = openCodedNoiseMeter(info);
  const asked = networks.open(info);
  const sessions = [meter, codedMeter, ...detectors, ...asked.map(({ session }) => session)];
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
  return {
    inspect: async ({ frame, imported }, ahead) => {
      const next = ahead[0];
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
      const began = performance.now();
      const following = ahead.map((one) => one.frame);
      for (const { session } of asked) maps.push(...(await session.inspect(frame, following)));
      times.add('detect by network', performance.now() - began);
      const inspection = { frame, maps: byKind(maps), noise, ...(imported && { imported }) };
      found.set(inspection, maps);
      return inspection;
    },
    noise: ({ noise }) => {
      const sigma = codedMeter.current();
      return sigma > 2 * noise.sigma ? evenNoise(sigma, noise.map.length) : noise;
    },
    // Damage that stays or drifts may be known only after the frames that it spoils first.
    mask: (inspection) =>
      times.measure('mask', () => {
        const maps = (found.get(inspection) ?? inspection.maps).map((map, index) => {
          const session = detectors[index];
          return session?.revised?.(inspection.frame.seq) ?? session?.current?.() ?? lasting(map);
        });
        return buildMask(grid, maps, inspection.imported);
      }),
    save: () =>
      sessions.every((session) => 'save' in session && 'load' in session)
        ? sessions.map((session) => session.save?.())
        : undefined,
    load: (state) => {
      for (const [index, one] of (state as unknown[]).entries()) sessions[index]?.load?.(one);
    },
  };
}

function evenNoise(sigma: number, cells: number): NoiseEstimate {
  return { sigma, map: new Uint8Array(cells).fill(Math.min(255, Math.round(sigma * 4))) };
}
