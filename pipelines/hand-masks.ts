/** What a person drew or made: areas to repair and areas to leave alone, from files and settings. */
import type { Ffmpeg } from '../src/ffmpeg/find.js';
import { cellGrid, type Frame, type FrameSize } from '../src/frame/frame.js';
import { fillPolygons, type Polygon } from '../src/masks/polygon.js';
import { openMask, type MaskSource } from '../src/sources/mask-file.js';

export interface HandMaskOptions {
  /** An image or video, white = repair, added to what the detectors find. */
  readonly mask?: string;
  /** An image or video, white = leave alone, whatever is found there. */
  readonly protect?: string;
  readonly masks?: MaskSettings;
}

/** The group `masks` of the config. */
export interface MaskSettings {
  /** True: time stamps, names and logos are found and left as they are. */
  readonly osd: boolean;
  /** To be repaired. */
  readonly damaged: readonly Polygon[];
  /** To be left alone. */
  readonly keep: readonly Polygon[];
}

/** For one frame, `[rows, columns]`, not 0 where drawn; owned by the caller. */
export interface Drawn {
  readonly repair?: Uint8Array;
  readonly leave?: Uint8Array;
}

export interface HandMasks {
  /** How files were fitted to the frames, in words. */
  readonly notes: readonly string[];
  at(frame: Pick<Frame, 'seq' | 'timestamp'>): Promise<Drawn>;
  close(): void;
}

/** @throws RelensError MASK, when a file cannot be read */
export async function openHandMasks(
  { mask, protect, masks }: HandMaskOptions,
  size: FrameSize,
  ffmpeg: Ffmpeg,
): Promise<HandMasks> {
  const grid = cellGrid(size);
  const open = (path: string | undefined) =>
    path === undefined ? undefined : openMask(path, size, ffmpeg);
  const repair = { file: await open(mask), area: fillPolygons(grid, masks?.damaged ?? []) };
  const leave = { file: await open(protect), area: fillPolygons(grid, masks?.keep ?? []) };
  return {
    notes: [...(repair.file?.notes ?? []), ...(leave.file?.notes ?? [])],
    at: async (frame) => {
      const [repaired, left] = [await drawn(repair, frame), await drawn(leave, frame)];
      return { ...(repaired && { repair: repaired }), ...(left && { leave: left }) };
    },
    close: () => {
      repair.file?.close();
      leave.file?.close();
    },
  };
}

async function drawn(
  { file, area }: { file: MaskSource | undefined; area: Uint8Array | undefined },
  frame: Pick<Frame, 'seq' | 'timestamp'>,
): Promise<Uint8Array | undefined> {
  // What a file gives is on loan until the next frame.
  const cells = (await file?.at(frame))?.slice();
  if (cells === undefined) return area?.slice();
  if (area !== undefined)
    for (let i = 0; i < cells.length; i++) cells[i] = (cells[i] ?? 0) | (area[i] ?? 0);
  return cells;
}
