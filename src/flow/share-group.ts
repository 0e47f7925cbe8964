/** One subscription for many viewers; who comes late is given the current group of pictures first. */
import { asyncScheduler, Observable } from 'rxjs';
import type { MonoTypeOperatorFunction, SchedulerLike, Subscriber, Subscription } from 'rxjs';

/** A group of more items than this is not kept: it would be no quick start any more. */
const MOST_KEPT = 600;

/**
 * Subscribes to the source when the first viewer comes, and leaves it `lingerMs` after the last has
 * gone. The group is all items since the newest one for which `begins` is true.
 */
export function shareGroup<T>(
  begins: (item: T) => boolean,
  lingerMs: number,
  scheduler: SchedulerLike = asyncScheduler,
): MonoTypeOperatorFunction<T> {
  return (source) => {
    const viewers = new Set<Subscriber<T>>();
    let group: T[] = [];
    let running: Subscription | undefined;
    let leaving: Subscription | undefined;
    const stop = () => {
      running?.unsubscribe();
      running = undefined;
      group = [];
    };
    const end = (tell: (viewer: Subscriber<T>) => void) => {
      stop();
      const told = [...viewers];
      viewers.clear();
      told.forEach(tell);
    };
    const begin = () => {
      running = source.subscribe({
        next: (item) => {
          if (begins(item)) group = [];
          else if (group.length >= MOST_KEPT) group = [];
          if (begins(item) || group.length > 0) group.push(item);
          for (const viewer of [...viewers]) viewer.next(item);
        },
        error: (error: unknown) => {
          end((viewer) => viewer.error(error));
        },
        complete: () => {
          end((viewer) => viewer.complete());
        },
      });
    };
    return new Observable<T>((viewer) => {
      leaving?.unsubscribe();
      for (const item of group) viewer.next(item);
      viewers.add(viewer);
      if (running === undefined) begin();
      return () => {
        if (!viewers.delete(viewer) || viewers.size > 0) return;
        leaving = scheduler.schedule(stop, lingerMs);
      };
    });
  };
}
