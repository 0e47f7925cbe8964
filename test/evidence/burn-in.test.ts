import { describe, expect, it } from 'vitest';
import { draw } from '../../src/evidence/burn-in.js';
import { frameBytes, type Frame } from '../../src/frame/frame.js';
import { FramePool } from '../../src/frame/frame-pool.js';
import { DRAWN, PROVENANCE } from '../../src/frame/provenance.js';

const size = { width: 320, height: 120 };
const [columns, rows] = [160, 60];

function scene() {
  const slot = new FramePool(size, 1).tryAcquire();
  if (slot === undefined) throw new Error('no slot');
  slot.data.set(new Uint8Array(frameBytes(size)).map((_, i) => i % 251));
  const frame = slot.publish({ lane: 'test', seq: 0, timestamp: 0, discontinuity: false });
  const provenance = new Uint8Array(columns * rows);
  const uncertainty = new Uint8Array(columns * rows);
  return { frame, provenance, doubt: { uncertainty }, before: slot.data.slice() };
}

/** Cells of which any of the six samples is another. */
function changed(frame: Frame, before: Uint8Array): Set<number> {
  const cells = new Set<number>();
  const luma = size.width * size.height;
  frame.data.forEach((value, at) => {
    if (value === before[at]) return;
    const inLuma = Math.floor(at / size.width / 2) * columns + ((at % size.width) >> 1);
    cells.add(at < luma ? inLuma : at % (luma / 4));
  });
  return cells;
}

const block = (left: number, top: number, wide: number, tall: number) =>
  Array.from(
    { length: wide * tall },
    (_, i) => (top + Math.floor(i / wide)) * columns + left + (i % wide),
  );

describe('drawing', () => {
  it('changes nothing when it is not asked for', () => {
    const { before, ...target } = scene();
    target.provenance.fill(PROVENANCE.synthesised, 0, 50);
    target.doubt.uncertainty.fill(255);
    draw(target, { unseen: 'keep', burnIn: false });
    expect(changed(target.frame, before).size).toBe(0);
  });

  it('hatches what was never seen and was left, and nothing else', () => {
    const { before, ...target } = scene();
    const hidden = block(20, 10, 12, 9);
    for (const cell of hidden) target.doubt.uncertainty[cell] = 255;
    const invented = hidden[0]!;
    target.provenance[invented] = PROVENANCE.synthesised;
    draw(target, { unseen: 'hatch' });
    const cells = changed(target.frame, before);
    expect([...cells].every((cell) => hidden.includes(cell))).toBe(true);
    expect(cells.size).toBe(hidden.length - 1);
    expect(hidden.slice(1).every((cell) => target.provenance[cell] === DRAWN)).toBe(true);
    expect(target.provenance[invented]).toBe(PROVENANCE.synthesised);
  });

  it('outlines what is synthesised along its own border, and adds a legend; all of it is marked', () => {
    const { before, ...target } = scene();
    const inside = block(21, 11, 10, 7);
    for (const cell of block(20, 10, 12, 9)) target.provenance[cell] = PROVENANCE.synthesised;
    draw(target, { burnIn: true });
    const cells = changed(target.frame, before);
    expect([...cells].every((cell) => target.provenance[cell] === DRAWN)).toBe(true);
    expect(inside.every((cell) => target.provenance[cell] === PROVENANCE.synthesised)).toBe(true);
    expect(target.provenance[10 * columns + 20]).toBe(DRAWN);
    // The legend is at the lower right, small.
    expect(target.provenance[columns * rows - 1]).toBe(DRAWN);
    expect(cells.size).toBeLessThan(0.2 * columns * rows);
  });
});
