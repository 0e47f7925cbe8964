/** Finds the plate that writing stands on: the straight edges round it. */
import type { Strip } from './glyphs.js';
import type { TextLine } from './text-lines.js';

/** `right` and `bottom` excluded, in samples. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Luma of the writing; absent on the plate of a logo. */
  readonly level?: number;
}

/** How far a plate reaches beyond its writing, in heights of the line. */
const REACH = { across: 1.5, down: 0.9 };
/** Mean step over an edge of a plate, grey levels, and the share of it with the same sign. */
const STEP = 12;
const STRAIGHT = 0.93;
/** Outlines and shadows of letters, in heights of the line. */
const MARGIN = 0.25;

export function plateOf(strip: Strip, line: TextLine): Box {
  const { width, height } = strip;
  const tall = line.bottom - line.top;
  const margin = Math.max(2, Math.round(MARGIN * tall));
  const plain = {
    left: Math.max(0, line.left - margin),
    right: Math.min(width, line.right + margin),
    top: Math.max(0, line.top - margin),
    bottom: Math.min(height, line.bottom + margin),
  };
  const across = Math.round(REACH.across * tall);
  const down = Math.round(REACH.down * tall);
  const top = edge(strip, 'row', plain.top, Math.max(0, line.top - down), plain.left, plain.right);
  const bottom = edge(
    strip,
    'row',
    plain.bottom,
    Math.min(height, line.bottom + down),
    plain.left,
    plain.right,
  );
  // One edge is the scene's; a plate has two, unless the picture ends it.
  const touches = plain.top === 0 || plain.bottom === height;
  if ((top === undefined || bottom === undefined) && !touches) return plain;
  const [upper, lower] = [top ?? plain.top, bottom ?? plain.bottom];
  const left = edge(strip, 'column', plain.left, Math.max(0, line.left - across), upper, lower);
  const right = edge(
    strip,
    'column',
    plain.right,
    Math.min(width, line.right + across),
    upper,
    lower,
  );
  return { top: upper, bottom: lower, left: left ?? plain.left, right: right ?? plain.right };
}

/**
 * From `near` outwards to `far` the place of the strongest straight edge along `from` to `to`. The
 * border of the picture is one when the plate reaches it.
 */
function edge(
  { width, luma }: Strip,
  direction: 'row' | 'column',
  near: number,
  far: number,
  from: number,
  to: number,
): number | undefined {
  const [along, over] = direction === 'row' ? [1, width] : [width, 1];
  const outwards = Math.sign(far - near);
  let best: { place: number; step: number } | undefined;
  for (let place = near; place !== far; place += outwards) {
    let [sum, same, count] = [0, 0, 0];
    for (let i = from; i < to; i += 2) {
      const at = place * over + i * along;
      const difference = (luma[at + over] ?? 0) - (luma[at - over] ?? 0);
      sum += difference;
      same += Math.sign(difference);
      count++;
    }
    const step = Math.abs(sum) / Math.max(1, count);
    if (step < STEP || Math.abs(same) < (2 * STRAIGHT - 1) * count) continue;
    if (best === undefined || step > best.step) best = { place, step };
  }
  return best === undefined ? undefined : best.place + (outwards > 0 ? 2 : -1);
}
