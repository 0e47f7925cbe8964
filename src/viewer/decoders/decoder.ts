/** What every way of decoding takes and gives. */
import type { WireHeader, WireMessage } from '../../frame/wire-format.js';

/** A decoded picture: restored above, original below. Closed by whoever was given it. */
export interface Picture {
  readonly header: WireHeader;
  /** `2 * header.height` high, `header.width` wide. */
  readonly image: CanvasImageSource;
  close(): void;
}

export interface DecoderEvents {
  onPicture(picture: Picture): void;
  /** It cannot go on: another way must be tried. */
  onFailure(why: string): void;
}

export interface Decoder {
  push(message: WireMessage): void;
  close(): void;
}

/** What the server knows of a picture while the decoder has only its bytes. */
export class Headers {
  readonly #waiting = new Map<number, WireHeader>();

  /** @param at what the decoder gives back with the picture */
  put(at: number, header: WireHeader): void {
    this.#waiting.set(at, header);
  }

  /** The header put at `at`; those of earlier pictures, which were left out, are forgotten. */
  take(at: number): WireHeader | undefined {
    const found = this.#waiting.get(at);
    for (const earlier of this.#waiting.keys()) {
      if (earlier <= at) this.#waiting.delete(earlier);
    }
    return found;
  }

  clear(): void {
    this.#waiting.clear();
  }
}
