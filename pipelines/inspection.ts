/** What is asked of every frame of a lane: how noisy, what damage, which cells to repair. */
import { DETECTORS, openNoiseMeter } from '../src/detectors/index.js';
import { cellGrid, type Frame } from '../src/frame/frame.js';
import type { Mask } from '../src/frame/mask.js';
import type { SourceInfo } from '../src/frame/seams.js';
import { buildMask } from '../src/masks/build.js';
import type { Inspection } from '../src/restorers/inspection.js';
import type { StageTimes } from '../src/telemetry/stage-times.js';

/** A frame with the user's own mask for it: `[rows, columns]`, 255 = repair. */
export interface Opened {
  readonly frame: Frame;
  readonly imported?: Uint8Array;
}

export interface InspectionSession {
  /** In order, once a frame; `next` is the frame that follows. */
  inspect(opened: Opened, next: Opened | undefined): Inspection;
  /** The mask of a frame as it is known now, which may be long after it was inspected. */
  mask(inspection: Inspection): Mask;
}

export function openInspection(info: SourceInfo, times: StageTimes): InspectionSession {
  const detectors = DETECTORS.map((detector) => detector.open(info));
  const meter = openNoiseMeter(info);
  return {
    inspect: ({ frame, imported }, next) => {
      const noise = times.measure('noise', () => meter.inspect(frame, next?.frame));
      const maps = times.measure('detect', () =>
        detectors.map((session) => session.inspect(frame, next?.frame)),
      );
      return { frame, maps, noise, ...(imported && { imported }) };
    },
    // Damage that stays in place may be known only after the frames that it spoils first.
    mask: ({ maps, imported }) =>
      times.measure('mask', () =>
        buildMask(
          cellGrid(info),
          maps.map((found, index) => detectors[index]?.current?.() ?? found),
          imported,
        ),
      ),
  };
}
