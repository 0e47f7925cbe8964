/** What happened to the cameras, newest last, in bounded memory. */
import { Subject, type Observable } from 'rxjs';
import { nowMs, type CameraEvent } from '../frame/live-seams.js';

const MOST = 1000;

export class EventLog {
  readonly #events: CameraEvent[] = [];
  readonly #news = new Subject<CameraEvent>();
  #next = 1;

  readonly events$: Observable<CameraEvent> = this.#news.asObservable();

  all(): readonly CameraEvent[] {
    return [...this.#events];
  }

  /** Something that has no length. */
  note(camera: string, kind: string, text: string): void {
    this.#add({ id: this.#next++, camera, kind, start: nowMs(), text });
  }

  /** Something that lasts: call what is returned when it is over. */
  begin(camera: string, kind: string, text: string, start = nowMs()): () => void {
    const event: CameraEvent = { id: this.#next++, camera, kind, start, text };
    this.#add(event);
    let over = false;
    return () => {
      if (over) return;
      over = true;
      const ended = { ...event, end: nowMs() };
      const at = this.#events.findIndex(({ id }) => id === event.id);
      if (at >= 0) this.#events[at] = ended;
      this.#news.next(ended);
    };
  }

  close(): void {
    this.#news.complete();
  }

  #add(event: CameraEvent): void {
    this.#events.push(event);
    if (this.#events.length > MOST) this.#events.shift();
    this.#news.next(event);
  }
}
