/** Reads raw video from NUT, each picture straight into memory that the caller lends. */
import { RelensError } from '../errors.js';
import type { ByteReader } from './byte-reader.js';
import { FILE_ID, FLAG, LONG_PACKET, START_BYTE, START_CODE, toSigned } from './nut.js';
import type { NutStream } from './nut.js';
import type { Rational } from './probe.js';

/** A frame whose header has been read and whose pixels have not. */
export interface NutFrame {
  /** Ticks of the stream's time base. */
  readonly pts: number;
  /** Bytes of the picture. */
  readonly size: number;
  /** Must be called once, before the next frame; false when the stream ends inside the picture. */
  readInto(target: Uint8Array): Promise<boolean>;
}

interface FrameCode {
  readonly flags: number;
  readonly ptsDelta: number;
  readonly sizeMul: number;
  readonly sizeLsb: number;
  readonly reserved: number;
  readonly headerIdx: number;
}

interface StreamState extends NutStream {
  readonly ptsShift: number;
  lastPts: number;
}

/** One video stream, NUT version 3 (the version that ffmpeg 4 to 8 writes by default). */
export class NutReader {
  readonly #bytes: ByteReader;
  #timeBases: Rational[] = [];
  #codes: (FrameCode | undefined)[] = [];
  #elided: Uint8Array[] = [];
  #stream: StreamState | undefined;

  constructor(bytes: ByteReader) {
    this.#bytes = bytes;
  }

  /** Known once the first frame is. */
  get stream(): NutStream | undefined {
    return this.#stream;
  }

  /**
   * The next frame; undefined at the end of the stream, be it the proper one or not.
   * @throws RelensError NUT_SYNTAX
   */
  async frame(): Promise<NutFrame | undefined> {
    try {
      if (this.#codes.length === 0 && !(await this.#begin())) return undefined;
      for (;;) {
        const byte = await this.#bytes.byte();
        if (byte === undefined) return undefined;
        if (byte !== START_BYTE) return await this.#frame(byte);
        if (!(await this.#packet())) return undefined;
      }
    } catch (error) {
      if (error instanceof CutShort) return undefined;
      throw error;
    }
  }

  async #begin(): Promise<boolean> {
    const id = await this.#bytes.take(FILE_ID.length);
    if (id === undefined) return false;
    if (Buffer.from(id).toString('latin1') !== FILE_ID) throw syntax('no NUT file');
    return true;
  }

  async #frame(code: number): Promise<NutFrame | undefined> {
    const known = this.#codes[code];
    const stream = this.#stream;
    if (known === undefined || stream === undefined) throw syntax(`frame code ${code}`);
    let { flags, headerIdx, reserved, sizeLsb: size } = known;
    if (flags & FLAG.coded) flags ^= await this.#number();
    if (flags & (FLAG.invalid | FLAG.sideData)) throw syntax(`frame flags ${flags}`);
    if (flags & FLAG.streamId && (await this.#number()) !== 0) throw syntax('a second stream');
    const codedPts = flags & FLAG.codedPts ? await this.#number() : undefined;
    if (flags & FLAG.sizeMsb) size += known.sizeMul * (await this.#number());
    if (flags & FLAG.matchTime) await this.#number();
    if (flags & FLAG.headerIdx) headerIdx = await this.#number();
    if (flags & FLAG.reserved) reserved = await this.#number();
    for (let field = 0; field < reserved; field++) await this.#number();
    if (flags & FLAG.checksum) await this.#bytes.take(4);
    const pts = (stream.lastPts =
      codedPts === undefined ? stream.lastPts + known.ptsDelta : fullPts(stream, codedPts));
    const prefix = this.#elided[headerIdx] ?? new Uint8Array(0);
    return {
      pts,
      size,
      readInto: (target) => {
        if (target.length !== size) throw syntax(`a frame of ${size} bytes, not ${target.length}`);
        target.set(prefix);
        return this.#bytes.fill(target.subarray(prefix.length));
      },
    };
  }

  /** A packet whose first byte has been read; false when the stream ends in it. */
  async #packet(): Promise<boolean> {
    const rest = await this.#bytes.take(7);
    if (rest === undefined) return false;
    const startCode = Buffer.from([START_BYTE, ...rest]).readBigUInt64BE();
    const length = await this.#number();
    if (length > LONG_PACKET) await this.#bytes.take(4);
    const body = await this.#bytes.take(length);
    if (body === undefined) return false;
    const fields = new Fields(body);
    if (startCode === START_CODE.main) this.#mainHeader(fields);
    if (startCode === START_CODE.stream) this.#streamHeader(fields);
    if (startCode === START_CODE.syncpoint) this.#syncpoint(fields);
    return true;
  }

  #mainHeader(fields: Fields): void {
    const version = fields.number();
    if (version !== 3) throw syntax(`version ${version}`);
    if (fields.number() !== 1) throw syntax('more than one stream');
    fields.number(); // max_distance
    this.#timeBases = Array.from({ length: fields.number() }, () => [
      fields.number(),
      fields.number(),
    ]);
    this.#codes = frameCodes(fields);
    this.#elided = [new Uint8Array(0)];
    for (let count = fields.number(); count > 0; count--) this.#elided.push(fields.bytes());
  }

  #streamHeader(fields: Fields): void {
    fields.number(); // stream_id
    if (fields.number() !== 0) throw syntax('a stream that is no video');
    const fourcc = Buffer.from(fields.bytes()).toString('latin1');
    const timeBase = this.#timeBases[fields.number()];
    if (timeBase === undefined) throw syntax('unknown time base');
    const ptsShift = fields.number();
    fields.number(); // max_pts_distance
    fields.number(); // decode_delay
    fields.number(); // stream_flags
    fields.bytes(); // codec_specific_data
    const width = fields.number();
    const height = fields.number();
    const [num, den] = [fields.number(), fields.number()];
    const aspect: Pick<NutStream, 'sampleAspect'> =
      num > 0 && den > 0 ? { sampleAspect: [num, den] } : {};
    // Headers are repeated in long files; the clock goes on.
    const lastPts = this.#stream?.lastPts ?? 0;
    this.#stream = { width, height, fourcc, timeBase, ptsShift, lastPts, ...aspect };
  }

  #syncpoint(fields: Fields): void {
    const code = fields.number();
    const from = this.#timeBases[code % this.#timeBases.length];
    const stream = this.#stream;
    if (from === undefined || stream === undefined) throw syntax('a syncpoint before the headers');
    const ticks = Math.floor(code / this.#timeBases.length);
    const [num, den] = stream.timeBase;
    stream.lastPts = Math.floor((ticks * from[0] * den) / (from[1] * num));
  }

  async #number(): Promise<number> {
    for (let value = 0; ;) {
      const byte = await this.#bytes.byte();
      if (byte === undefined) throw new CutShort('the stream ends inside a header');
      value = value * 128 + (byte & 127);
      if (byte < 128) return value;
    }
  }
}

/** The writer died while it wrote a header. */
class CutShort extends Error {}

/** Section "main header" of the specification: 256 codes, written in runs. */
function frameCodes(fields: Fields): (FrameCode | undefined)[] {
  const codes: (FrameCode | undefined)[] = new Array<undefined>(256).fill(undefined);
  let [ptsDelta, sizeMul, headerIdx] = [0, 1, 0];
  for (let code = 0; code < 256;) {
    const flags = fields.number();
    const given = fields.number();
    if (given > 0) ptsDelta = toSigned(fields.number());
    if (given > 1) sizeMul = fields.number();
    if (given > 2) fields.number(); // stream_id
    const sizeLsb = given > 3 ? fields.number() : 0;
    const reserved = given > 4 ? fields.number() : 0;
    let count = given > 5 ? fields.number() : sizeMul - sizeLsb;
    if (given > 6) fields.number(); // match_time_delta
    if (given > 7) headerIdx = fields.number();
    for (let field = 8; field < given; field++) fields.number();
    for (let lsb = sizeLsb; count > 0 && code < 256; code++) {
      if (code === START_BYTE) continue;
      codes[code] = { flags, ptsDelta, sizeMul, sizeLsb: lsb++, reserved, headerIdx };
      count--;
    }
  }
  return codes;
}

/** A pts is abridged to its lowest bits where those suffice to tell it from its predecessor. */
function fullPts({ ptsShift, lastPts }: StreamState, coded: number): number {
  const span = 2 ** ptsShift;
  if (coded >= span) return coded - span;
  const low = lastPts - Math.floor((span - 1) / 2);
  return ((((coded - low) % span) + span) % span) + low;
}

/** The fields of one packet's body. */
class Fields {
  readonly #body: Uint8Array;
  #at = 0;

  constructor(body: Uint8Array) {
    this.#body = body;
  }

  number(): number {
    for (let value = 0; ;) {
      const byte = this.#body[this.#at++];
      if (byte === undefined) throw syntax('a packet is too short');
      value = value * 128 + (byte & 127);
      if (byte < 128) return value;
    }
  }

  bytes(): Uint8Array {
    const length = this.number();
    return this.#body.subarray(this.#at, (this.#at += length));
  }
}

function syntax(what: string): RelensError {
  return new RelensError('NUT_SYNTAX', `ffmpeg's frame stream is not as expected: ${what}`);
}
