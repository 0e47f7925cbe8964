/** Ends a stream when the user says stop. */
import { Observable } from 'rxjs';
import { RelensError } from '../errors.js';

/** Errors with ABORTED when `signal` is aborted, after the work was unsubscribed. */
export function untilAborted<T>(signal: AbortSignal, work: Observable<T>): Observable<T> {
  return new Observable((subscriber) => {
    const stopped = () => new RelensError('ABORTED', 'stopped before the end; nothing was written');
    if (signal.aborted) {
      subscriber.error(stopped());
      return;
    }
    const running = work.subscribe({
      next: (value) => {
        subscriber.next(value);
      },
      error: (error) => {
        subscriber.error(error);
      },
      complete: () => {
        subscriber.complete();
      },
    });
    const stop = () => {
      running.unsubscribe();
      subscriber.error(stopped());
    };
    signal.addEventListener('abort', stop, { once: true });
    subscriber.add(() => {
      signal.removeEventListener('abort', stop);
    });
    subscriber.add(running);
  });
}
