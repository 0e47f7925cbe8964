/** Packs coded pictures into RTP packets (RFC 3550; H.264: RFC 6184; HEVC: RFC 7798). */
import type { Coding, Unit } from './access-units.js';

const MTU = 1400;
export const PAYLOAD_TYPE = 96;
/** Ticks a second of the RTP clock of video. */
export const RTP_CLOCK = 90_000;

export class Packetizer {
  readonly #coding: Coding;
  #sequence = 1000;

  constructor(coding: Coding) {
    this.#coding = coding;
  }

  /** @param ticks of the RTP clock */
  packets(unit: Unit, ticks: number): Buffer[] {
    return unit.flatMap((nal, index) => {
      const payloads = this.#payloads(nal);
      return payloads.map((payload, part) => {
        const last = index === unit.length - 1 && part === payloads.length - 1;
        return this.#packet(payload, ticks, last);
      });
    });
  }

  #payloads(nal: Buffer): Buffer[] {
    if (nal.length <= MTU) return [nal];
    const [head, type] = this.#fragmentHead(nal);
    const from = head.length;
    const payloads: Buffer[] = [];
    for (let at = from; at < nal.length; at += MTU) {
      const end = Math.min(at + MTU, nal.length);
      const flags = (at === from ? 0x80 : 0) | (end === nal.length ? 0x40 : 0);
      payloads.push(Buffer.concat([head, Buffer.from([flags | type]), nal.subarray(at, end)]));
    }
    return payloads;
  }

  /** The header that stands in for that of the NAL unit, as long as it, and the unit's type. */
  #fragmentHead(nal: Buffer): [Buffer, number] {
    if (this.#coding === 'hevc') {
      return [Buffer.from([(nal[0]! & 0x81) | (49 << 1), nal[1]!]), (nal[0]! >> 1) & 63];
    }
    return [Buffer.from([(nal[0]! & 0xe0) | 28]), nal[0]! & 31];
  }

  #packet(payload: Buffer, ticks: number, marker: boolean): Buffer {
    const head = Buffer.alloc(12);
    head[0] = 0x80;
    head[1] = PAYLOAD_TYPE | (marker ? 0x80 : 0);
    head.writeUInt16BE(this.#sequence++ & 0xffff, 2);
    head.writeUInt32BE(((ticks % 2 ** 32) + 2 ** 32) % 2 ** 32, 4);
    head.writeUInt32BE(0x5e1ec7ed, 8);
    return Buffer.concat([head, payload]);
  }
}
