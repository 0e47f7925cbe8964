/** OpenCV's inpainting with the true mask given to it, compiled to WebAssembly. */
import { RelensError } from '../../errors.js';
import type { OpenCV } from '@opencvjs/node';
import { fromRgb, toRgb } from '../colour.js';
import { bytesOf } from '../clip.js';
import { throwIfAborted } from '../ffmpeg-job.js';
import { RawReader, RawWriter } from '../raw-file.js';
import type { Anchor, AnchorJob, Setting } from './anchor.js';

type Cv = typeof OpenCV;

const PACKAGE = '@opencvjs/node';
let loading: Promise<Cv> | undefined;

/**
 * Loaded when first needed: it takes about 10 MB and a fifth of a second.
 * @throws RelensError EVALUATION when the package is not installed
 */
function openCv(): Promise<Cv> {
  loading ??= import('@opencvjs/node').then(
    ({ loadOpenCV }) => loadOpenCV(),
    (cause: unknown) => {
      const what = `Telea and NS need ${PACKAGE}, a development dependency: npm install ${PACKAGE}`;
      throw new RelensError('EVALUATION', what, { cause });
    },
  );
  return loading;
}

/** Radius in pixels, as in OpenCV's examples and twice that. */
const RADII = [3, 6];

function inpainting(name: string, flag: (cv: Cv) => number): Anchor {
  return {
    name,
    chosenBy: 'in',
    gridFrames: 8,
    takes: ({ masked }) => masked,
    settings: RADII.map((radius): Setting => ({
      label: `radius ${radius}`,
      run: async (job) => {
        const cv = await openCv();
        await inpaintAll(cv, job, radius, flag(cv));
      },
    })),
  };
}

/** In RGB; only the masked cells of the result are taken over. */
async function inpaintAll(cv: Cv, job: AnchorJob, radius: number, flag: number): Promise<void> {
  const { damaged, mask, output, signal } = job;
  if (mask === undefined) throw new RangeError('inpainting needs a mask');
  const { width, height, colour } = damaged;
  const bytes = bytesOf(damaged);
  const data = new Uint8Array(bytes.frame);
  const cells = new Uint8Array(bytes.mask);
  const rgb = new Uint8ClampedArray(3 * width * height);
  const picture = new cv.Mat(height, width, cv.CV_8UC3);
  const hole = new cv.Mat(height, width, cv.CV_8UC1);
  const result = new cv.Mat(height, width, cv.CV_8UC3);
  const frames = await RawReader.open(damaged.path, bytes.frame);
  const masks = await RawReader.open(mask, bytes.mask);
  const writer = await RawWriter.create(output);
  try {
    for (let index = 0; index < damaged.frames; index++) {
      throwIfAborted(signal);
      await frames.read(index, data);
      await masks.read(index, cells);
      if (cells.includes(255)) {
        toRgb(damaged, data, colour, rgb);
        interleave(rgb, picture.data);
        enlarge(cells, width, hole.data);
        cv.inpaint(picture, hole, result, radius, flag);
        deinterleave(result.data, rgb);
        fromRgb(damaged, rgb, colour, data, cells);
      }
      await writer.write(data);
    }
  } finally {
    for (const matrix of [picture, hole, result]) matrix.delete();
    await Promise.all([frames, masks, writer].map((file) => file.close()));
  }
}

function interleave(planes: Uint8ClampedArray, pixels: Uint8Array): void {
  const count = planes.length / 3;
  for (let i = 0; i < count; i++) {
    for (let plane = 0; plane < 3; plane++) pixels[3 * i + plane] = planes[i + plane * count] ?? 0;
  }
}

function deinterleave(pixels: Uint8Array, planes: Uint8ClampedArray): void {
  const count = planes.length / 3;
  for (let i = 0; i < count; i++) {
    for (let plane = 0; plane < 3; plane++) planes[i + plane * count] = pixels[3 * i + plane] ?? 0;
  }
}

/** Cells `[H/2, W/2]` to pixels `[H, W]`. */
function enlarge(cells: Uint8Array, width: number, pixels: Uint8Array): void {
  for (let at = 0; at < pixels.length; at++) {
    const y = Math.floor(at / width);
    pixels[at] = cells[(y >> 1) * (width >> 1) + ((at - y * width) >> 1)] ?? 0;
  }
}

export const TELEA = inpainting('Telea', (cv) => cv.INPAINT_TELEA as number);
export const NAVIER_STOKES = inpainting('NS', (cv) => cv.INPAINT_NS as number);
