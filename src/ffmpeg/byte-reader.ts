/** Reads a pipe by demand: nothing is taken from it before someone asks. */
import type { Readable } from 'node:stream';

export class ByteReader {
  readonly #stream: Readable;
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(stream: Readable) {
    this.#stream = stream;
    const over = () => {
      this.#ended = true;
      this.#wake?.();
    };
    stream.on('readable', () => this.#wake?.());
    stream.once('end', over).once('close', over).once('error', over);
  }

  /** The next byte; undefined at the end of the stream. */
  async byte(): Promise<number | undefined> {
    if (this.#at === this.#chunk.length && !(await this.#next())) return undefined;
    return this.#chunk[this.#at++];
  }

  /** Fills `target`; false when the stream ends first. The only copy of the bytes is made here. */
  async fill(target: Uint8Array): Promise<boolean> {
    for (let filled = 0; filled < target.length;) {
      if (this.#at === this.#chunk.length && !(await this.#next())) return false;
      const end = Math.min(this.#chunk.length, this.#at + target.length - filled);
      target.set(this.#chunk.subarray(this.#at, end), filled);
      filled += end - this.#at;
      this.#at = end;
    }
    return true;
  }

  /** The next `length` bytes; undefined when the stream ends first. */
  async take(length: number): Promise<Uint8Array | undefined> {
    const bytes = new Uint8Array(length);
    return (await this.fill(bytes)) ? bytes : undefined;
  }

  async #next(): Promise<boolean> {
    for (;;) {
      const chunk = this.#stream.read() as Buffer | null;
      if (chunk !== null) {
        this.#chunk = chunk;
        this.#at = 0;
        return true;
      }
      if (this.#ended) return false;
      await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#wake = undefined;
    }
  }
}
