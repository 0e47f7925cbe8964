/** A mask that the user drew or made: an image for all frames, or a video frame by frame. */
import { isRelensError, RelensError } from '../errors.js';
import { passthrough } from '../ffmpeg/abilities.js';
import { startDecoder, type DecodeJob } from '../ffmpeg/decode.js';
import { reason } from '../ffmpeg/failure.js';
import type { Ffmpeg } from '../ffmpeg/find.js';
import { evenSize } from '../ffmpeg/picture.js';
import { cellGrid, type FrameSize } from '../frame/frame.js';
import { findInput } from './file.js';
import type { ProbedInput } from './input.js';

export interface MaskSource {
  /** How the mask was fitted to the frames, in words; empty when it needed nothing. */
  readonly notes: readonly string[];
  /**
   * `[rows, columns]` on the chroma grid, 255 = repair, 0 = keep; lent until the next call. The
   * mask's pictures are counted along with `seq`, the last one is held. Frames are asked for in
   * order; going back begins anew.
   * @throws RelensError MASK
   */
  at(frame: { readonly seq: number; readonly timestamp: number }): Promise<Uint8Array>;
  /** Ends the decoder. */
  close(): void;
}

/** Brighter grey levels than this mean repair. */
const THRESHOLD = 127;

/**
 * @param size of the frames; masks of another size are scaled to it without smoothing
 * @throws RelensError MASK, when it cannot be read
 */
export async function openMask(path: string, size: FrameSize, ffmpeg: Ffmpeg): Promise<MaskSource> {
  const probed = await probeMask(path, ffmpeg);
  const job = maskJob(path, probed, size, ffmpeg, await passthrough(ffmpeg));
  const luma = new Uint8Array(job.display.width * job.display.height);
  const { columns, rows } = cellGrid(size);
  const cells = new Uint8Array(columns * rows);
  let decoder: ReturnType<typeof startDecoder> | undefined;
  let read = 0;

  const advance = async (): Promise<boolean> => {
    decoder ??= startDecoder(job);
    const picture = await decoder.nut.frame();
    if (picture === undefined || !(await picture.readInto(luma))) return false;
    markCells(luma, job.display, cells, columns);
    read++;
    return true;
  };
  const close = () => {
    decoder?.child.kill();
    decoder = undefined;
    read = 0;
  };
  let ended = false;
  const at = async (seq: number) => {
    if (seq < read - 1) {
      close();
      ended = false;
    }
    while (!ended && read <= seq) ended = !(await advance());
    if (read === 0) {
      const why = decoder === undefined ? 'it was closed' : reason(decoder.child.stderr);
      throw new RelensError('MASK', `mask ${path} holds no picture that can be decoded (${why})`);
    }
    return cells;
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    notes: fitted(probed, size),
    at: ({ seq }) => {
      const cellsOfFrame = last.then(() => at(seq));
      last = cellsOfFrame.catch(() => undefined);
      return cellsOfFrame;
    },
    close,
  };
}

async function probeMask(path: string, ffmpeg: Ffmpeg): Promise<ProbedInput> {
  try {
    return await findInput({ path, ffmpeg, frameRate: 25, deinterlace: 'off' });
  } catch (cause) {
    if (!isRelensError(cause) || cause.code === 'FFMPEG_NOT_FOUND') throw cause;
    throw new RelensError('MASK', `mask: ${cause.message}`, { cause });
  }
}

function uprightSize({ video }: ProbedInput): FrameSize {
  const { width, height } = video;
  const turned = video.rotation === 90 || video.rotation === 270;
  return turned ? { width: height, height: width } : { width, height };
}

function isOfSize(mask: FrameSize, size: FrameSize): boolean {
  const padded = evenSize(mask);
  return padded.width === size.width && padded.height === size.height;
}

function fitted(probed: ProbedInput, size: FrameSize): string[] {
  const { width, height } = uprightSize(probed);
  if (isOfSize({ width, height }, size)) return [];
  return [`mask scaled from ${width}x${height} to ${size.width}x${size.height}`];
}

function maskJob(
  path: string,
  probed: ProbedInput,
  size: FrameSize,
  ffmpeg: Ffmpeg,
  passthroughArgs: readonly string[],
): DecodeJob {
  const { input, video } = probed;
  const upright = uprightSize(probed);
  // A mask of an odd picture's own size needs no scaling; its missing edge is repeated.
  const display = isOfSize(upright, size) ? upright : size;
  const scale = `scale=w=${display.width}:h=${display.height}:flags=neighbor:out_range=pc`;
  return {
    ffmpeg,
    lane: path,
    input: [...input.args, '-i', input.url],
    ...(input.stdin === undefined ? {} : { stdin: input.stdin }),
    map: `0:${video.index}`,
    filter: `${scale},format=gray`,
    passthrough: passthroughArgs,
    display,
    clock: { kind: 'stamped', timeBase: video.timeBase, origin: 0 },
  };
}

/** Any luma sample above the threshold marks its 2x2 cell. */
function markCells(luma: Uint8Array, size: FrameSize, cells: Uint8Array, columns: number): void {
  cells.fill(0);
  for (let row = 0; row < size.height; row++) {
    const from = row * size.width;
    const to = (row >> 1) * columns;
    for (let column = 0; column < size.width; column++) {
      if ((luma[from + column] ?? 0) > THRESHOLD) cells[to + (column >> 1)] = 255;
    }
  }
}
