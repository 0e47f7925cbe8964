/** Decodes by Media Source Extensions: where the page came by plain http from another machine. */
import type { WireMessage } from '../../frame/wire-format.js';
import { codecName, nalUnits } from '../annex-b.js';
import { fragment, initSegment, TIMESCALE } from '../fmp4.js';
import { Headers, type Decoder, type DecoderEvents } from './decoder.js';

/** Safari on phones has a managed one only; the type does not know that the other may be missing. */
function mediaSource(): typeof MediaSource | undefined {
  const known = window as Partial<Record<'MediaSource' | 'ManagedMediaSource', typeof MediaSource>>;
  return known.MediaSource ?? known.ManagedMediaSource;
}

export const hasMediaSource = () =>
  mediaSource()?.isTypeSupported('video/mp4; codecs="avc1.42c01e"') === true;

/** Further behind the newest picture than this: jump. */
const FAR_SECONDS = 0.8;
/** Nearer than this: play at its own speed; in between a little faster. */
const NEAR_SECONDS = 0.12;
const KEPT_SECONDS = 10;
/** For the first picture, and after a pause. */
const USUAL_TICKS = TIMESCALE / 25;

export class MediaSourceDecoder implements Decoder {
  readonly #events: DecoderEvents;
  readonly #video = document.createElement('video');
  readonly #headers = new Headers();
  readonly #source: MediaSource;
  #buffer: SourceBuffer | undefined;
  #queue: Uint8Array<ArrayBuffer>[] = [];
  #kind = '';
  #sequence = 0;
  #time = 0;
  #last: number | undefined;
  #closed = false;

  constructor(events: DecoderEvents) {
    this.#events = events;
    const Kind = mediaSource();
    if (Kind === undefined) throw new Error('this browser has no media source');
    this.#source = new Kind();
    this.#video.muted = true;
    this.#video.playsInline = true;
    this.#video.disableRemotePlayback = true;
    this.#video.src = URL.createObjectURL(this.#source);
    this.#source.addEventListener('sourceopen', () => {
      URL.revokeObjectURL(this.#video.src);
      this.#append();
    });
    this.#video.addEventListener('error', () => {
      this.#fail(this.#video.error?.message ?? 'the video element failed');
    });
    this.#watch();
  }

  push(message: WireMessage): void {
    const units = nalUnits(message.payload);
    if (message.key) this.#begin(message, units);
    if (this.#kind === '') return;
    // A frame lasts until the next, which is not here yet: each is given the length of the one
    // before it, so that there is never a gap, and the sum is right.
    const gap = ((message.timestamp - (this.#last ?? 0)) * TIMESCALE) / 1e6;
    const usual = this.#last === undefined || gap <= 0 || gap > 2 * TIMESCALE;
    const duration = usual ? USUAL_TICKS : Math.round(gap);
    this.#last = message.timestamp;
    this.#headers.put(this.#time, message);
    this.#sequence++;
    const { key } = message;
    const part = { sequence: this.#sequence, time: this.#time, duration, key, units };
    this.#queue.push(fragment(part));
    this.#time += duration;
    this.#append();
  }

  close(): void {
    this.#closed = true;
    this.#video.removeAttribute('src');
    this.#video.load();
  }

  #begin({ width, height }: WireMessage, units: readonly Uint8Array[]): void {
    const codec = codecName(units);
    const kind = `${codec ?? ''} ${width}x${height}`;
    if (codec === undefined || kind === this.#kind) return;
    const init = initSegment(units, width, 2 * height);
    if (init === undefined) return;
    this.#kind = kind;
    this.#queue.push(init);
  }

  #append(): void {
    if (this.#closed || this.#source.readyState !== 'open' || this.#kind === '') return;
    try {
      this.#buffer ??= this.#open();
      if (this.#buffer.updating) return;
      const next = this.#queue.shift();
      if (next !== undefined) this.#buffer.appendBuffer(next);
    } catch (error) {
      this.#fail(String(error));
    }
  }

  #open(): SourceBuffer {
    const [codec = ''] = this.#kind.split(' ');
    const buffer = this.#source.addSourceBuffer(`video/mp4; codecs="${codec}"`);
    buffer.addEventListener('updateend', () => {
      this.#follow();
      this.#append();
    });
    return buffer;
  }

  /** Stays at the newest picture, and lets go of what was shown. */
  #follow(): void {
    const { buffered, currentTime } = this.#video;
    if (buffered.length === 0) return;
    const end = buffered.end(buffered.length - 1);
    const behind = end - currentTime;
    if (behind > FAR_SECONDS || currentTime < buffered.start(buffered.length - 1)) {
      this.#video.currentTime = Math.max(
        buffered.start(buffered.length - 1),
        end - NEAR_SECONDS / 2,
      );
    }
    this.#video.playbackRate = behind > NEAR_SECONDS ? 1.15 : 1;
    if (this.#video.paused) this.#video.play().catch(() => undefined);
    const first = buffered.start(0);
    if (currentTime - first > 2 * KEPT_SECONDS && this.#buffer?.updating === false) {
      this.#buffer.remove(first, currentTime - KEPT_SECONDS);
    }
  }

  #watch(): void {
    if (this.#closed) return;
    this.#video.requestVideoFrameCallback((_, { mediaTime }) => {
      const header = this.#headers.take(Math.round(mediaTime * TIMESCALE));
      if (header !== undefined && !this.#closed) {
        this.#events.onPicture({ header, image: this.#video, close: () => undefined });
      }
      this.#watch();
    });
  }

  #fail(why: string): void {
    if (!this.#closed) this.#events.onFailure(why);
  }
}
