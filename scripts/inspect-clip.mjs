/** Looks at one clip as `relens inspect` does, for scripts that measure what is found. */
import { bufferCount, concatMap, endWith, lastValueFrom, pairwise, tap } from 'rxjs';

const dist = new URL('../dist/', import.meta.url);
/** @param {string} path */
const load = (path) => import(new URL(path, dist).href);
const { NO_NETWORKS, openDetectionNetworks } = await load('pipelines/detection-networks.js');
const { AHEAD, openInspection, takeOther } = await load('pipelines/inspection.js');
const { withAhead } = await load('src/flow/with-ahead.js');
const { FramePool } = await load('src/frame/frame-pool.js');
const { blockLength, slotsNeeded } = await load('src/restorers/archive.js');
const { openFile } = await load('src/sources/file.js');
const { StageTimes } = await load('src/telemetry/stage-times.js');

/** @typedef {{ kind: string, score: Uint8Array }} Told */
/** @typedef {{ frame: { seq: number, data: Uint8Array }, maps: Told[], sigma: number }} Judged */

/**
 * Masks are made of a block when the next one was seen.
 * @param {string} path
 * @param {unknown} ffmpeg
 * @param {unknown[]} detectors networks that are asked
 * @param {(judged: Judged) => void} judge arrays are lent
 */
export async function inspectClip(path, ffmpeg, detectors, judge) {
  const source = await openFile({ path, ffmpeg, deinterlace: 'off' });
  const { info } = source;
  const networks =
    detectors.length === 0 ? NO_NETWORKS : await openDetectionNetworks('cpu', 1, detectors);
  const session = openInspection(info, new StageTimes(), () => 0, networks);
  const ahead = Math.min(AHEAD, blockLength(info));
  const pool = new FramePool(info, slotsNeeded(info) + ahead);
  const others = (await lastValueFrom(source.isDamaged())) ? new Map() : undefined;
  /** @param {any[]} block */
  const close = (block) => {
    for (const inspection of block) {
      const { frame } = inspection;
      const { sigma } = session.noise(inspection);
      judge({ frame, maps: session.maps(inspection), sigma });
      frame.close();
    }
  };
  const frames$ = source.frames(pool, others);
  try {
    await lastValueFrom(
      frames$.pipe(
        concatMap(async (frame) => ({ frame, ...takeOther(others ?? new Map(), frame) })),
        withAhead(ahead),
        concatMap(([opened, following]) => session.inspect(opened, following)),
        bufferCount(blockLength(info)),
        endWith([]),
        pairwise(),
        tap(([block]) => close(block)),
      ),
      { defaultValue: undefined },
    );
  } finally {
    pool.dispose();
    if (networks !== NO_NETWORKS) await networks.close();
  }
}
