/** A restored file as it is decoded again, held against what was recorded of it. */
import {
  concatMap,
  defer,
  endWith,
  filter,
  finalize,
  from,
  map,
  take,
  type Observable,
} from 'rxjs';
import type { Finding } from '../src/evidence/check-files.js';
import { linesOf, parseEntry, sha256 } from '../src/evidence/frame-list.js';
import type { Manifest } from '../src/evidence/manifest.js';
import type { Ffmpeg } from '../src/ffmpeg/find.js';
import { FramePool } from '../src/frame/frame-pool.js';
import type { Frame } from '../src/frame/frame.js';
import { openFile, type FileInfo } from '../src/sources/file.js';

export interface Shown {
  readonly info: FileInfo;
  /** Cold; the receiver closes them. */
  readonly frames: Observable<Frame>;
}

/** Frames that may wait. */
const SLOTS = 4;

/** @throws RelensError INPUT_NOT_FOUND, INPUT_NOT_VIDEO */
export async function openShown(ffmpeg: Ffmpeg, path: string, manifest: Manifest): Promise<Shown> {
  const { frameRate } = manifest.input;
  const source = await openFile({ path, ffmpeg, deinterlace: 'off', frameRate });
  const { info } = source;
  return {
    info,
    frames: defer(() => {
      const pool = new FramePool(info, SLOTS);
      return source.frames(pool).pipe(
        finalize(() => {
          pool.dispose();
        }),
      );
    }),
  };
}

/** Emits one finding: whether a lossless file shows exactly the planes of the list. */
export function checkPlanes({ info, frames }: Shown, list: string): Observable<Finding> {
  const subject = 'planes';
  if (info.width !== info.displayWidth || info.height !== info.displayHeight) {
    const detail = 'an odd size is worked on with a border that no file holds: --rerun compares';
    return from([{ subject, state: 'unknown', detail } as const]);
  }
  return defer(() => {
    const lines = linesOf(list);
    return frames.pipe(
      concatMap(async (frame) => {
        const { seq } = frame;
        const found = sha256(frame.data);
        frame.close();
        const line = await lines.next();
        const entry = line.done === true ? undefined : parseEntry(line.value);
        return entry?.output === found ? undefined : seq;
      }),
      filter((seq) => seq !== undefined),
      endWith(undefined),
      take(1),
      map((frame): Finding => {
        if (frame === undefined) {
          const detail = 'what the output shows is, sample by sample, what was restored';
          return { subject, state: 'ok', detail };
        }
        const detail = `the output shows something else than what was restored; the first frame that differs: ${frame}`;
        return { subject, state: 'differs', frame, detail };
      }),
      finalize(() => void lines.return(undefined)),
    );
  });
}
