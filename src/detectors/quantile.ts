/** Quantiles without sorting what nobody asks the order of. */

/**
 * The value that stands at `place` when all are in order; afterwards no smaller one stands behind it and
 * no greater one before (Hoare, "Algorithm 65: Find", CACM 1961).
 * @param values numbers, no NaN; put into another order
 * @param place 0 to the length less 1
 */
export function nthSmallest(values: Float32Array, place: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[place] ?? 0;
    let [i, j] = [low, high];
    while (i <= j) {
      while ((values[i] ?? 0) < pivot) i++;
      while ((values[j] ?? 0) > pivot) j--;
      if (i > j) break;
      const value = values[i] ?? 0;
      values[i++] = values[j] ?? 0;
      values[j--] = value;
    }
    if (j < place) low = i;
    if (place < i) high = j;
  }
  return values[place] ?? 0;
}

/** Those that are numbers, in their order, in memory of their own; a filter would make an object of each. */
export function numbersOf(values: Float32Array): Float32Array {
  const numbers = new Float32Array(values.length);
  let count = 0;
  for (const value of values) if (!Number.isNaN(value)) numbers[count++] = value;
  return numbers.subarray(0, count);
}
