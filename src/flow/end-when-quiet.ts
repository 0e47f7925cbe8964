/** Ends a stream that has gone quiet, and says so in its place. */
import { asyncScheduler, Observable } from 'rxjs';
import type { MonoTypeOperatorFunction, SchedulerLike, Subscription } from 'rxjs';

/** What already waits in a pipe is read before silence is believed: timers run first. */
export const GRACE_MS = 50;

/**
 * When nothing came for `waitMs()`, asked anew after each value, unsubscribes from the source, emits
 * `last()` and completes.
 */
export function endWhenQuiet<T>(
  waitMs: () => number,
  last: () => T,
  scheduler: SchedulerLike = asyncScheduler,
): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable<T>((subscriber) => {
      let silence: Subscription | undefined;
      const arm = () => {
        silence?.unsubscribe();
        silence = scheduler.schedule(() => {
          running.unsubscribe();
          subscriber.next(last());
          subscriber.complete();
        }, waitMs() + GRACE_MS);
      };
      subscriber.add(() => silence?.unsubscribe());
      const running: Subscription = source.subscribe({
        next: (value) => {
          subscriber.next(value);
          if (!subscriber.closed) arm();
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
      subscriber.add(running);
      if (!subscriber.closed && silence === undefined) arm();
    });
}
