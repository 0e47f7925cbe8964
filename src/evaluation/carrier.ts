/** What a codec and a lossy line do to a clip: the cases whose damage is the carrier's own work. */
import { readFile, writeFile } from 'node:fs/promises';
import type { Ffmpeg } from '../ffmpeg/find.js';
import { cellGrid, planesOf, type FrameSize } from '../frame/frame.js';
import { bytesOf, colourArgs, decodeAtRate, rawInput, type RawClip } from './clip.js';
import { runFfmpeg, throwIfAborted } from './ffmpeg-job.js';
import type { Random } from './random.js';
import { RawReader, RawWriter } from './raw-file.js';

/** H.264 at CRF 27 in Matroska, as a camera might store its noisy picture. */
export function encodeH264(
  ffmpeg: Ffmpeg,
  clip: RawClip,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const codec = ['-c:v', 'libx264', '-preset', 'medium', '-crf', '27', ...colourArgs(clip)];
  const args = [...rawInput(clip), ...codec, '-f', 'matroska', path];
  return runFfmpeg(ffmpeg, args, 'encode H.264 (does it have libx264?)', signal);
}

const SLICES = 6;
const KEY_INTERVAL_SECONDS = 2;
const TS_PACKET = 188;
/** Chance that a burst of losses begins at a packet, and the chance that it goes on. */
const LOSS = 0.003;
const BURST = 0.6;
/** At least so many bursts a picture, so that a stream of few packets is harmed as well. */
const BURSTS_A_PICTURE = 0.06;
/** A smaller difference, in grey levels, is the drift of a prediction and not seen as damage. */
const VISIBLE = 8;

/**
 * Encodes to H.264 in a transport stream, 6 slices a frame, removes packets, and decodes what is
 * left with ffmpeg's own concealment. The first picture and the packets in which a picture begins
 * are spared, so that no frame is missing altogether.
 * @param folder for the intermediate files; the caller removes it
 * @returns the stream that is left, the clip that ffmpeg makes of it, and the mask of cells that
 *   differ visibly from the unharmed decode
 */
export async function throughLossyTransport(
  ffmpeg: Ffmpeg,
  clip: RawClip,
  random: Random,
  folder: string,
  signal: AbortSignal,
): Promise<{ readonly stream: string; readonly concealed: RawClip; readonly mask: string }> {
  const keyInterval = Math.round((KEY_INTERVAL_SECONDS * clip.rate[0]) / clip.rate[1]);
  const x264 = `slices=${SLICES}:keyint=${Math.max(2, keyInterval)}:bframes=0`;
  const stream = `${folder}/whole.ts`;
  const codec = ['-c:v', 'libx264', '-preset', 'medium', '-crf', '21', '-x264-params', x264];
  const args = [...rawInput(clip), ...codec, ...colourArgs(clip), '-f', 'mpegts', stream];
  await runFfmpeg(ffmpeg, args, 'encode H.264 (does it have libx264?)', signal);
  const lossy = `${folder}/lossy.ts`;
  await writeFile(lossy, loseVideoPackets(await readFile(stream), random));

  const whole = await decodeAtRate(ffmpeg, stream, clip, `${folder}/whole.yuv`, signal);
  const concealed = await decodeAtRate(ffmpeg, lossy, clip, `${folder}/concealed.yuv`, signal);
  const mask = `${folder}/lost.gray`;
  await writeDifference(whole, concealed, mask, signal);
  return { stream: lossy, concealed, mask };
}

/** ISO/IEC 13818-1, 2.4.3: drops some 188-byte packets of the video's PID. */
export function loseVideoPackets(stream: Uint8Array, random: Random): Uint8Array {
  const packets = packetsOf(stream);
  const videoPid = packets.find(({ bytes, begins }) => begins && startsVideo(bytes))?.pid;
  const starts = packets.filter(({ pid, begins }) => pid === videoPid && begins);
  const second = starts[1] === undefined ? packets.length : packets.indexOf(starts[1]);
  const exposed = new Set(packets.filter(({ pid, begins }) => pid === videoPid && !begins));
  for (const packet of packets.slice(0, second)) {
    exposed.delete(packet);
  }
  const loss = Math.max(LOSS, (BURSTS_A_PICTURE * starts.length) / exposed.size);
  let inBurst = false;
  const kept = packets.filter((packet) => {
    if (!exposed.has(packet)) return true;
    inBurst = random.chance(inBurst ? BURST : loss);
    return !inBurst;
  });
  return Buffer.concat(kept.map(({ bytes }) => bytes));
}

interface Packet {
  readonly bytes: Uint8Array;
  /** The stream that it is of. */
  readonly pid: number;
  /** True when a picture (or another unit of payload) begins in it. */
  readonly begins: boolean;
}

function packetsOf(stream: Uint8Array): Packet[] {
  return Array.from({ length: Math.floor(stream.length / TS_PACKET) }, (_, index) => {
    const bytes = stream.subarray(index * TS_PACKET, (index + 1) * TS_PACKET);
    const [, high = 0, low = 0] = bytes;
    return { bytes, pid: ((high & 0x1f) << 8) | low, begins: (high & 0x40) !== 0 };
  });
}

/** True when the packet's payload begins with the PES header of a video stream (ids 0xE0–0xEF). */
function startsVideo(packet: Uint8Array): boolean {
  const adaptation = ((packet[3] ?? 0) & 0x20) !== 0 ? 1 + (packet[4] ?? 0) : 0;
  const [zero, alsoZero, one, id = 0] = packet.subarray(4 + adaptation);
  return zero === 0 && alsoZero === 0 && one === 1 && (id & 0xf0) === 0xe0;
}

/** Marks the cells of which any of the six samples differs visibly; one mask a frame, in a row at `path`. */
async function writeDifference(
  a: RawClip,
  b: RawClip,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const bytes = bytesOf(a);
  const [one, other] = [new Uint8Array(bytes.frame), new Uint8Array(bytes.frame)];
  const mask = new Uint8Array(bytes.mask);
  const readers = await Promise.all([a, b].map(({ path: p }) => RawReader.open(p, bytes.frame)));
  const writer = await RawWriter.create(path);
  try {
    for (let index = 0; index < a.frames; index++) {
      throwIfAborted(signal);
      await readers[0]?.read(index, one);
      await readers[1]?.read(index, other);
      differingCells(a, one, other, mask, VISIBLE);
      await writer.write(mask);
    }
  } finally {
    await Promise.all([writer, ...readers].map((file) => file.close()));
  }
}

/** Sets `mask` `[rows, columns]` to 255 where any of a cell's six samples differs by more than `step`. */
export function differingCells(
  size: FrameSize,
  a: Uint8Array,
  b: Uint8Array,
  mask: Uint8Array,
  step = 0,
): void {
  const { columns } = cellGrid(size);
  const [pa, pb] = [planesOf(size, a), planesOf(size, b)];
  mask.fill(0);
  for (let at = 0; at < pa.y.length; at++) {
    if (Math.abs((pa.y[at] ?? 0) - (pb.y[at] ?? 0)) <= step) continue;
    const y = Math.floor(at / size.width);
    mask[(y >> 1) * columns + ((at - y * size.width) >> 1)] = 255;
  }
  for (let cell = 0; cell < mask.length; cell++) {
    const u = Math.abs((pa.u[cell] ?? 0) - (pb.u[cell] ?? 0));
    const v = Math.abs((pa.v[cell] ?? 0) - (pb.v[cell] ?? 0));
    if (Math.max(u, v) > step) mask[cell] = 255;
  }
}
