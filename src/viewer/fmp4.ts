/**
 * The smallest fragmented MP4 that Media Source Extensions take: one H.264 track, one frame a
 * fragment, so that nothing waits for the next frame. Boxes as in ISO/IEC 14496-12 and -15.
 */
import { NAL, nalType } from './annex-b.js';

export const TIMESCALE = 90_000;

type Bytes = readonly number[];

const u16 = (n: number): Bytes => [(n >> 8) & 255, n & 255];
const u32 = (n: number): Bytes => [(n >>> 24) & 255, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
const zeros = (n: number): Bytes => new Array<number>(n).fill(0);
const text = (s: string): Bytes => Array.from(s, (letter) => letter.charCodeAt(0));
/** Version and flags. */
const full = (flags = 0, version = 0): Bytes => u32(version * 0x1000000 + flags);

function box(type: string, ...parts: Bytes[]): Bytes {
  const body = parts.flat();
  return [...u32(body.length + 8), ...text(type), ...body];
}

const UNITY = [...u32(0x10000), ...zeros(12), ...u32(0x10000), ...zeros(12), ...u32(0x40000000)];

/** @param units of a key frame, with its parameter sets; undefined without them */
export function initSegment(
  units: readonly Uint8Array[],
  width: number,
  height: number,
): Uint8Array<ArrayBuffer> | undefined {
  const sequence = units.find((unit) => nalType(unit) === NAL.sequence);
  const picture = units.find((unit) => nalType(unit) === NAL.picture);
  if (sequence === undefined || picture === undefined) return undefined;
  const avcC = box(
    'avcC',
    [1, sequence[1] ?? 0, sequence[2] ?? 0, sequence[3] ?? 0, 0xff, 0xe1],
    ...[u16(sequence.length), [...sequence], [1], u16(picture.length), [...picture]],
  );
  const avc1 = box(
    'avc1',
    ...[zeros(6), u16(1), zeros(16), u16(width), u16(height), u32(0x480000), u32(0x480000)],
    ...[zeros(4), u16(1), zeros(32), u16(24), [255, 255], avcC],
  );
  const tables = box(
    'stbl',
    box('stsd', full(), u32(1), avc1),
    ...[
      box('stts', zeros(8)),
      box('stsc', zeros(8)),
      box('stsz', zeros(12)),
      box('stco', zeros(8)),
    ],
  );
  const data = box('dinf', box('dref', full(), u32(1), box('url ', full(1))));
  const handler = box('hdlr', full(), u32(0), text('vide'), zeros(12), [0]);
  const media = box(
    'mdia',
    box('mdhd', full(), zeros(8), u32(TIMESCALE), u32(0), u16(0x55c4), u16(0)),
    handler,
    box('minf', box('vmhd', full(1), zeros(8)), data, tables),
  );
  const header = box(
    'tkhd',
    ...[full(7), zeros(8), u32(1), zeros(8), zeros(16), UNITY],
    ...[u32(width * 0x10000), u32(height * 0x10000)],
  );
  const movie = box(
    'moov',
    box(
      'mvhd',
      ...[full(), zeros(8), u32(TIMESCALE), u32(0), u32(0x10000), u16(0x100), zeros(10), UNITY],
      ...[zeros(24), u32(2)],
    ),
    box('trak', header, media),
    box('mvex', box('trex', full(), u32(1), u32(1), zeros(12))),
  );
  return Uint8Array.from([...box('ftyp', text('iso5'), u32(512), text('iso5iso6mp41')), ...movie]);
}

export interface Fragment {
  /** From 1. */
  readonly sequence: number;
  /** Ticks of `TIMESCALE`. */
  readonly time: number;
  readonly duration: number;
  readonly key: boolean;
  /** NAL units without start codes. */
  readonly units: readonly Uint8Array[];
}

const KEY_SAMPLE = 0x02000000;
const OTHER_SAMPLE = 0x01010000;

export function fragment({
  sequence,
  time,
  duration,
  key,
  units,
}: Fragment): Uint8Array<ArrayBuffer> {
  // Parameter sets stand in the init segment, and delimiters are of no use here.
  const kept = units.filter((unit) => nalType(unit) < NAL.sequence);
  const size = kept.reduce((sum, unit) => sum + 4 + unit.length, 0);
  const movie = (offset: number) =>
    box(
      'moof',
      box('mfhd', full(), u32(sequence)),
      box(
        'traf',
        box('tfhd', full(0x020000), u32(1)),
        box('tfdt', full(0, 1), u32(Math.floor(time / 2 ** 32)), u32(time % 2 ** 32)),
        box(
          'trun',
          ...[full(0x000701), u32(1), u32(offset), u32(duration), u32(size)],
          u32(key ? KEY_SAMPLE : OTHER_SAMPLE),
        ),
      ),
    );
  const head = [...movie(movie(0).length + 8), ...u32(size + 8), ...text('mdat')];
  const out = new Uint8Array(head.length + size);
  out.set(head);
  let at = head.length;
  for (const unit of kept) {
    out.set(u32(unit.length), at);
    out.set(unit, at + 4);
    at += 4 + unit.length;
  }
  return out;
}
