/** Pairs each item with the one after it; the last one with undefined. */
import { endWith, pairwise, type OperatorFunction } from 'rxjs';

export function withNext<T>(): OperatorFunction<T, [T, T | undefined]> {
  return (source) =>
    source.pipe(endWith(undefined), pairwise()) as ReturnType<
      OperatorFunction<T, [T, T | undefined]>
    >;
}
