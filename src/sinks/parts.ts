/** Writes frames and their cells in numbered parts, each complete by itself, and reports each one. */
import { defer, finalize, from, last, startWith, switchMap, type Observable } from 'rxjs';
import { startEncoder, type EncodeJob, type Encoder } from '../ffmpeg/encode.js';
import { eachFrame } from '../flow/each-frame.js';
import type { Frame } from '../frame/frame.js';

/** One frame on its way into a part. */
export interface PartFrame {
  readonly frame: Frame;
  /** The picture of the provenance track. */
  readonly cells: Uint8Array;
  /** True for the last frame of its part; the very last one need not say so. */
  readonly endsPart: boolean;
  close(): void;
}

/** A part that is complete on the disk, though perhaps not yet forced to it. */
export interface Part<T extends PartFrame> {
  readonly index: number;
  readonly frames: number;
  /** Closed; for what else it carries. */
  readonly last: T;
}

export interface PartsJob<T extends PartFrame> {
  /** Index of the first part, and frames that lie before it. */
  readonly index: number;
  readonly before: number;
  /** µs; of the last of them. */
  readonly after?: number;
  /** The two outputs of a part whose first frame is number `first`. */
  encode(index: number, first: number): { picture: EncodeJob; cells: EncodeJob };
  /** Called for one part after another. */
  commit(part: Part<T>): Promise<void>;
}

interface Open<T> {
  readonly index: number;
  readonly encoders: readonly [Encoder, Encoder];
  frames: number;
  last: T;
}

/**
 * Emits the number of frames of all parts, once. While a part is brought to its end the next one is
 * begun; the one after that waits. Unsubscribing kills the encoders and leaves their files.
 * @throws RelensError (in the stream) DISK_FULL, OUTPUT_WRITE, FFMPEG_FAILED, and what `commit` throws
 */
export function writeParts<T extends PartFrame>(
  frames: Observable<T>,
  job: PartsJob<T>,
): Observable<number> {
  return defer(() => {
    const running = new Set<Encoder>();
    let { index, before, after } = job;
    let open: Open<T> | undefined;
    let committed: Promise<void> = Promise.resolve();

    const begin = (item: T): Open<T> => {
      const jobs = job.encode(index, before);
      const start = (one: EncodeJob) => {
        const encoder = startEncoder(after === undefined ? one : { ...one, after });
        running.add(encoder);
        return encoder;
      };
      return {
        index: index++,
        encoders: [start(jobs.picture), start(jobs.cells)],
        frames: 0,
        last: item,
      };
    };
    const end = async (part: Open<T>): Promise<void> => {
      await Promise.all(part.encoders.map((encoder) => encoder.finish()));
      for (const encoder of part.encoders) running.delete(encoder);
      await job.commit({ index: part.index, frames: part.frames, last: part.last });
    };
    const write = async (item: T): Promise<void> => {
      const part = (open ??= begin(item));
      const { timestamp } = item.frame;
      const [picture, cells] = part.encoders;
      await Promise.all([picture.write(item.frame), cells.writePicture(timestamp, item.cells)]);
      part.frames++;
      part.last = item;
      before++;
      after = timestamp;
      if (!item.endsPart) return;
      open = undefined;
      await committed;
      committed = end(part);
      // It is awaited with the next part, or at the end.
      committed.catch(() => undefined);
    };
    return from(frames).pipe(
      eachFrame(write),
      startWith(0),
      last(),
      switchMap(async () => {
        await committed;
        if (open !== undefined) await end(open);
        return before;
      }),
      finalize(() => {
        for (const encoder of running) encoder.kill();
      }),
    );
  });
}
