/** What is drawn into a restored picture when it is asked for: hatching, outlines, a legend. */
import { planesOf, type Frame } from '../frame/frame.js';
import { DRAWN, PROVENANCE } from '../frame/provenance.js';
import { UNKNOWN } from '../frame/uncertainty.js';
import { eachDot, FONT } from '../frame/pixel-font.js';

export interface DrawOptions {
  /** hatch: what was never seen, and is not to be invented, is covered; keep: left as it is. */
  readonly unseen?: 'keep' | 'hatch';
  /** True: synthesised areas are outlined and a legend says so. */
  readonly burnIn?: boolean;
}

/** Drawn into, both of them: the picture, and `[rows, columns]` what each cell is. */
export interface Drawable {
  readonly frame: Frame;
  readonly provenance: Uint8Array;
  /** `uncertainty` 255 = never seen. */
  readonly doubt: { readonly uncertainty: Uint8Array };
}

const LEGENDS = [
  'RELENS RESTORED. OUTLINED IS SYNTHESISED',
  'OUTLINED IS SYNTHESISED',
  'RESTORED',
] as const;
const HATCH = { dark: 70, bright: 190, period: 8, line: 2 };
/** Magenta, which hardly any scene has. */
const OUTLINE = { u: 212, v: 222, dark: 60, bright: 200, dash: 4 };

/** Draws what the options ask for; every cell that is drawn on is marked. */
export function draw(target: Drawable, { unseen, burnIn }: DrawOptions): void {
  if (unseen === 'hatch') hatch(target);
  if (burnIn === true) {
    outline(target);
    legend(target);
  }
}

function hatch({ frame, provenance, doubt }: Drawable): void {
  const columns = frame.width >> 1;
  for (let cell = 0; cell < provenance.length; cell++) {
    if (doubt.uncertainty[cell] !== UNKNOWN) continue;
    if (provenance[cell] !== PROVENANCE.original) continue;
    const diagonal = (((cell / columns) | 0) + (cell % columns)) % HATCH.period;
    paintCell(frame, cell, diagonal < HATCH.line ? HATCH.bright : HATCH.dark, 128, 128);
    provenance[cell] = DRAWN;
  }
}

/** The outermost synthesised cells, so that nothing else is covered. */
function outline({ frame, provenance }: Drawable): void {
  const columns = frame.width >> 1;
  const rows = frame.height >> 1;
  const isInvented = (column: number, row: number) =>
    column >= 0 &&
    row >= 0 &&
    column < columns &&
    row < rows &&
    provenance[row * columns + column] === PROVENANCE.synthesised;
  const border: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (!isInvented(column, row)) continue;
      const inside =
        isInvented(column - 1, row) &&
        isInvented(column + 1, row) &&
        isInvented(column, row - 1) &&
        isInvented(column, row + 1);
      if (!inside) border.push(row * columns + column);
    }
  }
  for (const cell of border) {
    const dash = ((cell % columns) + ((cell / columns) | 0)) % (2 * OUTLINE.dash) < OUTLINE.dash;
    paintCell(frame, cell, dash ? OUTLINE.bright : OUTLINE.dark, OUTLINE.u, OUTLINE.v);
    provenance[cell] = DRAWN;
  }
}

/** At the lower right, as large as a hundredth of the width allows. */
function legend({ frame, provenance }: Drawable): void {
  const { width, height } = frame;
  const dot = Math.max(1, Math.round(width / 640));
  const wide = (text: string) => (text.length * FONT.advance + 1) * dot;
  const text = LEGENDS.find((one) => wide(one) <= width);
  const tall = (FONT.rows + 2) * dot;
  if (text === undefined || tall > height) return;
  const left = (width - wide(text)) & ~1;
  const top = (height - tall) & ~1;
  const columns = width >> 1;
  for (let row = top >> 1; row < height >> 1; row++) {
    for (let column = left >> 1; column < columns; column++) {
      paintCell(frame, row * columns + column, 16, 128, 128);
      provenance[row * columns + column] = DRAWN;
    }
  }
  const { y } = planesOf(frame, frame.data);
  eachDot(text, (column, row) => {
    for (let line = 0; line < dot; line++) {
      const at = (top + row * dot + line) * width + left + column * dot;
      y.fill(235, at, at + dot);
    }
  });
}

function paintCell(frame: Frame, cell: number, luma: number, u: number, v: number): void {
  const { width, height, data } = frame;
  const columns = width >> 1;
  const row = (cell / columns) | 0;
  const at = 2 * row * width + 2 * (cell - row * columns);
  data.fill(luma, at, at + 2);
  data.fill(luma, at + width, at + width + 2);
  const chroma = width * height;
  data[chroma + cell] = u;
  data[chroma + (chroma >> 2) + cell] = v;
}
