/** The ways of decoding, the best first. */
import type { ViewWish } from '../../frame/wire-format.js';
import type { Decoder, DecoderEvents } from './decoder.js';
import { JpegDecoder } from './jpeg.js';
import { hasMediaSource, MediaSourceDecoder } from './media-source.js';
import { hasWebCodecs, WebCodecsDecoder } from './web-codecs.js';

export interface Way {
  readonly name: 'webcodecs' | 'mse' | 'jpeg';
  readonly words: string;
  readonly video: ViewWish['video'];
  readonly works: () => boolean;
  readonly open: (events: DecoderEvents) => Decoder;
}

const WAYS: readonly Way[] = [
  {
    name: 'webcodecs',
    words: 'H.264, WebCodecs',
    video: 'h264',
    works: hasWebCodecs,
    open: (events) => new WebCodecsDecoder(events),
  },
  {
    name: 'mse',
    words: 'H.264, Media Source',
    video: 'h264',
    works: hasMediaSource,
    open: (events) => new MediaSourceDecoder(events),
  },
  {
    name: 'jpeg',
    words: 'JPEG',
    video: 'jpeg',
    works: () => true,
    open: (events) => new JpegDecoder(events),
  },
];

/** Those that this browser has; `?decoder=mse` in the address names the only one to be used. */
export function waysHere(query = window.location.search): readonly Way[] {
  const named = new URLSearchParams(query).get('decoder');
  const chosen = WAYS.filter(({ name, works }) => works() && (named === null || name === named));
  return chosen.length > 0 ? chosen : WAYS.slice(-1);
}
