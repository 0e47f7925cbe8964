/** What travels between server and page over WebSocket; the only file that both know. */
import { CAMERA_EVENT_KINDS } from './camera-event.js';
import type { CameraEvent, CameraFigures, CameraState } from './live-seams.js';

export type { CameraEvent, CameraFigures, CameraState };

/** True for what befell the view of a camera; an event of these that has no end goes on. */
export const isViewEvent = ({ kind }: Pick<CameraEvent, 'kind'>) =>
  CAMERA_EVENT_KINDS.some((known) => known === kind);

/**
 * One binary message is one picture or one overlay: a header of `HEADER_BYTES`, then the payload.
 * Numbers are little-endian. Times are ms since the epoch by the server's clock, 0 where unknown.
 *
 * | byte | type | what |
 * | --- | --- | --- |
 * | 0 | u8 | kind, see `KIND` |
 * | 1 | u8 | flags, see `FLAG` |
 * | 2 | u16 | bytes of the header, so that it may grow |
 * | 4 | u32 | number of the frame |
 * | 8 | f64 | presentation time, µs |
 * | 16 | f64 × 5 | received, decoded, restored, encoded, sent |
 * | 56 | u16 × 2 | width and height of one picture; overlays: columns and rows |
 */
export const HEADER_BYTES = 60;

export const KIND = {
  /** H.264, Annex B, of the stacked picture: restored above, original below. */
  video: 1,
  /** JPEG of the same stacked picture. */
  jpeg: 2,
  /** Mask and provenance, see `packOverlay`. */
  overlay: 3,
} as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

export const FLAG = {
  /** Can be decoded without what came before. */
  key: 1,
  /** Shown as it came: the restorer was late. */
  passedThrough: 2,
  /** Came after errors or lost packets: parts of it may be wrong. */
  distrusted: 4,
} as const;

/** ms since the epoch. */
export interface WireTimes {
  readonly received: number;
  readonly decoded: number;
  readonly restored: number;
  readonly encoded: number;
  readonly sent: number;
}

export interface WireHeader {
  readonly kind: Kind;
  readonly key: boolean;
  readonly passedThrough: boolean;
  readonly trusted: boolean;
  readonly seq: number;
  /** µs */
  readonly timestamp: number;
  readonly times: WireTimes;
  /** Of one picture, not of the stack; overlays: columns. */
  readonly width: number;
  /** The same; overlays: rows. */
  readonly height: number;
}

export interface WireMessage extends WireHeader {
  /** A view into the message. */
  readonly payload: Uint8Array<ArrayBuffer>;
}

export function writeMessage(header: WireHeader, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES + payload.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, header.kind);
  const passed = header.passedThrough ? FLAG.passedThrough : 0;
  const distrusted = header.trusted ? 0 : FLAG.distrusted;
  view.setUint8(1, (header.key ? FLAG.key : 0) | passed | distrusted);
  view.setUint16(2, HEADER_BYTES, true);
  view.setUint32(4, header.seq >>> 0, true);
  view.setFloat64(8, header.timestamp, true);
  const { received, decoded, restored, encoded, sent } = header.times;
  [received, decoded, restored, encoded, sent].forEach((time, index) => {
    view.setFloat64(16 + 8 * index, time, true);
  });
  view.setUint16(56, header.width, true);
  view.setUint16(58, header.height, true);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

/** @throws RangeError for bytes that are no message of ours */
export function readMessage(buffer: ArrayBuffer): WireMessage {
  const view = new DataView(buffer);
  const kind = view.getUint8(0);
  if (kind !== KIND.video && kind !== KIND.jpeg && kind !== KIND.overlay) {
    throw new RangeError(`unknown kind of message: ${kind}`);
  }
  const flags = view.getUint8(1);
  const time = (index: number) => view.getFloat64(16 + 8 * index, true);
  return {
    kind,
    key: (flags & FLAG.key) !== 0,
    passedThrough: (flags & FLAG.passedThrough) !== 0,
    trusted: (flags & FLAG.distrusted) === 0,
    seq: view.getUint32(4, true),
    timestamp: view.getFloat64(8, true),
    times: {
      received: time(0),
      decoded: time(1),
      restored: time(2),
      encoded: time(3),
      sent: time(4),
    },
    width: view.getUint16(56, true),
    height: view.getUint16(58, true),
    payload: new Uint8Array(buffer, view.getUint16(2, true)),
  };
}

const MASKED = 4;

/**
 * Run-length code of mask and provenance: a byte whose low three bits are provenance (0–3) and mask
 * (4) and whose high five bits are the run's length (1–31); length 0 means that two bytes with the
 * length follow.
 * @param mask `[rows, columns]` u8: 255 = repair
 * @param provenance `[rows, columns]` u8: 0–3
 */
export function packOverlay(mask: Uint8Array, provenance: Uint8Array): Uint8Array {
  const packed: number[] = [];
  const cell = (at: number) => ((provenance[at] ?? 0) & 3) | ((mask[at] ?? 0) > 0 ? MASKED : 0);
  for (let at = 0; at < provenance.length;) {
    const value = cell(at);
    let end = at + 1;
    while (end < provenance.length && end - at < 0xffff && cell(end) === value) end++;
    const length = end - at;
    if (length < 32) packed.push(value | (length << 3));
    else packed.push(value, length & 255, length >> 8);
    at = end;
  }
  return Uint8Array.from(packed);
}

/** @returns of each cell: provenance in the low two bits, 4 where it was masked */
export function unpackOverlay(packed: Uint8Array, cells: number): Uint8Array {
  const out = new Uint8Array(cells);
  let at = 0;
  for (let i = 0; i < packed.length && at < cells; i++) {
    const byte = packed[i] ?? 0;
    let length = byte >> 3;
    if (length === 0) {
      length = (packed[i + 1] ?? 0) | ((packed[i + 2] ?? 0) << 8);
      i += 2;
    }
    out.fill(byte & 7, at, at + length);
    at += length;
  }
  return out;
}

/** The legend's colours: told apart by the colour-blind too. */
export const PROVENANCE_COLOURS = {
  original: '#000000',
  denoised: '#3d8bfd',
  recovered: '#12b886',
  synthesised: '#fd7e14',
} as const;

/** True for a cell of `unpackOverlay` that was to be repaired. */
export const isMasked = (cell: number) => (cell & MASKED) !== 0;

/** What the server says on the control socket, as JSON; the first message is a `hello`. */
export type ServerMessage =
  | {
      readonly type: 'hello';
      readonly version: string;
      readonly cameras: readonly CameraState[];
      readonly events: readonly CameraEvent[];
    }
  | { readonly type: 'state'; readonly state: CameraState }
  | { readonly type: 'removed'; readonly name: string }
  | { readonly type: 'event'; readonly event: CameraEvent }
  /** Once a second, of every camera. */
  | { readonly type: 'figures'; readonly figures: Readonly<Record<string, CameraFigures>> }
  /** `asked` is the number of the ping; `time` is the server's clock, ms since the epoch. */
  | { readonly type: 'pong'; readonly asked: number; readonly time: number };

/** What the page says on the control socket, as JSON. */
export interface PageMessage {
  readonly type: 'ping';
  readonly asked: number;
}

/** What the page wishes for on a video socket, as JSON; the newest wish counts. */
export interface ViewWish {
  readonly video: 'h264' | 'jpeg' | 'none';
  readonly overlays: boolean;
}
