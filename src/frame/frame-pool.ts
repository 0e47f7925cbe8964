/** A lane's fixed set of picture slots: the back-pressure of the whole pipeline. */
import { frameBytes, type Frame, type FrameSize } from './frame.js';

/** What the source knows of a frame when it fills a slot. */
export interface FrameStamp {
  readonly lane: string;
  readonly seq: number;
  readonly timestamp: number;
  readonly discontinuity: boolean;
}

/** A free slot on loan: fill `data`, then `publish` it as a frame, or `release` it unused. */
export interface Slot {
  readonly data: Uint8Array;
  publish(stamp: FrameStamp): Frame;
  release(): void;
}

/**
 * Owns N slots. A source reads only into a free slot: a file source awaits `acquire()`, a live
 * source calls `tryAcquire()` and counts a drop when it returns undefined.
 * Dispose it with the lane (`defer` + `finalize`): operators do not close frames on cancellation.
 */
export class FramePool {
  readonly size: FrameSize;
  readonly slots: number;
  #free: Uint8Array[] = [];
  #allocated = 0;
  #inUse = 0;
  #waiting: { resolve: (slot: Slot) => void; reject: (error: unknown) => void }[] = [];
  #disposed = false;

  constructor(size: FrameSize, slots: number) {
    this.size = size;
    this.slots = slots;
  }

  /** Slots on loan or alive as frames. */
  get inUse(): number {
    return this.#inUse;
  }

  tryAcquire(): Slot | undefined {
    if (this.#disposed) return undefined;
    let data = this.#free.pop();
    if (data === undefined && this.#allocated < this.slots) {
      this.#allocated++;
      data = new Uint8Array(frameBytes(this.size));
    }
    if (data === undefined) return undefined;
    this.#inUse++;
    return this.#lend(data);
  }

  /** Resolves when a slot is free; rejects when the pool is disposed first. */
  acquire(): Promise<Slot> {
    if (this.#disposed) return Promise.reject(new Error('frame pool disposed'));
    const slot = this.tryAcquire();
    if (slot !== undefined) return Promise.resolve(slot);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  dispose(): void {
    this.#disposed = true;
    this.#free = [];
    for (const { reject } of this.#waiting.splice(0)) reject(new Error('frame pool disposed'));
  }

  #lend(data: Uint8Array): Slot {
    let lent = true;
    const take = () => {
      if (!lent) throw new Error('slot used twice');
      lent = false;
    };
    return {
      data,
      publish: (stamp) => {
        take();
        return this.#frame(data, stamp, { handles: 0 });
      },
      release: () => {
        take();
        this.#giveBack(data);
      },
    };
  }

  #frame(data: Uint8Array, stamp: FrameStamp, shared: { handles: number }): Frame {
    shared.handles++;
    let open = true;
    const use = (verb: string) => {
      if (!open) throw new Error(`frame ${stamp.seq} of ${stamp.lane}: ${verb} after close`);
    };
    return {
      ...this.size,
      lane: stamp.lane,
      seq: stamp.seq,
      timestamp: stamp.timestamp,
      discontinuity: stamp.discontinuity,
      data,
      clone: () => {
        use('clone');
        return this.#frame(data, stamp, shared);
      },
      close: () => {
        use('close');
        open = false;
        if (--shared.handles === 0) this.#giveBack(data);
      },
    };
  }

  #giveBack(data: Uint8Array): void {
    this.#inUse--;
    if (this.#disposed) return;
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#free.push(data);
    } else {
      this.#inUse++;
      next.resolve(this.#lend(data));
    }
  }
}
