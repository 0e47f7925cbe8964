/** Work on something that has to be given back, whenever the work ends. */
import { defer, finalize, Observable } from 'rxjs';

/**
 * Takes, works with what was taken, and gives it back when the work has completed, failed or was
 * broken off. RxJS's `using` for what takes time to get: what arrives after the unsubscription is
 * given back at once.
 */
export function holding<Held, T>(
  take: () => Promise<Held>,
  work: (held: Held) => Observable<T>,
  giveBack: (held: Held) => void,
): Observable<T> {
  return new Observable((subscriber) => {
    const begin = (held: Held) => {
      if (subscriber.closed) giveBack(held);
      else
        defer(() => work(held))
          .pipe(finalize(() => giveBack(held)))
          .subscribe(subscriber);
    };
    take().then(begin, (error: unknown) => {
      subscriber.error(error);
    });
  });
}
