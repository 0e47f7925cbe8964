/** Watches a live source as a test does: what came, when, and the wait for something to come. */
import type { Subscription } from 'rxjs';
import { afterEach } from 'vitest';
import { parseAddress } from '../../src/config/camera-address.js';
import type { ColourTags } from '../../src/frame/colour.js';
import type { Frame } from '../../src/frame/frame.js';
import { nowMs } from '../../src/frame/live-seams.js';
import { liveSource, type LinkState, type LiveSourceEvent } from '../../src/sources/live.js';
import { ffmpeg, OWN_SPEED, PASSTHROUGH } from '../ffmpeg/clips.js';

export interface Seen {
  readonly width: number;
  readonly height: number;
  readonly timestamp: number;
  readonly discontinuity: boolean;
  /** ms from received to decoded. */
  readonly age: number;
  readonly atMs: number;
}

/** A line beside the test's result: how long a fault took to be seen, and to be over. */
export function report(fault: string, times: Readonly<Record<string, number>>): void {
  const words = Object.entries(times).map(([what, ms]) => `${what} after ${Math.round(ms)} ms`);
  process.stdout.write(`${fault}: ${words.join(', ')}\n`);
}

const watches: Subscription[] = [];

/** Ends what the tests of a file watch, after each of them. */
export function endWatches(): void {
  afterEach(() => {
    for (const watch of watches.splice(0)) watch.unsubscribe();
  });
}

export class Watch {
  readonly links: LinkState[] = [];
  readonly frames: Seen[] = [];
  codec = '';
  decodeErrors = 0;
  colour: ColourTags = {};
  /** Of each frame: nothing was lost of it. */
  readonly trusted: boolean[] = [];
  #waiting: { readonly test: () => boolean; readonly resolve: () => void }[] = [];

  readonly #look: (frame: Frame) => void;

  /** @param look at each frame, which is lent */
  constructor(
    url: string,
    more: Partial<Parameters<typeof liveSource>[0]> = {},
    look: (frame: Frame) => void = () => undefined,
  ) {
    this.#look = look;
    const source = liveSource({
      ...{ ffmpeg, lane: 'door', passthrough: PASSTHROUGH, ownSpeed: OWN_SPEED, slots: 4 },
      address: parseAddress(url),
      ...more,
    });
    watches.push(source.subscribe((event) => this.#take(event)));
  }

  get link(): LinkState {
    return this.links.at(-1)!;
  }

  get last(): Seen {
    return this.frames.at(-1)!;
  }

  /** Resolves with the milliseconds until `test` held after an event. */
  async until(test: () => boolean): Promise<number> {
    const began = nowMs();
    if (!test()) await new Promise<void>((resolve) => this.#waiting.push({ test, resolve }));
    return nowMs() - began;
  }

  /** Resolves with the milliseconds until `count` more frames had come. */
  more(count: number): Promise<number> {
    const target = this.frames.length + count;
    return this.until(() => this.frames.length >= target);
  }

  #take(event: LiveSourceEvent): void {
    if (event.kind === 'link') this.links.push(event.link);
    if (event.kind === 'frame') {
      const { frame, receivedMs, decodedMs, facts } = event;
      const { width, height, timestamp, discontinuity } = frame;
      const age = decodedMs - receivedMs;
      this.frames.push({ width, height, timestamp, discontinuity, age, atMs: nowMs() });
      this.codec = facts.codec;
      this.colour = facts.colour;
      this.decodeErrors = facts.decodeErrors;
      this.trusted.push(event.trusted);
      this.#look(frame);
      frame.close();
    }
    this.#waiting = this.#waiting.filter(({ test, resolve }) => {
      if (!test()) return true;
      resolve();
      return false;
    });
  }
}
