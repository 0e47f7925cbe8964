/** Maps in order with a little overlap: the next item is begun while the last one is finished. */
import { Observable, type OperatorFunction } from 'rxjs';

/**
 * Calls `project` in the order of the source, with at most `ahead` promises under way, and emits in
 * the same order. What waits for a place is queued: bound the source (a frame pool does).
 */
export function mapAhead<T, R>(
  project: (value: T) => Promise<R>,
  ahead = 2,
): OperatorFunction<T, R> {
  return (source) =>
    new Observable<R>((subscriber) => {
      const queue: T[] = [];
      const underWay: { settled: boolean; value?: R }[] = [];
      let done = false;
      const start = () => {
        while (underWay.length < ahead && !subscriber.closed) {
          if (queue.length === 0) {
            if (done && underWay.length === 0) subscriber.complete();
            return;
          }
          const [value] = queue.splice(0, 1) as [T];
          const entry: { settled: boolean; value?: R } = { settled: false };
          underWay.push(entry);
          let promise: Promise<R>;
          try {
            promise = project(value);
          } catch (error) {
            subscriber.error(error);
            return;
          }
          promise.then(
            (result) => {
              entry.settled = true;
              entry.value = result;
              while (underWay[0]?.settled === true && !subscriber.closed) {
                const first = underWay.shift();
                subscriber.next(first?.value as R);
              }
              start();
            },
            (error: unknown) => {
              subscriber.error(error);
            },
          );
        }
      };
      return source.subscribe({
        next: (value) => {
          queue.push(value);
          start();
        },
        error: (error) => {
          subscriber.error(error);
        },
        complete: () => {
          done = true;
          start();
        },
      });
    });
}
