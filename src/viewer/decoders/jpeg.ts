/** Decodes JPEG: works everywhere, and keeps up best on a busy machine. */
import type { WireMessage } from '../../frame/wire-format.js';
import type { Decoder, DecoderEvents } from './decoder.js';

const MOST_ERRORS = 5;

export class JpegDecoder implements Decoder {
  readonly #events: DecoderEvents;
  #busy = false;
  #waiting: WireMessage | undefined;
  #closed = false;
  #errors = 0;

  constructor(events: DecoderEvents) {
    this.#events = events;
  }

  /** One in work, one waiting; the newest wins. */
  push(message: WireMessage): void {
    this.#waiting = message;
    if (!this.#busy) void this.#work();
  }

  close(): void {
    this.#closed = true;
  }

  async #work(): Promise<void> {
    this.#busy = true;
    while (this.#waiting !== undefined) {
      const header = this.#waiting;
      this.#waiting = undefined;
      try {
        const blob = new Blob([header.payload], { type: 'image/jpeg' });
        const image = await createImageBitmap(blob);
        if (this.#closed) image.close();
        else this.#events.onPicture({ header, image, close: () => image.close() });
        this.#errors = 0;
      } catch (error) {
        if (++this.#errors >= MOST_ERRORS) this.#events.onFailure(String(error));
      }
    }
    this.#busy = false;
  }
}
