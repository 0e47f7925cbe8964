/** Ends a stream when the user says stop. */
import { Observable, Subscription } from 'rxjs';
import { RelensError } from '../errors.js';

/** Errors with ABORTED when `signal` is aborted, after the work was unsubscribed. */
export function untilAborted<T>(signal: AbortSignal, work: Observable<T>): Observable<T> {
  return new Observable((subscriber) => {
    const running = new Subscription();
    const stop = () => {
      running.unsubscribe();
      subscriber.error(new RelensError('ABORTED', 'stopped before the end; nothing was written'));
    };
    if (signal.aborted) {
      stop();
      return;
    }
    signal.addEventListener('abort', stop, { once: true });
    subscriber.add(() => {
      signal.removeEventListener('abort', stop);
    });
    subscriber.add(running);
    running.add(work.subscribe(subscriber));
  });
}
