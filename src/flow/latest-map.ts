/** Work that never grows late: a few items in work, the newest waits, what it overtook is let go. */
import { Observable, type OperatorFunction } from 'rxjs';

export interface LatestMap<T, R> {
  /** Calls `ready` when another item may be begun beside this one. */
  readonly work: (item: T, ready: () => void) => Promise<R>;
  /** What becomes of an item that a newer one overtook: a result in its place, or nothing. */
  readonly overtaken: (item: T) => R | undefined;
  /** Lets go of an item that is still waiting when the stream ends early. */
  readonly discard: (item: T) => void;
  /** Items in work at once at most, as far as they are ready for others beside them; default 1. */
  readonly atOnce?: number;
}

/** An item on its way; `done` once its work is. */
interface Begun<T, R> {
  /** Those that it overtook, in their order. */
  readonly older: readonly T[];
  done?: { readonly result: R };
  ready: boolean;
}

/**
 * Results come in the order of the items. While there is no room for another one all that come wait;
 * then those that waited are overtaken by the newest, which is worked on next. Bound the source: a frame
 * pool does.
 */
export function latestMap<T, R>({
  work,
  overtaken,
  discard,
  atOnce = 1,
}: LatestMap<T, R>): OperatorFunction<T, R> {
  return (source) =>
    new Observable<R>((subscriber) => {
      let waiting: T[] = [];
      const begun: Begun<T, R>[] = [];
      let ended = false;
      const letGo = (items: readonly T[]) => {
        for (const item of items) {
          const result = overtaken(item);
          if (result !== undefined) subscriber.next(result);
        }
      };
      /** Those at the head that are done, and what the next one overtook: their turn has come. */
      const emit = () => {
        for (let first = begun[0]; first?.done !== undefined; first = begun[0]) {
          begun.shift();
          subscriber.next(first.done.result);
          letGo(begun[0]?.older ?? []);
        }
      };
      const begin = (item: T, older: readonly T[]) => {
        // Nothing before them is in work: they need not wait for the one that overtook them.
        const free = begun.length === 0;
        if (free) letGo(older);
        const one: Begun<T, R> = { older: free ? [] : older, ready: false };
        begun.push(one);
        const ready = () => {
          one.ready = true;
          proceed();
        };
        work(item, ready).then(
          (result) => {
            // What was overtaken has been discarded already.
            if (subscriber.closed) return;
            one.done = { result };
            one.ready = true;
            emit();
            proceed();
          },
          (error: unknown) => subscriber.error(error),
        );
      };
      const proceed = () => {
        if (subscriber.closed) return;
        const room = begun.length < atOnce && (begun.at(-1)?.ready ?? true);
        if (room && waiting.length > 0) {
          const older = waiting;
          waiting = [];
          const newest = older.pop();
          if (newest !== undefined) begin(newest, older);
        }
        if (ended && begun.length === 0 && waiting.length === 0) subscriber.complete();
      };
      subscriber.add(() => {
        begun.forEach(({ older }, index) => {
          if (index > 0) older.forEach(discard);
        });
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
