/** Paints the before/after picture of the demo from the frame that was damaged the most. */
import { bytesOf, type RawClip } from '../src/evaluation/clip.js';
import { toRgb } from '../src/evaluation/colour.js';
import type { Damaged } from '../src/evaluation/damage-clip.js';
import { RawReader } from '../src/evaluation/raw-file.js';
import { paintBeforeAfter } from '../src/evidence/before-after.js';

/** The frame that lost the most cells, damaged and restored, as a PNG at `path`. */
export async function paintWorstFrame(
  clean: RawClip,
  damaged: Damaged,
  restored: RawClip,
  path: string,
): Promise<void> {
  const bytes = bytesOf(clean);
  const mask = new Uint8Array(bytes.mask);
  let worst = { index: 0, cells: -1 };
  if (damaged.mask !== undefined) {
    const masks = await RawReader.open(damaged.mask, bytes.mask);
    try {
      for (let index = 0; index < clean.frames; index++) {
        await masks.read(index, mask);
        const cells = mask.reduce((count, cell) => count + (cell === 0 ? 0 : 1), 0);
        if (cells > worst.cells) worst = { index, cells };
      }
      await masks.read(worst.index, mask);
    } finally {
      await masks.close();
    }
  }
  const rgbOf = async (file: string) => {
    const data = new Uint8Array(bytes.frame);
    const rgb = new Uint8ClampedArray(3 * clean.width * clean.height);
    const reader = await RawReader.open(file, bytes.frame);
    await reader.read(worst.index, data).finally(() => reader.close());
    toRgb(clean, data, clean.colour, rgb);
    return rgb;
  };
  const versions = [
    { label: 'damaged', rgb: await rgbOf(damaged.clip.path) },
    { label: 'restored', rgb: await rgbOf(restored.path) },
  ];
  await paintBeforeAfter(clean, versions, mask, path);
}
