/** Hands each item on together with those that follow it. */
import { bufferCount, map, type OperatorFunction } from 'rxjs';

/** `[item, the next ones in order]`: `count` of them, fewer at the end. Waits until they are there. */
export function withAhead<T>(count: number): OperatorFunction<T, [T, readonly T[]]> {
  return (source) =>
    source.pipe(
      bufferCount(count + 1, 1),
      map(([item, ...ahead]) => [item as T, ahead]),
    );
}
