/** Decodes by WebCodecs: the quickest way, where the page came by https or from this machine. */
import type { WireMessage } from '../../frame/wire-format.js';
import { codecName, nalUnits } from '../annex-b.js';
import { Headers, type Decoder, type DecoderEvents } from './decoder.js';

export const hasWebCodecs = () => 'VideoDecoder' in window;

/** More pictures than this inside mean that the machine is too slow: on to the next key frame. */
const MOST_INSIDE = 12;
const MOST_ERRORS = 3;

export class WebCodecsDecoder implements Decoder {
  readonly #events: DecoderEvents;
  readonly #headers = new Headers();
  #decoder: VideoDecoder;
  #codec = '';
  #errors = 0;
  #waitsForKey = true;

  constructor(events: DecoderEvents) {
    this.#events = events;
    this.#decoder = this.#create();
  }

  push(message: WireMessage): void {
    if (message.key) this.#configure(message);
    if (this.#decoder.decodeQueueSize > MOST_INSIDE) this.#waitsForKey = true;
    if (this.#waitsForKey && !message.key) return;
    if (this.#decoder.state !== 'configured') return;
    this.#waitsForKey = false;
    this.#headers.put(message.timestamp, message);
    this.#decoder.decode(
      new EncodedVideoChunk({
        type: message.key ? 'key' : 'delta',
        timestamp: message.timestamp,
        data: message.payload,
      }),
    );
  }

  close(): void {
    if (this.#decoder.state !== 'closed') this.#decoder.close();
  }

  #configure({ payload, width, height }: WireMessage): void {
    const codec = codecName(nalUnits(payload));
    const wanted = `${codec ?? ''} ${width}x${height}`;
    if (codec === undefined || (wanted === this.#codec && this.#decoder.state === 'configured')) {
      return;
    }
    if (this.#decoder.state === 'closed') this.#decoder = this.#create();
    this.#codec = wanted;
    this.#headers.clear();
    // Without a description the data is Annex B, as it comes.
    this.#decoder.configure({ codec, optimizeForLatency: true });
  }

  #create(): VideoDecoder {
    return new VideoDecoder({
      output: (frame) => {
        this.#errors = 0;
        const header = this.#headers.take(frame.timestamp);
        if (header === undefined) frame.close();
        else this.#events.onPicture({ header, image: frame, close: () => frame.close() });
      },
      error: ({ message }) => {
        // One broken picture closes a decoder; a new one begins with the next key frame.
        this.#codec = '';
        this.#waitsForKey = true;
        if (++this.#errors >= MOST_ERRORS) this.#events.onFailure(message);
      },
    });
  }
}
