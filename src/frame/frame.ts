/** A decoded picture and the geometry of its yuv420p planes. */

/** Width and height in luma samples; both even (odd inputs are padded at the door). */
export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

/**
 * One picture, 8-bit yuv420p: Y `[H, W]`, then U and V `[H/2, W/2]`, in one array without padding.
 * Whoever receives a frame closes it once; clone before giving it to two.
 */
export interface Frame extends FrameSize {
  /** The camera or file this frame belongs to. */
  readonly lane: string;
  /** Index from 0 within the lane, without gaps. */
  readonly seq: number;
  /** Presentation time in µs from the start of the stream. */
  readonly timestamp: number;
  /** True for the first frame after a break: reconnect, new size, timestamp gap. */
  readonly discontinuity: boolean;
  readonly data: Uint8Array;
  /** A second handle on the same pixels; each handle is closed once. */
  clone(): Frame;
  close(): void;
}

/** Bytes of one yuv420p picture. */
export function frameBytes({ width, height }: FrameSize): number {
  return (width * height * 3) / 2;
}

/** The chroma grid `[H/2, W/2]`: one cell for each 2x2 luma block. Masks and maps live on it. */
export interface CellGrid {
  readonly columns: number;
  readonly rows: number;
}

export function cellGrid({ width, height }: FrameSize): CellGrid {
  return { columns: width >> 1, rows: height >> 1 };
}

/** Views of the three planes; no copy. */
export interface Planes {
  readonly y: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
}

export function planesOf(size: FrameSize, data: Uint8Array): Planes {
  const luma = size.width * size.height;
  const chroma = luma >> 2;
  return {
    y: data.subarray(0, luma),
    u: data.subarray(luma, luma + chroma),
    v: data.subarray(luma + chroma, luma + 2 * chroma),
  };
}
