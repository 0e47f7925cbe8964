/** Finds the name that was probably meant. */

/**
 * The candidate with the fewest edits from `name`, comparing whole dotted keys and last parts;
 * undefined when none is near enough to be more than a guess.
 */
export function closest(name: string, candidates: readonly string[]): string | undefined {
  const lastOf = (key: string) => key.slice(key.lastIndexOf('.') + 1);
  let best: { readonly candidate: string; readonly edits: number } | undefined;
  for (const candidate of candidates) {
    const edits = Math.min(distance(name, candidate), distance(lastOf(name), lastOf(candidate)));
    if (best === undefined || edits < best.edits) best = { candidate, edits };
  }
  return best !== undefined && best.edits <= Math.max(1, lastOf(name).length / 3)
    ? best.candidate
    : undefined;
}

/** Levenshtein's edit distance, in which two letters that changed places are one edit. */
function distance(a: string, b: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swaps = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swaps ? (older[j - 2] ?? 0) + 1 : Infinity;
      row.push(Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replace, swap));
    }
    older = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}
