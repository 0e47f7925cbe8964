/** Packs H.264 access units into RTP packets (RFC 3550, RFC 6184: single units and FU-A). */

/** Ticks a second of the RTP clock of video. */
export const RTP_CLOCK = 90_000;
export const PAYLOAD_TYPE = 96;
/** Fits an Ethernet frame with its headers, also behind a tunnel. */
const MTU = 1400;
const FU_A = 28;

/** The NAL units of an access unit whose start codes have four bytes. */
export function nalUnits(annexB: Uint8Array): Uint8Array[] {
  const data = Buffer.from(annexB.buffer, annexB.byteOffset, annexB.byteLength);
  const mark = Buffer.from([0, 0, 0, 1]);
  const units: Uint8Array[] = [];
  for (let at = data.indexOf(mark); at >= 0;) {
    const next = data.indexOf(mark, at + 4);
    units.push(data.subarray(at + 4, next < 0 ? data.length : next));
    at = next;
  }
  return units;
}

export class H264Packetizer {
  #sequence = Math.floor(Math.random() * 65_536);
  readonly #source = Math.floor(Math.random() * 2 ** 32);
  readonly #offset = Math.floor(Math.random() * 2 ** 31);

  /** @param timestamp µs */
  packets(annexB: Uint8Array, timestamp: number): Buffer[] {
    const ticks = (Math.round((timestamp * RTP_CLOCK) / 1e6) + this.#offset) % 2 ** 32;
    const payloads = nalUnits(annexB).flatMap((unit) => fragments(unit));
    return payloads.map((payload, index) => {
      const head = Buffer.alloc(12);
      head[0] = 0x80;
      // The marker is on the last packet of a picture.
      head[1] = PAYLOAD_TYPE | (index === payloads.length - 1 ? 0x80 : 0);
      head.writeUInt16BE(this.#sequence, 2);
      this.#sequence = (this.#sequence + 1) & 0xffff;
      head.writeUInt32BE(ticks, 4);
      head.writeUInt32BE(this.#source, 8);
      return Buffer.concat([head, payload]);
    });
  }
}

function fragments(unit: Uint8Array): Uint8Array[] {
  if (unit.length <= MTU) return [unit];
  const head = unit[0] ?? 0;
  const parts: Uint8Array[] = [];
  for (let at = 1; at < unit.length; at += MTU - 2) {
    const end = Math.min(unit.length, at + MTU - 2);
    const flags = (at === 1 ? 0x80 : 0) | (end === unit.length ? 0x40 : 0);
    const fragment = Uint8Array.of((head & 0xe0) | FU_A, flags | (head & 31));
    parts.push(Buffer.concat([fragment, unit.subarray(at, end)]));
  }
  return parts;
}
