/** Fits the gentle curve of a scratch to the columns found strip by strip. */

/** Strips that may disagree with the smooth line before a chain is followed as it is. */
const STRAY = 0.35;

export interface SmoothLine {
  /** Column at a strip's middle. */
  readonly at: (strip: number) => number;
  /** Share of the strips that agree with the curve; 0 when too few do. */
  readonly agreeing: number;
}

/** A parabola through the strips that agree; or the chain itself when too few do. */
export function smoothLine(columns: readonly number[]): SmoothLine {
  const last = columns.length - 1;
  let kept = columns.map((x, strip) => ({ strip, x }));
  for (let round = 0; round < 4; round++) {
    const [a, b, c] = parabola(kept, last / 2);
    const at = (strip: number) => a + (strip - last / 2) * (b + c * (strip - last / 2));
    const away = columns.map((x, strip) => Math.abs(x - at(strip)));
    const agree = columns
      .map((x, strip) => ({ strip, x }))
      .filter(({ strip }) => (away[strip] ?? 0) <= (round < 2 ? 2.5 : 1.2));
    if (round === 3 && agree.length >= columns.length * (1 - STRAY)) {
      return { at: straightBeyond(at, last), agreeing: agree.length / columns.length };
    }
    if (agree.length < 4) break;
    kept = agree;
  }
  const at = (strip: number) => {
    const position = Math.min(Math.max(strip, 0), last);
    const a = columns[Math.floor(position)] ?? 0;
    return a + ((columns[Math.ceil(position)] ?? a) - a) * (position % 1);
  };
  return { at, agreeing: 0 };
}

/** Beyond its ends a curve goes on in its mean direction: a parabola would run away. */
function straightBeyond(at: (strip: number) => number, last: number): (strip: number) => number {
  const slope = (at(last) - at(0)) / Math.max(1, last);
  return (strip) =>
    strip < 0
      ? at(0) + slope * strip
      : strip > last
        ? at(last) + slope * (strip - last)
        : at(strip);
}

/** Least squares of x = a + b t + c t², t the strip from `middle`; few points give a line. */
function parabola(
  points: readonly { strip: number; x: number }[],
  middle: number,
): [number, number, number] {
  const sums = { n: points.length, t: 0, t2: 0, t3: 0, t4: 0, x: 0, tx: 0, t2x: 0 };
  for (const { strip, x } of points) {
    const t = strip - middle;
    sums.t += t;
    sums.t2 += t * t;
    sums.t3 += t ** 3;
    sums.t4 += t ** 4;
    sums.x += x;
    sums.tx += t * x;
    sums.t2x += t * t * x;
  }
  const { n, t, t2, t3, t4 } = sums;
  const whole = n * (t2 * t4 - t3 * t3) - t * (t * t4 - t3 * t2) + t2 * (t * t3 - t2 * t2);
  if (Math.abs(whole) < 1e-6 || n < 11) {
    const line = n * t2 - t * t;
    if (Math.abs(line) < 1e-6) return [sums.x / Math.max(1, n), 0, 0];
    const slope = (n * sums.tx - t * sums.x) / line;
    return [(sums.x - slope * t) / n, slope, 0];
  }
  const a =
    sums.x * (t2 * t4 - t3 * t3) -
    t * (sums.tx * t4 - t3 * sums.t2x) +
    t2 * (sums.tx * t3 - t2 * sums.t2x);
  const b =
    n * (sums.tx * t4 - sums.t2x * t3) -
    sums.x * (t * t4 - t3 * t2) +
    t2 * (t * sums.t2x - t2 * sums.tx);
  const c =
    n * (t2 * sums.t2x - t3 * sums.tx) -
    t * (t * sums.t2x - t2 * sums.tx) +
    sums.x * (t * t3 - t2 * t2);
  return [a / whole, b / whole, c / whole];
}
