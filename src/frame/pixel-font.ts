/** Letters of 5x7 dots: labels that look the same on machines without any font. */

/** Rows from the top, one bit a dot, the leftmost the highest. */
const GLYPHS: Readonly<Record<string, readonly number[]>> = {
  A: [14, 17, 17, 31, 17, 17, 17],
  B: [30, 17, 17, 30, 17, 17, 30],
  C: [14, 17, 16, 16, 16, 17, 14],
  D: [30, 17, 17, 17, 17, 17, 30],
  E: [31, 16, 16, 30, 16, 16, 31],
  F: [31, 16, 16, 30, 16, 16, 16],
  G: [14, 17, 16, 23, 17, 17, 14],
  H: [17, 17, 17, 31, 17, 17, 17],
  I: [14, 4, 4, 4, 4, 4, 14],
  J: [7, 2, 2, 2, 2, 18, 12],
  K: [17, 18, 20, 24, 20, 18, 17],
  L: [16, 16, 16, 16, 16, 16, 31],
  M: [17, 27, 21, 21, 17, 17, 17],
  N: [17, 25, 21, 19, 17, 17, 17],
  O: [14, 17, 17, 17, 17, 17, 14],
  P: [30, 17, 17, 30, 16, 16, 16],
  Q: [14, 17, 17, 17, 21, 18, 13],
  R: [30, 17, 17, 30, 20, 18, 17],
  S: [15, 16, 16, 14, 1, 1, 30],
  T: [31, 4, 4, 4, 4, 4, 4],
  U: [17, 17, 17, 17, 17, 17, 14],
  V: [17, 17, 17, 17, 17, 10, 4],
  W: [17, 17, 17, 21, 21, 21, 10],
  X: [17, 17, 10, 4, 10, 17, 17],
  Y: [17, 17, 10, 4, 4, 4, 4],
  Z: [31, 1, 2, 4, 8, 16, 31],
  0: [14, 17, 19, 21, 25, 17, 14],
  1: [4, 12, 4, 4, 4, 4, 14],
  2: [14, 17, 1, 2, 4, 8, 31],
  3: [30, 1, 1, 14, 1, 1, 30],
  4: [2, 6, 10, 18, 31, 2, 2],
  5: [31, 16, 30, 1, 1, 17, 14],
  6: [6, 8, 16, 30, 17, 17, 14],
  7: [31, 1, 2, 4, 8, 8, 8],
  8: [14, 17, 17, 14, 17, 17, 14],
  9: [14, 17, 17, 15, 1, 2, 12],
  '.': [0, 0, 0, 0, 0, 12, 12],
  ',': [0, 0, 0, 0, 12, 4, 8],
  ':': [0, 12, 12, 0, 12, 12, 0],
  '-': [0, 0, 0, 31, 0, 0, 0],
  '/': [0, 1, 2, 4, 8, 16, 0],
  '%': [24, 25, 2, 4, 8, 19, 3],
  "'": [12, 4, 8, 0, 0, 0, 0],
  ' ': [0, 0, 0, 0, 0, 0, 0],
};

const COLUMNS = 5;
const ROWS = 7;
/** In dots: the height of a letter, and the way from one to the next. */
export const FONT = { rows: ROWS, advance: COLUMNS + 1 } as const;

/** Calls `paint` for each dot of a label: column and row from its upper left, a margin of 1 left free. */
export function eachDot(text: string, paint: (column: number, row: number) => void): void {
  Array.from(text.toUpperCase(), (letter, index) => {
    GLYPHS[letter]?.forEach((row, y) => {
      for (let x = 0; x < COLUMNS; x++) {
        if ((row & (1 << (COLUMNS - 1 - x))) !== 0) paint(1 + index * FONT.advance + x, 1 + y);
      }
    });
  });
}

/**
 * A label as an SVG image: white letters on a dark plate, `dot` pixels a dot. Letters without a
 * glyph are left blank.
 */
export function labelSvg(text: string, dot: number): Buffer {
  const squares: string[] = [];
  eachDot(text, (column, row) => {
    squares.push(`M${column * dot} ${row * dot}h${dot}v${dot}h-${dot}z`);
  });
  const width = (text.length * (COLUMNS + 1) + 1) * dot;
  const height = (ROWS + 2) * dot;
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
      `<rect width="${width}" height="${height}" fill="#000" fill-opacity="0.7"/>` +
      `<path fill="#fff" d="${squares.join('')}"/></svg>`,
  );
}
