/** The course of every file output: plan, encode each frame, publish; clean up if it is broken off. */
import { rmSync } from 'node:fs';
import {
  defer,
  finalize,
  from,
  last,
  merge,
  startWith,
  switchMap,
  take,
  type Observable,
  type ObservableInput,
} from 'rxjs';
import { startEncoder, type EncodeJob, type Encoder } from '../ffmpeg/encode.js';
import { eachFrame } from '../flow/each-frame.js';
import type { Frame } from '../frame/frame.js';

export interface Output<Report> {
  readonly job: EncodeJob;
  /** File or folder; removed unless published. */
  readonly temporary: string;
  /** Done at once before the encoder starts. */
  readonly prepare?: () => void;
  /** Gives the output its final name. */
  publish(): Promise<void>;
  report(frames: number): Report;
}

/**
 * Subscribes to `frames` only once the plan stands. A failure of the encoder unsubscribes from
 * them at once.
 */
export function writeAll<Report>(
  frames: ObservableInput<Frame>,
  plan: () => Promise<Output<Report>>,
): Observable<Report> {
  return defer(plan).pipe(
    switchMap((output) =>
      defer(() => {
        output.prepare?.();
        const encoder = startEncoder(output.job);
        const failed = from(encoder.failed);
        return merge(failed, written(frames, encoder, output)).pipe(
          take(1),
          finalize(() => {
            encoder.kill();
            rmSync(output.temporary, { recursive: true, force: true });
          }),
        );
      }),
    ),
  );
}

function written<Report>(
  frames: ObservableInput<Frame>,
  encoder: Encoder,
  output: Output<Report>,
): Observable<Report> {
  return from(frames).pipe(
    eachFrame((frame) => encoder.write(frame)),
    startWith(0),
    last(),
    switchMap(async (count) => {
      await encoder.finish();
      await output.publish();
      return output.report(count);
    }),
  );
}
