/** Colours the cells of an overlay, in the colours of the legend. */
import { isMasked, PROVENANCE_COLOURS } from '../frame/wire-format.js';
import type { OverlayCells } from './feed.js';

export interface OverlayChoice {
  readonly mask: boolean;
  readonly provenance: boolean;
}

export const MASK_COLOUR = '#ffd43b';

type Colour = readonly [red: number, green: number, blue: number, alpha: number];

const NONE: Colour = [0, 0, 0, 0];
const FILL = 90;
const rgb = (hex: string, alpha: number): Colour => {
  const at = (index: number) => Number.parseInt(hex.slice(index, index + 2), 16);
  return [at(1), at(3), at(5), alpha];
};
const PROVENANCE: readonly Colour[] = [
  NONE,
  rgb(PROVENANCE_COLOURS.denoised, FILL),
  rgb(PROVENANCE_COLOURS.recovered, FILL),
  rgb(PROVENANCE_COLOURS.synthesised, FILL),
];
const MASK_FILL = rgb(MASK_COLOUR, 70);
const MASK_EDGE = rgb(MASK_COLOUR, 255);

/** Draws one picture's overlay on canvases of its own, and hands out the newest. */
export class OverlayPaint {
  readonly #canvas = document.createElement('canvas');
  #painted: OverlayCells | undefined;
  #how = '';

  /** `rows` high, `columns` wide; undefined when nothing is chosen. */
  paint(overlay: OverlayCells, choice: OverlayChoice): HTMLCanvasElement | undefined {
    if (!choice.mask && !choice.provenance) return undefined;
    const how = `${choice.mask} ${choice.provenance}`;
    if (overlay === this.#painted && how === this.#how) return this.#canvas;
    [this.#painted, this.#how] = [overlay, how];
    const { columns, rows, cells } = overlay;
    if (this.#canvas.width !== columns) this.#canvas.width = columns;
    if (this.#canvas.height !== rows) this.#canvas.height = rows;
    const context = this.#canvas.getContext('2d');
    if (context === null) return undefined;
    const image = context.createImageData(columns, rows);
    for (let cell = 0; cell < cells.length; cell++) {
      const value = cells[cell] ?? 0;
      let colour = choice.provenance ? (PROVENANCE[value & 3] ?? NONE) : NONE;
      if (choice.mask && isMasked(value)) {
        if (isEdge(cells, columns, cell)) colour = MASK_EDGE;
        else if (!choice.provenance) colour = MASK_FILL;
      }
      image.data.set(colour, cell * 4);
    }
    context.putImageData(image, 0, 0);
    return this.#canvas;
  }
}

/** A masked cell with a neighbour that is not, or at the border of the picture. */
function isEdge(cells: Uint8Array, columns: number, cell: number): boolean {
  const out = (neighbour: number) => !isMasked(cells[neighbour] ?? 0);
  const column = cell % columns;
  return (
    column === 0 ||
    column === columns - 1 ||
    out(cell - 1) ||
    out(cell + 1) ||
    out(cell - columns) ||
    out(cell + columns)
  );
}
