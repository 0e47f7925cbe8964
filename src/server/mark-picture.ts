/** Pictures that cannot be taken for what they are not: a last one for a live one, a frozen one. */
import { frameBytes, planesOf, type FrameSize } from '../frame/frame.js';
import type { CameraState } from '../frame/live-seams.js';
import { eachDot, FONT } from '../frame/pixel-font.js';

const GREY = 128;
const BLACK = 16;
const STRIPE = 180;
const WHITE = 235;
/** Letters in a line at the least, where the picture is large enough for them. */
const LETTERS = 32;
const MOST_LINES = 6;

/**
 * @param newest yuv420p planes of the last picture, not changed; none: a black one is made
 * @returns new planes, grey and at a third of the brightness, under diagonal stripes, with the time of
 *   the last picture and the reason in words
 */
export function markPicture(
  size: FrameSize,
  newest: Uint8Array | undefined,
  { reason = '', lastPictureMs }: CameraState,
): Uint8Array {
  const { width, height } = size;
  const luma = width * height;
  const marked = new Uint8Array(frameBytes(size)).fill(GREY, luma).fill(BLACK, 0, luma);
  const period = Math.max(16, Math.round(height / 6));
  const thickness = Math.max(2, Math.round(period / 8));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const striped = (x + y) % period < thickness;
      const dim = BLACK + ((newest?.[at] ?? BLACK) - BLACK) / 3;
      marked[at] = striped ? STRIPE : dim;
    }
  }
  const since =
    lastPictureMs === undefined ? 'no picture yet' : `no picture since ${clockTime(lastPictureMs)}`;
  writeLines(size, marked, [since, reason]);
  return marked;
}

/** Writes over a picture that is live what is wrong with its view; nothing where nothing is. */
export function labelView(size: FrameSize, planes: Uint8Array, { view }: CameraState): void {
  writeLines(
    size,
    planes,
    view.map(({ kind, since }) => `${kind} since ${clockTime(since)}`),
  );
}

/** White letters on a dark plate, from the upper left; what is too long goes on in the next line. */
function writeLines(size: FrameSize, planes: Uint8Array, texts: readonly string[]): void {
  const dot = Math.max(1, Math.floor(size.width / (LETTERS * FONT.advance)));
  const letters = Math.max(1, Math.floor(size.width / dot / FONT.advance) - 1);
  const lines = texts.flatMap((text) => wrapped(text, letters)).slice(0, MOST_LINES);
  const lineHeight = (FONT.rows + 2) * dot;
  for (const [index, line] of lines.entries()) {
    const top = index * lineHeight;
    const width = Math.min(size.width, (line.length * FONT.advance + 1) * dot);
    fill(size, planes, { left: 0, top, width, height: lineHeight }, BLACK);
    eachDot(line, (column, row) => {
      const spot = { left: column * dot, top: top + row * dot, width: dot, height: dot };
      fill(size, planes, spot, WHITE);
    });
  }
}

interface Box extends FrameSize {
  readonly left: number;
  readonly top: number;
}

/** Sets luma, and takes the colour away; what lies outside the picture is left out. */
function fill(size: FrameSize, planes: Uint8Array, box: Box, luma: number): void {
  const { y, u, v } = planesOf(size, planes);
  const right = Math.min(size.width, box.left + box.width);
  const bottom = Math.min(size.height, box.top + box.height);
  if (right <= box.left) return;
  for (let row = box.top; row < bottom; row++) {
    y.fill(luma, row * size.width + box.left, row * size.width + right);
    const from = (row >> 1) * (size.width >> 1);
    u.fill(GREY, from + (box.left >> 1), from + ((right + 1) >> 1));
    v.fill(GREY, from + (box.left >> 1), from + ((right + 1) >> 1));
  }
}

/** Broken between words where that is possible. */
function wrapped(text: string, letters: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').filter((one) => one !== '')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= letters) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word.slice(0, letters);
  }
  return line === '' ? lines : [...lines, line];
}

/** By the server's own time. */
function clockTime(ms: number): string {
  return new Date(ms).toTimeString().slice(0, 8);
}
