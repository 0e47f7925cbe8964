/** Whether there is nothing in a map of cells: most are empty, and need not be walked through. */

let noughts = new Uint8Array();

/** True when all of `cells` is 0; compared natively. */
export function isBlank(cells: Uint8Array): boolean {
  if (noughts.length < cells.length) noughts = new Uint8Array(cells.length);
  return Buffer.compare(cells, noughts.subarray(0, cells.length)) === 0;
}
