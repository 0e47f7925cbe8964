/** Work that never grows late: one item in work, the newest waits, what it overtook is let go. */
import { Observable, type OperatorFunction } from 'rxjs';

export interface LatestMap<T, R> {
  readonly work: (item: T) => Promise<R>;
  /** What becomes of an item that a newer one overtook: a result in its place, or nothing. */
  readonly overtaken: (item: T) => R | undefined;
  /** Lets go of an item that is still waiting when the stream ends early. */
  readonly discard: (item: T) => void;
}

/**
 * Results come in the order of the items. While one is in work all that come wait; when it is done,
 * those that waited are overtaken by the newest, which is worked on next. Bound the source: a frame
 * pool does.
 */
export function latestMap<T, R>({
  work,
  overtaken,
  discard,
}: LatestMap<T, R>): OperatorFunction<T, R> {
  return (source) =>
    new Observable<R>((subscriber) => {
      let waiting: T[] = [];
      let working = false;
      let ended = false;
      const proceed = () => {
        if (working || subscriber.closed) return;
        const newest = waiting.pop();
        const older = waiting;
        waiting = [];
        for (const item of older) {
          const result = overtaken(item);
          if (result !== undefined) subscriber.next(result);
        }
        if (newest === undefined) {
          if (ended) subscriber.complete();
          return;
        }
        working = true;
        work(newest).then(
          (result) => {
            working = false;
            subscriber.next(result);
            proceed();
          },
          (error: unknown) => subscriber.error(error),
        );
      };
      subscriber.add(() => {
        waiting.splice(0).forEach(discard);
      });
      subscriber.add(
        source.subscribe({
          next: (item) => {
            waiting.push(item);
            proceed();
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => {
            ended = true;
            proceed();
          },
        }),
      );
    });
}
