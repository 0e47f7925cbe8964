/** Pictures or masks in a file, one after the other and without headers: the bench's intermediate form. */
import { open, type FileHandle } from 'node:fs/promises';

/** Writes records of one length; `close` it also after an error. */
export class RawWriter {
  readonly #file: FileHandle;
  #records = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async create(path: string): Promise<RawWriter> {
    return new RawWriter(await open(path, 'w'));
  }

  get records(): number {
    return this.#records;
  }

  async write(record: Uint8Array): Promise<void> {
    await this.#put(record, null);
    this.#records++;
  }

  /** A part of a record, at a byte position of the file; not counted. */
  writeAt(part: Uint8Array, position: number): Promise<void> {
    return this.#put(part, position);
  }

  async #put(bytes: Uint8Array, position: number | null): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      const at = position === null ? null : position + done;
      done += (await this.#file.write(bytes, done, bytes.length - done, at)).bytesWritten;
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** Reads records of `recordBytes` at any index; `close` it also after an error. */
export class RawReader {
  readonly #file: FileHandle;
  readonly #recordBytes: number;
  readonly records: number;

  private constructor(file: FileHandle, recordBytes: number, records: number) {
    this.#file = file;
    this.#recordBytes = recordBytes;
    this.records = records;
  }

  static async open(path: string, recordBytes: number): Promise<RawReader> {
    const file = await open(path, 'r');
    const { size } = await file.stat();
    return new RawReader(file, recordBytes, Math.floor(size / recordBytes));
  }

  /** The whole record, or `into.length` bytes of it from byte `from`. */
  async read(index: number, into: Uint8Array, from = 0): Promise<void> {
    let done = 0;
    while (done < into.length) {
      const position = index * this.#recordBytes + from + done;
      const { bytesRead } = await this.#file.read(into, done, into.length - done, position);
      if (bytesRead === 0) throw new RangeError(`record ${index} of ${this.records} was asked for`);
      done += bytesRead;
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
