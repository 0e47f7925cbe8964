/** The NUT container as far as raw video needs it: start codes, numbers and checksums. */
import type { Rational } from './probe.js';

// Names and values as in the NUT specification, sections "frame header" and "syntax".
export const FILE_ID = 'nut/multimedia container\0';

export const START_CODE = {
  main: 0x4e4d7a561f5f04adn,
  stream: 0x4e5311405bf2f9dbn,
  syncpoint: 0x4e4be4adeeca4569n,
} as const;
/** Every start code begins with `N`, which no frame may. */
export const START_BYTE = 0x4e;

export const FLAG = {
  key: 1,
  codedPts: 8,
  streamId: 16,
  sizeMsb: 32,
  checksum: 64,
  reserved: 128,
  sideData: 256,
  headerIdx: 1024,
  matchTime: 2048,
  coded: 4096,
  invalid: 8192,
} as const;

/** Packets with more bytes than this carry a checksum of their header too. */
export const LONG_PACKET = 4096;

/** The video stream of a NUT file. */
export interface NutStream {
  readonly width: number;
  readonly height: number;
  /** `I420` for yuv420p, `Y800` for grey. */
  readonly fourcc: string;
  readonly timeBase: Rational;
  readonly sampleAspect?: Rational;
}

/** Variable length: 7 bits a byte, the highest first, the top bit set on all but the last. */
export function unsigned(value: number): number[] {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.unshift((rest % 128) + 128);
  }
  return bytes;
}

/** 1, -1, 2, -2 … are written as 1, 2, 3, 4 …. */
export function signed(value: number): number[] {
  return unsigned(value > 0 ? 2 * value - 1 : -2 * value);
}

/** The inverse of the mapping in `signed`. */
export function toSigned(code: number): number {
  return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});

/** CRC-32 with polynomial 0x04C11DB7, begun at 0, bits not reflected. */
export function checksum(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = (crc << 8) ^ (CRC_TABLE[(crc >>> 24) ^ byte] ?? 0);
  return crc >>> 0;
}
