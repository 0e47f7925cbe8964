/** Writes into luma planes as recorders do: dots or segments, plain, outlined or on a plate. */
import type { FrameSize } from '../../../src/frame/frame.js';

/** Rows of five dots, from the top. */
const DOTS: Readonly<Record<string, readonly string[]>> = {
  0: ['.###.', '#...#', '#..##', '#.#.#', '##..#', '#...#', '.###.'],
  1: ['..#..', '.##..', '..#..', '..#..', '..#..', '..#..', '.###.'],
  2: ['.###.', '#...#', '....#', '...#.', '..#..', '.#...', '#####'],
  3: ['####.', '....#', '....#', '.###.', '....#', '....#', '####.'],
  4: ['...#.', '..##.', '.#.#.', '#..#.', '#####', '...#.', '...#.'],
  5: ['#####', '#....', '####.', '....#', '....#', '#...#', '.###.'],
  6: ['..##.', '.#...', '#....', '####.', '#...#', '#...#', '.###.'],
  7: ['#####', '....#', '...#.', '..#..', '.#...', '.#...', '.#...'],
  8: ['.###.', '#...#', '#...#', '.###.', '#...#', '#...#', '.###.'],
  9: ['.###.', '#...#', '#...#', '.####', '....#', '...#.', '.##..'],
  C: ['.###.', '#...#', '#....', '#....', '#....', '#...#', '.###.'],
  A: ['.###.', '#...#', '#...#', '#####', '#...#', '#...#', '#...#'],
  M: ['#...#', '##.##', '#.#.#', '#.#.#', '#...#', '#...#', '#...#'],
  ':': ['.....', '..#..', '..#..', '.....', '..#..', '..#..', '.....'],
  '-': ['.....', '.....', '.....', '.###.', '.....', '.....', '.....'],
};

/** Which of the seven segments a digit has: top, upper left, upper right, middle, lower left, lower right, bottom. */
const SEGMENTS: Readonly<Record<string, string>> = {
  ...{ 0: '1110111', 1: '0010010', 2: '1011101', 3: '1011011', 4: '0111010' },
  ...{ 5: '1101011', 6: '1101111', 7: '1010010', 8: '1111111', 9: '1111011' },
};

export interface Style {
  readonly name: string;
  readonly font: 'dots' | 'segments';
  /** Samples a dot. */
  readonly dot: number;
  readonly ink: number;
  /** Luma of a line round each letter. */
  readonly outline?: number;
  /** Luma of a plate behind the line. */
  readonly plate?: number;
}

export const STYLES: readonly Style[] = [
  { name: 'white dots with an outline', font: 'dots', dot: 2, ink: 235, outline: 16 },
  { name: 'white dots on a black plate', font: 'dots', dot: 2, ink: 235, plate: 16 },
  { name: 'large white segments with an outline', font: 'segments', dot: 3, ink: 220, outline: 20 },
  { name: 'black dots on a white plate', font: 'dots', dot: 2, ink: 20, plate: 220 },
  { name: 'plain white segments', font: 'segments', dot: 2, ink: 235 },
];

/** The samples that ink covers, relative to the upper left of the line; `[width, height]` of it. */
function inkOf(text: string, { font, dot }: Style): { ink: Set<string>; size: [number, number] } {
  const ink = new Set<string>();
  Array.from(text, (letter, index) => {
    const dots = font === 'segments' && letter in SEGMENTS ? segmentDots(letter) : DOTS[letter];
    dots?.forEach((row, y) =>
      Array.from(row, (mark, x) => {
        if (mark !== '#') return;
        for (let k = 0; k < dot * dot; k++) {
          const [dx, dy] = [k % dot, Math.floor(k / dot)];
          ink.add(`${(index * 6 + x) * dot + dx},${y * dot + dy}`);
        }
      }),
    );
  });
  return { ink, size: [(text.length * 6 - 1) * dot, 7 * dot] };
}

function segmentDots(digit: string): string[] {
  const [top, nw, ne, middle, sw, se, bottom] = Array.from(SEGMENTS[digit]!, (one) => one === '1');
  const bar = (on: boolean | undefined) => (on ? '.###.' : '.....');
  const sides = (left: boolean | undefined, right: boolean | undefined) =>
    `${left ? '#' : '.'}...${right ? '#' : '.'}`;
  return [
    ...[bar(top), sides(nw, ne), sides(nw, ne)],
    // Where an upper and a lower segment meet, they touch.
    `${nw && sw ? '#' : '.'}${middle ? '###' : '...'}${ne && se ? '#' : '.'}`,
    ...[sides(sw, se), sides(sw, se), bar(bottom)],
  ];
}

/** Writes a line; returns the box that it takes, outline and plate included. */
export function write(
  luma: Uint8Array,
  { width }: FrameSize,
  text: string,
  left: number,
  top: number,
  style: Style,
): { left: number; top: number; right: number; bottom: number } {
  const { ink, size } = inkOf(text, style);
  const margin = style.plate === undefined ? (style.outline === undefined ? 0 : 1) : 3;
  const box = {
    left: left - margin,
    top: top - margin,
    right: left + size[0] + margin,
    bottom: top + size[1] + margin,
  };
  for (let y = box.top; style.plate !== undefined && y < box.bottom; y++) {
    luma.fill(style.plate, y * width + box.left, y * width + box.right);
  }
  const paint = (value: number, spread: number) => {
    for (const place of ink) {
      const [x = 0, y = 0] = place.split(',').map(Number);
      for (let dy = -spread; dy <= spread; dy++) {
        const row = (top + y + dy) * width + left + x;
        luma.fill(value, row - spread, row + spread + 1);
      }
    }
  };
  if (style.outline !== undefined) paint(style.outline, 1);
  paint(style.ink, 0);
  return box;
}
