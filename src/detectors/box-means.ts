/** Means over square surroundings, by running sums. */

/**
 * Writes into `out` the mean of `values` over the (2 radius + 1)² cells round each cell, over as
 * many of them as lie inside the picture.
 * @param values `[rows, columns]`
 */
export function boxMeans(
  values: Float32Array,
  out: Float32Array,
  columns: number,
  rows: number,
  radius: number,
): void {
  const sums = new Float64Array(columns);
  const addRow = (row: number, sign: 1 | -1) => {
    const at = row * columns;
    for (let x = 0; x < columns; x++) sums[x] = (sums[x] ?? 0) + sign * (values[at + x] ?? 0);
  };
  for (let row = 0; row < Math.min(radius, rows); row++) addRow(row, 1);
  for (let row = 0; row < rows; row++) {
    if (row + radius < rows) addRow(row + radius, 1);
    if (row > radius) addRow(row - radius - 1, -1);
    const tall = Math.min(rows, row + radius + 1) - Math.max(0, row - radius);
    let sum = 0;
    for (let x = 0; x < Math.min(radius, columns); x++) sum += sums[x] ?? 0;
    for (let x = 0; x < columns; x++) {
      if (x + radius < columns) sum += sums[x + radius] ?? 0;
      if (x > radius) sum -= sums[x - radius - 1] ?? 0;
      const wide = Math.min(columns, x + radius + 1) - Math.max(0, x - radius);
      out[row * columns + x] = sum / (wide * tall);
    }
  }
}
