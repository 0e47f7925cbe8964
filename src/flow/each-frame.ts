/** Hands frames to asynchronous work, one after another, and closes every one of them. */
import { Observable, type OperatorFunction } from 'rxjs';

/**
 * Emits the number of frames done after each. The queue needs no bound of its own: a frame in it
 * holds a slot of its pool. Frames are closed when their work has settled, those still waiting
 * when the stream is torn down.
 */
export function eachFrame<T extends { close(): void }>(
  work: (frame: T) => Promise<void>,
): OperatorFunction<T, number> {
  return (frames) =>
    new Observable((subscriber) => {
      const waiting: T[] = [];
      let working = false;
      let sourceDone = false;
      let done = 0;

      const proceed = () => {
        if (working || subscriber.closed) return;
        const frame = waiting.shift();
        if (frame === undefined) {
          if (sourceDone) subscriber.complete();
          return;
        }
        working = true;
        workOn(frame).then(
          () => {
            working = false;
            subscriber.next(++done);
            proceed();
          },
          (error: unknown) => subscriber.error(error),
        );
      };
      const workOn = async (frame: T) => {
        try {
          await work(frame);
        } finally {
          frame.close();
        }
      };

      subscriber.add(() => waiting.splice(0).forEach((frame) => frame.close()));
      subscriber.add(
        frames.subscribe({
          next: (frame) => {
            waiting.push(frame);
            proceed();
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => {
            sourceDone = true;
            proceed();
          },
        }),
      );
    });
}
