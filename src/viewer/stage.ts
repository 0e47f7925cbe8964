/** Draws a camera's newest picture: original left of the wipe, restored right of it, overlays above. */
import type { Picture } from './decoders/decoder.js';
import type { OverlayCells } from './feed.js';
import { OverlayPaint, type OverlayChoice } from './overlay-paint.js';

export class Stage {
  readonly canvas = document.createElement('canvas');
  /** Share of the width that shows the original, from the left; 0–1. */
  wipe = 0;
  overlay: OverlayChoice = { mask: false, provenance: false };
  readonly #paint = new OverlayPaint();
  #newest: Picture | undefined;
  #cells: OverlayCells | undefined;

  constructor() {
    // The shape of most pictures, until there is one.
    [this.canvas.width, this.canvas.height] = [16, 9];
  }

  /** Takes the picture over, and closes the one before. */
  show(picture: Picture, cells: OverlayCells | undefined): void {
    if (this.#newest !== picture) this.#newest?.close();
    this.#newest = picture;
    this.#cells = cells;
    this.redraw();
  }

  redraw(): void {
    if (this.#newest === undefined) return;
    const { header, image } = this.#newest;
    const { width, height } = header;
    if (this.canvas.width !== width) this.canvas.width = width;
    if (this.canvas.height !== height) this.canvas.height = height;
    const context = this.canvas.getContext('2d', { alpha: false });
    if (context === null) return;
    const cut = Math.round(width * this.wipe);
    if (cut < width) {
      context.drawImage(image, cut, 0, width - cut, height, cut, 0, width - cut, height);
    }
    if (cut > 0) context.drawImage(image, 0, height, cut, height, 0, 0, cut, height);
    const cells = this.#cells;
    const painted = cells && this.#paint.paint(cells, this.overlay);
    if (painted === undefined) return;
    context.imageSmoothingEnabled = false;
    context.drawImage(painted, 0, 0, width, height);
    context.imageSmoothingEnabled = true;
  }

  close(): void {
    this.#newest?.close();
    this.#newest = undefined;
  }
}
