/** Cuts H.264 access units out of ffmpeg's FLV, whose tags carry their length: nothing is held back. */

/** One picture as FLV carries it. */
export interface FlvUnit {
  readonly key: boolean;
  /** Annex B; a key unit begins with its parameter sets. */
  readonly data: Uint8Array;
  /** ms, 32 bits. */
  readonly timestampMs: number;
}

const VIDEO = 9;
const AVC = 7;
const TAG_HEAD = 11;
/** Length of the previous tag, which follows each. */
const TRAILER = 4;
const FILE_HEAD = 9 + TRAILER;
const MARK = Uint8Array.of(0, 0, 0, 1);

/**
 * FLV version 1 with AVC (Adobe Flash Video File Format Specification 10.1, annex E); the sequence
 * header is an AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1).
 */
export class FlvReader {
  /** RFC 6381, for example `avc1.42c01e`; empty before the first key unit. */
  codec = '';
  #buffer = Buffer.alloc(0);
  #begun = false;
  #sets: Uint8Array[] = [];

  /** The units that are whole by now. */
  push(chunk: Uint8Array): FlvUnit[] {
    this.#buffer =
      this.#buffer.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#buffer, chunk]);
    if (!this.#begun) {
      if (this.#buffer.length < FILE_HEAD) return [];
      this.#buffer = this.#buffer.subarray(FILE_HEAD);
      this.#begun = true;
    }
    const units: FlvUnit[] = [];
    while (this.#buffer.length >= TAG_HEAD) {
      const size = this.#buffer.readUIntBE(1, 3);
      const end = TAG_HEAD + size + TRAILER;
      if (this.#buffer.length < end) break;
      const unit = this.#tag(this.#buffer.subarray(0, TAG_HEAD + size));
      if (unit !== undefined) units.push(unit);
      this.#buffer = this.#buffer.subarray(end);
    }
    return units;
  }

  #tag(tag: Buffer): FlvUnit | undefined {
    const body = tag.subarray(TAG_HEAD);
    if (tag[0] !== VIDEO || body.length < 5 || ((body[0] ?? 0) & 15) !== AVC) return undefined;
    const timestampMs = tag.readUIntBE(4, 3) + (tag[7] ?? 0) * 2 ** 24;
    const payload = body.subarray(5);
    if (body[1] === 0) this.#configure(payload);
    if (body[1] !== 1) return undefined;
    const key = (body[0] ?? 0) >> 4 === 1;
    const units = nalUnits(payload);
    return { key, timestampMs, data: annexB(key ? withSets(this.#sets, units) : units) };
  }

  #configure(record: Buffer): void {
    this.codec = `avc1.${record.subarray(1, 4).toString('hex')}`;
    this.#sets = [];
    let at = 5;
    // Sequence parameter sets, then picture parameter sets.
    for (const mask of [31, 255]) {
      for (let count = (record[at++] ?? 0) & mask; count > 0; count--) {
        const length = record.readUInt16BE(at);
        this.#sets.push(record.subarray(at + 2, at + 2 + length));
        at += 2 + length;
      }
    }
  }
}

/** ffmpeg writes lengths of four bytes. */
function nalUnits(payload: Buffer): Buffer[] {
  const units: Buffer[] = [];
  for (let at = 0; at + 4 <= payload.length;) {
    const length = payload.readUInt32BE(at);
    units.push(payload.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return units;
}

/** Encoders may repeat the parameter sets in band; once is enough. */
function withSets(sets: readonly Uint8Array[], units: readonly Uint8Array[]): Uint8Array[] {
  return [...sets, ...units.filter((unit) => ![7, 8].includes((unit[0] ?? 0) & 31))];
}

function annexB(units: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(units.flatMap((unit) => [MARK, unit]));
}
