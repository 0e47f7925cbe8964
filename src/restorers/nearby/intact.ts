/** Tells which samples of damaged cells are whole: a line begins and ends in the midst of cells. */
import { cellGrid, type FrameSize } from '../../frame/frame.js';

/** Samples to both sides along a rim over which it is judged, and how many of them there must be. */
const ALONG = 4;
const FEWEST = 5;
/** How far inwards the damage proper is looked for, in samples. */
const INWARDS = 4;
/**
 * A whole sample differs from its neighbour outside by less than this share of what the damage
 * differs by: in the mean along the rim, and by itself. Below so many grey levels nobody can tell.
 */
const SHARE = 0.3;
const OWN_SHARE = 0.5;
const FLOOR = 4;

/**
 * @param luma `[H, W]`
 * @param mask `[rows, columns]`, not 0 = damaged
 * @param drawn `[rows, columns]`, not 0 = by hand: such cells are hidden whole, whatever they look like
 * @returns `[H, W]`, 1 = this sample is hidden
 */
export function hiddenSamples(
  size: FrameSize,
  luma: Uint8Array,
  mask: Uint8Array,
  drawn?: Uint8Array,
): Uint8Array {
  const { width, height } = size;
  const { columns, rows } = cellGrid(size);
  const hidden = new Uint8Array(width * height);
  const cells: number[] = [];
  for (let cell = mask.findIndex((value) => value !== 0); cell >= 0 && cell < mask.length; cell++) {
    if (mask[cell] === 0) continue;
    cells.push(cell);
    const at = 2 * (Math.floor(cell / columns) * width + (cell % columns));
    hidden[at] = hidden[at + 1] = hidden[at + width] = hidden[at + width + 1] = 1;
  }
  const whole: number[] = [];
  for (const [step, along] of [
    [1, width],
    [-1, width],
    [width, 1],
    [-width, 1],
  ] as const) {
    const rim: number[] = [];
    for (const cell of cells) {
      const row = Math.floor(cell / columns);
      const column = cell - row * columns;
      const beside = step === 1 ? column > 0 : step === -1 ? column < columns - 1 : true;
      const above = step === width ? row > 0 : step === -width ? row < rows - 1 : true;
      const outer = cell - (along === 1 ? Math.sign(step) * columns : step);
      if (!beside || !above || mask[outer] !== 0) continue;
      if ((drawn?.[cell] ?? 0) !== 0) continue;
      const at = 2 * (row * width + column) + (step === -1 ? 1 : step === -width ? width : 0);
      rim.push(at, at + along);
    }
    whole.push(...wholeOf(luma, hidden, rim, step, along));
  }
  for (const at of whole) hidden[at] = 0;
  return hidden;
}

/** Of the samples of a rim, whose outer neighbours lie `step` before them, those that are whole. */
function wholeOf(
  luma: Uint8Array,
  hidden: Uint8Array,
  rim: readonly number[],
  step: number,
  along: number,
): number[] {
  const off = new Map<number, readonly [own: number, damage: number]>();
  for (const at of rim) {
    const outside = luma[at - step] ?? 0;
    let damage = 0;
    for (let s = 1; s <= INWARDS && hidden[at + s * step] === 1; s++) {
      damage = Math.max(damage, Math.abs((luma[at + s * step] ?? 0) - outside));
    }
    off.set(at, [Math.abs((luma[at] ?? 0) - outside), damage]);
  }
  return rim.filter((at) => {
    let [count, own, damage] = [0, 0, 0];
    for (let s = -ALONG; s <= ALONG; s++) {
      const other = off.get(at + s * along);
      if (other === undefined) continue;
      count++;
      own += other[0];
      damage += other[1];
    }
    const alone = off.get(at)?.[0] ?? Infinity;
    return (
      count >= FEWEST &&
      own < Math.max(FLOOR * count, SHARE * damage) &&
      alone < Math.max(2 * FLOOR, (OWN_SHARE * damage) / count)
    );
  });
}
