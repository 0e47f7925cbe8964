/** Sends a stream through something that is opened and closed: a child process, a connection. */
import { Observable, type OperatorFunction } from 'rxjs';

export interface Passage<T> {
  write(value: T): void;
  close(): void;
}

/** Opens a passage for each subscription, and closes it when that ends. */
export function through<T, R>(
  open: (emit: (result: R) => void, fail: (error: unknown) => void) => Passage<T>,
): OperatorFunction<T, R> {
  return (source) =>
    new Observable<R>((subscriber) => {
      const passage = open(
        (result) => subscriber.next(result),
        (error) => subscriber.error(error),
      );
      subscriber.add(() => passage.close());
      subscriber.add(
        source.subscribe({
          next: (value) => passage.write(value),
          error: (error: unknown) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      );
    });
}
