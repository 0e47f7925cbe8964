/** Isotonic regression: the increasing function that fits points best. */

export interface Point {
  /** 0–1.1 */
  readonly x: number;
  readonly y: number;
  readonly weight: number;
}

const BINS = 64;
const TOP = 1.1;

/** By pooling adjacent violators (Ayer et al. 1955), over bins of `x`; linear in between. */
export function increasing(points: readonly Point[]): (x: number) => number {
  const sums = Array.from({ length: BINS }, () => ({ y: 0, weight: 0 }));
  for (const { x, y, weight } of points) {
    const bin = sums[Math.min(BINS - 1, Math.max(0, Math.floor((x * BINS) / TOP)))];
    if (bin === undefined) continue;
    bin.y += y * weight;
    bin.weight += weight;
  }
  const pools: { y: number; weight: number; first: number; last: number }[] = [];
  for (const [bin, { y, weight }] of sums.entries()) {
    if (weight <= 0) continue;
    let pool = { y: y / weight, weight, first: bin, last: bin };
    for (let before = pools.at(-1); before && before.y >= pool.y; before = pools.at(-1)) {
      const both = before.weight + pool.weight;
      const mean = (before.y * before.weight + pool.y * pool.weight) / both;
      pool = { y: mean, weight: both, first: before.first, last: pool.last };
      pools.pop();
    }
    pools.push(pool);
  }
  const knots = pools.map(({ first, last, y }) => ({
    x: (((first + last) / 2 + 0.5) * TOP) / BINS,
    y,
  }));
  return (x) => {
    const above = knots.findIndex((knot) => knot.x >= x);
    const after = knots[above] ?? knots.at(-1);
    const before = knots[above - 1] ?? (above < 0 ? after : knots[0]);
    if (after === undefined || before === undefined) return 1;
    if (after.x === before.x) return after.y;
    return before.y + ((x - before.x) / (after.x - before.x)) * (after.y - before.y);
  };
}
