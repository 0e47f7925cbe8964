/** What happened to the camera, from when until when, in the order in which it was noticed. */
import type { CameraEvent } from '../frame/camera-event.js';

/** Times in seconds; without an `end` it went on to the last frame. */
export type ListedEvent = Omit<CameraEvent, 'start' | 'raised' | 'end'> & {
  readonly start: number;
  readonly raised: number;
  readonly end?: number;
};

export class EventList {
  readonly #events: CameraEvent[] = [];

  /** An event that was raised, or the same one again with its end. */
  add(event: CameraEvent): void {
    const known = this.#events.findIndex(
      ({ kind, start }) => kind === event.kind && start === event.start,
    );
    if (known < 0) this.#events.push(event);
    else this.#events[known] = event;
  }

  list(): ListedEvent[] {
    return this.#events.map(({ start, raised, end, ...event }) => ({
      ...event,
      start: start / 1e6,
      raised: raised / 1e6,
      ...(end !== undefined && { end: end / 1e6 }),
    }));
  }
}

/** `The camera was covered from 3.0 s to 9.5 s: 80 % of the edges are gone.` */
export function eventText({ kind, start, end, reason }: ListedEvent): string {
  const until = end === undefined ? 'to the end' : `to ${end.toFixed(1)} s`;
  return `The camera was ${kind} from ${start.toFixed(1)} s ${until}: ${reason}.`;
}
