/** AssemblyScript. One lane's background memory in linear memory: where everything lies. */

/** One vector beyond the end of each array may be read and, unchanged, written. */
const PAD: usize = 32;

/** The mean (f32) and the picture (u8), yuv420p; by cell the samples (u8) and the newest's seq (i32). */
@unmanaged
export class Layer {
  mean: usize = 0;
  planes: usize = 0;
  count: usize = 0;
  seenAt: usize = 0;
}

export const recent = new Layer();
export const background = new Layer();

export let columns: i32 = 0;
export let rows: i32 = 0;
export let cells: i32 = 0;
/** Of a row of luma. */
export let width: i32 = 0;

/** The frame that is learned, u8, and by cell where it is damaged. */
export let frame: usize = 0;
export let mask: usize = 0;
/** By cell 1 where frame and memory can be compared, and how many of 5x5 can. */
export let known: usize = 0;
export let total: usize = 0;
/** By cell 1 where the frame differs from what is recent, and from the background. */
export let ran: usize = 0;
export let far: usize = 0;
/** A few rows for sums on their way. */
export let scratch: usize = 0;
/** Bytes of a row of f32 in it, with a margin of four cells on the left and more on the right. */
export let stride: usize = 0;

function room(bytes: usize): usize {
  const at = heap.alloc(bytes + PAD);
  memory.fill(at, 0, bytes + PAD);
  return at;
}

function fillLayer(layer: Layer): void {
  layer.mean = room(<usize>cells * 24);
  layer.planes = room(<usize>cells * 6);
  layer.count = room(cells);
  layer.seenAt = room(<usize>cells * 4);
}

/** Once, before anything else. */
export function begin(columnCount: i32, rowCount: i32): void {
  columns = columnCount;
  rows = rowCount;
  cells = columnCount * rowCount;
  width = 2 * columnCount;
  fillLayer(recent);
  fillLayer(background);
  frame = room(<usize>cells * 6);
  mask = room(cells);
  known = room(cells);
  total = room(cells);
  ran = room(cells);
  far = room(cells);
  stride = ((<usize>columns + 3) / 4) * 16 + 64;
  scratch = room(stride * 24);
}
