/** Writes raw video as NUT, so that ffmpeg learns the exact time of every frame from a pipe. */
import {
  checksum,
  FILE_ID,
  FLAG,
  LONG_PACKET,
  START_CODE,
  signed,
  unsigned,
  type NutStream,
} from './nut.js';

/** Between two frames the reader of the file may have to search this far for a syncpoint. */
const MAX_DISTANCE = 65536;
const MAX_PTS_DISTANCE = 1 << 20;

/** What precedes the first frame. */
export function nutHeader(stream: NutStream): Buffer {
  const [num, den] = stream.timeBase;
  const fourcc = Buffer.from(stream.fourcc, 'latin1');
  const [aspectNum, aspectDen] = stream.sampleAspect ?? [0, 0];
  const main = [
    ...[unsigned(3), unsigned(1), unsigned(MAX_DISTANCE)], // version, streams
    ...[unsigned(1), unsigned(num), unsigned(den)], // one time base
    // One frame code for all: each frame states its flags, time and size. 255 codes of it, for
    // `N` is never one; then no elided headers.
    ...[unsigned(FLAG.coded), unsigned(6)],
    ...[signed(0), unsigned(1), unsigned(0), unsigned(0), unsigned(0), unsigned(255)],
    unsigned(0),
  ];
  const header = [
    ...[unsigned(0), unsigned(0)], // stream 0, class video
    ...[unsigned(fourcc.length), [...fourcc]],
    ...[unsigned(0), unsigned(0), unsigned(MAX_PTS_DISTANCE)], // time base 0, pts never abridged
    ...[unsigned(0), unsigned(0), unsigned(0)], // no delay, no flags, no extra data
    ...[unsigned(stream.width), unsigned(stream.height)],
    ...[unsigned(aspectNum), unsigned(aspectDen), unsigned(0)],
  ];
  return Buffer.concat([
    Buffer.from(FILE_ID, 'latin1'),
    packet(START_CODE.main, main.flat()),
    packet(START_CODE.stream, header.flat()),
  ]);
}

/**
 * What precedes the `size` bytes of one frame.
 * @param pts ticks of the stream's time base, not negative
 */
export function nutFrameHeader(pts: number, size: number): Buffer {
  const frame = [0, ...unsigned(FLAG.key | FLAG.codedPts | FLAG.sizeMsb | FLAG.checksum)];
  frame.push(...unsigned(pts + 1), ...unsigned(size));
  return Buffer.concat([
    packet(START_CODE.syncpoint, [...unsigned(pts), ...unsigned(0)]),
    withChecksum(frame),
  ]);
}

function packet(startCode: bigint, body: readonly number[]): Buffer {
  const start = Buffer.alloc(8);
  start.writeBigUInt64BE(startCode);
  const length = body.length + 4;
  const head = Buffer.concat([start, Buffer.from(unsigned(length))]);
  return Buffer.concat([length > LONG_PACKET ? withChecksum([...head]) : head, withChecksum(body)]);
}

function withChecksum(bytes: readonly number[]): Buffer {
  const buffer = Buffer.alloc(bytes.length + 4);
  buffer.set(bytes);
  buffer.writeUInt32BE(checksum(buffer.subarray(0, bytes.length)), bytes.length);
  return buffer;
}
