/** Sums over 5x5 cells, the statistic behind "has this cell changed?", for flags. */

const RADIUS = 2;

/**
 * Writes into `sums` the sum of `values` over the 5x5 cells round each cell, zero outside the
 * picture. Running sums: the cost does not depend on the window.
 * @param values `[rows, columns]`, 0 or 1
 */
export function boxSums(values: Uint8Array, sums: Uint8Array, columns: number, rows: number): void {
  const column = new Int32Array(columns);
  for (let row = 0; row < Math.min(RADIUS, rows); row++) addRow(values, column, row * columns, 1);
  for (let row = 0; row < rows; row++) {
    if (row + RADIUS < rows) addRow(values, column, (row + RADIUS) * columns, 1);
    if (row > RADIUS) addRow(values, column, (row - RADIUS - 1) * columns, -1);
    const at = row * columns;
    let sum = 0;
    for (let x = 0; x < Math.min(RADIUS, columns); x++) sum += column[x] ?? 0;
    for (let x = 0; x < columns; x++) {
      if (x + RADIUS < columns) sum += column[x + RADIUS] ?? 0;
      if (x > RADIUS) sum -= column[x - RADIUS - 1] ?? 0;
      sums[at + x] = sum;
    }
  }
}

function addRow(values: Uint8Array, column: Int32Array, at: number, sign: 1 | -1): void {
  for (let x = 0; x < column.length; x++) {
    column[x] = (column[x] ?? 0) + sign * (values[at + x] ?? 0);
  }
}
