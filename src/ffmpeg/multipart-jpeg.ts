/** Cuts ffmpeg's multipart JPEG into images; each states its length, so none waits for the next. */

const HEADER_END = Buffer.from('\r\n\r\n');
/** No header of a part is longer; more without an end is no multipart JPEG. */
const MAX_HEADER = 4096;

export class MultipartJpeg {
  #rest: Buffer = Buffer.alloc(0);

  /**
   * @returns the images that are complete now
   * @throws RangeError for what is no multipart JPEG
   */
  push(chunk: Buffer): Buffer[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const images: Buffer[] = [];
    for (;;) {
      const end = this.#rest.indexOf(HEADER_END);
      if (end < 0 && this.#rest.length > MAX_HEADER) throw new RangeError('no part begins');
      if (end < 0) return images;
      const header = this.#rest.toString('latin1', 0, end);
      const length = /content-length: *(\d+)/i.exec(header)?.[1];
      if (length === undefined) throw new RangeError('a part without its length');
      const from = end + HEADER_END.length;
      const to = from + Number(length);
      if (this.#rest.length < to) return images;
      images.push(this.#rest.subarray(from, to));
      this.#rest = this.#rest.subarray(to);
    }
  }
}
