/** One engine for many lanes: in turn, in batches when the sizes agree, and withdrawn when too late. */
import { RelensError } from '../errors.js';
import type { Engine, EngineResult } from './engine.js';
import type { TensorData, Tensors } from './tensors.js';

/** What a lane asks of an engine. A run that comes too late is withdrawn (ABORTED). */
export interface LaneEngine extends Pick<Engine, 'card'> {
  run(feeds: Tensors): Promise<EngineResult>;
}

export interface RunLimits {
  /** Withdraws a run that has not begun. */
  readonly signal?: AbortSignal;
  /** By `performance.now()`: a run that would not be done by then is not begun. */
  readonly dueMs?: number;
}

interface Job {
  readonly lane: string;
  readonly feeds: Tensors;
  readonly limits: RunLimits;
  readonly resolve: (result: EngineResult) => void;
  readonly reject: (error: unknown) => void;
}

/** Inputs without a batch dimension: one value for the whole run. */
const SCALARS = new Set(['strength', 'synthesis']);
/** Cells of a 640x360 picture: on a CPU a larger batch is no faster and makes the first one wait. */
/** How much of the last estimate is kept; and how fast one that lets nothing begin is forgotten. */
const KEPT = 0.8;
const FORGOTTEN = 0.97;
const BATCH_CELLS = { cpu: 57_600, other: 16 * 57_600 };

export class SharedEngine {
  readonly #engine: Engine;
  readonly #most: number;
  #queue: Job[] = [];
  #running = false;
  /** What a cell takes, as far as is known. */
  #cellMs = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#most = engine.device === 'cpu' ? BATCH_CELLS.cpu : BATCH_CELLS.other;
  }

  get device(): string {
    return this.#engine.device;
  }

  get card(): Engine['card'] {
    return this.#engine.card;
  }

  close(): Promise<void> {
    for (const { reject } of this.#queue.splice(0)) reject(withdrawn());
    return this.#engine.close();
  }

  /** The engine for one frame of a lane. */
  for(lane: string, limits: RunLimits = {}): LaneEngine {
    return {
      card: this.#engine.card,
      run: (feeds) =>
        new Promise((resolve, reject) => {
          this.#queue.push({ lane, feeds, limits, resolve, reject });
          this.#next();
        }),
    };
  }

  #next(): void {
    if (this.#running) return;
    this.#queue = this.#queue.filter((job) => {
      if (!this.#isVain(job)) return true;
      job.reject(withdrawn());
      return false;
    });
    const batch = this.#take();
    if (batch.length === 0) return;
    this.#running = true;
    this.#run(batch).then(
      () => {
        this.#running = false;
        this.#next();
      },
      (error: unknown) => {
        this.#running = false;
        for (const { reject } of batch) reject(error);
        this.#next();
      },
    );
  }

  #isVain({ feeds, limits: { signal, dueMs = Infinity } }: Job): boolean {
    if (signal?.aborted === true) return true;
    if (performance.now() + this.#cellMs * cellsOf(feeds) <= dueMs) return false;
    // The machine may have been busy with something else: it is tried again before long.
    this.#cellMs *= FORGOTTEN;
    return true;
  }

  /** The one that waits longest, and those of the same shape that go with it. */
  #take(): Job[] {
    const [first] = this.#queue;
    if (first === undefined) return [];
    let cells = cellsOf(first.feeds);
    const batch = [first];
    for (const job of this.#queue.slice(1)) {
      const more = cellsOf(job.feeds);
      if (cells + more > this.#most || !alike(first.feeds, job.feeds)) continue;
      batch.push(job);
      cells += more;
    }
    this.#queue = this.#queue.filter((job) => !batch.includes(job));
    return batch;
  }

  async #run(batch: readonly Job[]): Promise<void> {
    const [first] = batch;
    if (first === undefined) return;
    const cells = batch.reduce((sum, { feeds }) => sum + cellsOf(feeds), 0);
    const counts = batch.map(({ feeds }) => feeds['mask']?.dims[0] ?? 0);
    const began = performance.now();
    const done = await this.#engine.run(
      batch.length === 1 ? first.feeds : joined(batch.map(({ feeds }) => feeds)),
    );
    const took = (performance.now() - began) / Math.max(1, cells);
    this.#cellMs = this.#cellMs === 0 ? took : KEPT * this.#cellMs + (1 - KEPT) * took;
    if (batch.length === 1) {
      first.resolve(done);
      return;
    }
    const { results, ms } = done;
    let from = 0;
    for (const [index, job] of batch.entries()) {
      const count = counts[index] ?? 0;
      const total = counts.reduce((sum, one) => sum + one, 0);
      job.resolve({
        results: part(results, from, count),
        feeds: job.feeds,
        ms: (ms * count) / Math.max(1, total),
      });
      from += count;
    }
  }
}

function withdrawn(): RelensError {
  return new RelensError('ABORTED', 'the run came too late and was withdrawn');
}

function cellsOf({ mask }: Tensors): number {
  return (mask?.dims ?? [0]).reduce((all, one) => all * one, 1);
}

/** The same in all but the length of the batch. */
function alike(a: Tensors, b: Tensors): boolean {
  return Object.entries(a).every(([name, { data, dims }]) => {
    const other = b[name];
    if (other === undefined) return false;
    if (SCALARS.has(name)) return data[0] === other.data[0];
    return dims.slice(1).join() === other.dims.slice(1).join();
  });
}

function joined(all: readonly Tensors[]): Tensors {
  const [first = {}] = all;
  return Object.fromEntries(
    Object.entries(first).map(([name, value]) => {
      if (SCALARS.has(name)) return [name, { ...value, data: value.data.slice() }];
      const parts = all.flatMap((feeds) => feeds[name] ?? []);
      const length = parts.reduce((sum, { data }) => sum + data.length, 0);
      const data =
        value.data instanceof Uint8Array ? new Uint8Array(length) : new Float32Array(length);
      let at = 0;
      for (const one of parts) {
        data.set(one.data, at);
        at += one.data.length;
      }
      const count = parts.reduce((sum, { dims }) => sum + (dims[0] ?? 0), 0);
      return [name, { data, dims: [count, ...value.dims.slice(1)] }];
    }),
  );
}

/** Views of `count` items of the batch. */
function part(results: Tensors, from: number, count: number): Tensors {
  return Object.fromEntries(
    Object.entries(results).map(([name, { data, dims }]) => {
      const each = data.length / Math.max(1, dims[0] ?? 1);
      const slice: TensorData = data.subarray(from * each, (from + count) * each);
      return [name, { data: slice, dims: [count, ...dims.slice(1)] }];
    }),
  );
}
