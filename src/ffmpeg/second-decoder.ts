/** Decodes a broken stream once more, concealing in another way: where two decodings differ, data was lost. */
import type { NutFrame, NutReader } from './nut-reader.js';
import { padPicture } from './picture.js';
import type { FrameSize } from '../frame/frame.js';

/** What the second decoder made of frames that the first one shows otherwise: even planes, by `seq`. */
export type SecondPictures = Map<number, Uint8Array>;

/** Reads pictures in step with another decoder of the same input. */
export class SecondPictureReader {
  readonly #nut: Pick<NutReader, 'frame'>;
  readonly #display: FrameSize;
  /** As the decoder gives it, where that is of an odd size. */
  readonly #odd: Uint8Array | undefined;
  #picture: Uint8Array;
  #pts = -Infinity;
  #ended = false;

  /** @param bytes of an even picture, and of the one that the decoder gives */
  constructor(
    nut: Pick<NutReader, 'frame'>,
    display: FrameSize,
    bytes: { readonly even: number; readonly raw: number },
  ) {
    this.#nut = nut;
    this.#display = display;
    this.#odd = bytes.raw === bytes.even ? undefined : new Uint8Array(bytes.raw);
    this.#picture = new Uint8Array(bytes.even);
  }

  /**
   * The second picture of the time `pts` (later than any asked for before), for the caller to keep;
   * undefined when it is the same as `first`, or there is none.
   */
  async other(pts: number, first: Uint8Array): Promise<Uint8Array | undefined> {
    while (!this.#ended && this.#pts < pts) {
      const next = await this.#nut.frame();
      this.#ended = next === undefined || !(await this.#read(next));
    }
    if (this.#ended || this.#pts !== pts || Buffer.compare(this.#picture, first) === 0) {
      return undefined;
    }
    const { length } = this.#picture;
    const other = this.#picture;
    this.#picture = new Uint8Array(length);
    this.#pts = -Infinity;
    return other;
  }

  async #read(next: NutFrame): Promise<boolean> {
    if (!(await next.readInto(this.#odd ?? this.#picture))) return false;
    if (this.#odd !== undefined) padPicture(this.#odd, this.#display, this.#picture);
    this.#pts = next.pts;
    return true;
  }
}
