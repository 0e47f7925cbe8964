/** A digit that changes is seen, in every style; a scratch or a light behind the writing is none. */
import { describe, expect, it } from 'vitest';
import { inkChanged } from '../../../src/detectors/osd/standing.js';
import { STYLES, write, type Style } from './writing.js';

const size = { width: 240, height: 60 };
const TEXT = 'CAM-04';

/** Luma of a strip that is brighter towards the right, with a line of text. */
function strip(text: string, style: Style, change: (luma: Uint8Array) => void = () => undefined) {
  const luma = Uint8Array.from(
    { length: size.width * size.height },
    (_, at) => 90 + Math.round((at % size.width) / 12),
  );
  const box = { ...write(luma, size, text, 20, 20, style), level: style.ink };
  change(luma);
  return { ...size, luma: Float32Array.from(luma), box };
}

/** A line of `[from, to)` in rows 0 to 59 that leans by one sample. */
const scratch = (from: number, to: number, value: number) => (luma: Uint8Array) => {
  for (let y = 0; y < size.height; y++) {
    const lean = y >> 5;
    for (let x = from + lean; x < to + lean; x++) {
      const at = y * size.width + x;
      luma[at] = Math.round(0.15 * (luma[at] ?? 0) + 0.85 * value);
    }
  }
};

const changed = (before: ReturnType<typeof strip>, after: ReturnType<typeof strip>) =>
  inkChanged(after, before.luma, before.box);

describe.each(STYLES)('writing of $name', (style) => {
  it('has changed when any digit did', () => {
    const same: string[] = [];
    for (let was = 0; was < 10; was++) {
      for (let is = 0; is < 10; is++) {
        if (was === is) continue;
        const [before, after] = [strip(`12:3${was}`, style), strip(`12:3${is}`, style)];
        if (!changed(before, after)) same.push(`${was} to ${is}`);
      }
    }
    expect(same).toEqual([]);
  });

  it('has changed when a digit did beside a scratch', () => {
    const lines = scratch(28, 31, 210);
    expect(changed(strip('CAM-04', style), strip('CAM-05', style, lines))).toBe(true);
    expect(changed(strip('CAM-04', style, lines), strip('CAM-05', style))).toBe(true);
  });

  it.each(
    [
      { value: 230, from: 31, to: 34 },
      { value: 210, from: 45, to: 47 },
      { value: 18, from: 40, to: 43 },
      { value: 30, from: 52, to: 54 },
      // A line as bright as what the writing stands on cannot be told from strokes that end.
    ].filter(({ value }) => Math.abs(value - (style.plate ?? style.outline ?? 100)) > 30),
  )('is the same where a line of $value came and went', ({ value, from, to }) => {
    const [plain, lined] = [strip(TEXT, style), strip(TEXT, style, scratch(from, to, value))];
    expect(changed(plain, lined)).toBe(false);
    expect(changed(lined, plain)).toBe(false);
  });
});

it('is the same when another light shines through the plate', () => {
  const style: Style = { name: 'glass', font: 'dots', dot: 2, ink: 235 };
  const brighter = strip(TEXT, style, (luma) => {
    for (const [at, value] of luma.entries()) if (value < 200) luma[at] = value + 60;
  });
  expect(changed(strip(TEXT, style), brighter)).toBe(false);
});
