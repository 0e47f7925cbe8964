/** Counts and times of one camera's lane over the last ten seconds. */
import type { CameraFigures, LivePicture, Percentiles } from '../frame/live-seams.js';
import { nowMs } from '../frame/live-seams.js';
import { provenanceShares } from '../frame/provenance.js';

const WINDOW_MS = 10_000;

interface Sample {
  readonly atMs: number;
  readonly value: number;
}

/** Values of the last ten seconds. */
class Window {
  #samples: Sample[] = [];

  add(atMs: number, value: number): void {
    this.#samples.push({ atMs, value });
    this.#forget(atMs);
  }

  values(nowAtMs: number): number[] {
    this.#forget(nowAtMs);
    return this.#samples.map(({ value }) => value);
  }

  /** Items a second. */
  rate(nowAtMs: number): number {
    this.#forget(nowAtMs);
    const first = this.#samples[0]?.atMs;
    if (first === undefined) return 0;
    // A lane that has just begun is not measured against ten seconds.
    return (1000 * this.#samples.length) / Math.max(1000, nowAtMs - first);
  }

  #forget(nowAtMs: number): void {
    const from = this.#samples.findIndex(({ atMs }) => atMs > nowAtMs - WINDOW_MS);
    if (from !== 0) this.#samples.splice(0, from < 0 ? this.#samples.length : from);
  }
}

export class LaneFigures {
  readonly #latency = new Window();
  readonly #encoded = new Window();
  readonly #network = new Window();
  readonly #passed = new Window();
  #frames = 0;
  #dropped = 0;
  #passedThrough = 0;
  #distrusted = 0;
  #reconnects = 0;
  #decodeErrors = 0;
  #errorsBefore = 0;
  #sigma = 0;
  #overlay: LivePicture['overlay'] | undefined;

  /** A frame left the restorer; `networkMs` when the network was asked. */
  frame(picture: LivePicture, networkMs?: number): void {
    const { restoredMs, receivedMs } = picture.times;
    this.#frames++;
    this.#latency.add(restoredMs, restoredMs - receivedMs);
    this.#passed.add(restoredMs, picture.passedThrough ? 1 : 0);
    if (networkMs !== undefined) this.#network.add(restoredMs, networkMs);
    if (!picture.trusted) this.#distrusted++;
    if (picture.passedThrough) this.#passedThrough++;
    else this.#sigma = picture.sigma;
    this.#overlay = picture.overlay;
  }

  /** A unit left the encoder, so long after its frame was received. */
  unit(encodedMs: number, receivedMs: number): void {
    this.#encoded.add(encodedMs, encodedMs - receivedMs);
  }

  drop(): void {
    this.#dropped++;
  }

  /** A connection was lost. */
  lost(): void {
    this.#reconnects++;
    this.#errorsBefore += this.#decodeErrors;
    this.#decodeErrors = 0;
  }

  /** @param count of this connection */
  errors(count: number): void {
    this.#decodeErrors = count;
  }

  /** In total. */
  get decodeErrors(): number {
    return this.#errorsBefore + this.#decodeErrors;
  }

  now(atMs = nowMs()): CameraFigures {
    const passed = this.#passed.values(atMs);
    const { mask, provenance } = this.#overlay ?? { mask: [], provenance: new Uint8Array(0) };
    let repaired = 0;
    for (const value of mask) repaired += value & 1;
    return {
      fps: this.#latency.rate(atMs),
      latency: percentiles(this.#latency.values(atMs)),
      encodedLatency: percentiles(this.#encoded.values(atMs)),
      networkMs: percentiles(this.#network.values(atMs)),
      frames: this.#frames,
      dropped: this.#dropped,
      passedThrough: this.#passedThrough,
      distrusted: this.#distrusted,
      passedThroughShare: passed.reduce((sum, one) => sum + one, 0) / Math.max(1, passed.length),
      noise: this.#sigma,
      repairedShare: repaired / Math.max(1, mask.length),
      provenance: provenanceShares(provenance),
      reconnects: this.#reconnects,
      decodeErrors: this.decodeErrors,
    };
  }
}

/** By the nearest rank; 0 of nothing. */
export function percentiles(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return { p50: rank(0.5), p99: rank(0.99) };
}
