/** What was found in one recording, kept frame by frame: the account of `relens inspect`. */
import type { CameraEvent } from '../frame/camera-event.js';
import { EventList, eventText, type ListedEvent } from './event-list.js';
import type { DamageMap } from '../frame/damage-map.js';
import { coverageOf, type Mask } from '../frame/mask.js';

export interface Finding {
  readonly kind: string;
  readonly frames: number;
  /** Of the cells of all frames. */
  readonly share: number;
  /** 0–1: the mean score of the damaged cells. */
  readonly confidence: number;
  /** What a restore does about it, in the order in which it is tried. */
  readonly actions: readonly string[];
  readonly reason: string;
}

/** One second of the recording. */
export interface InspectedSecond {
  readonly time: number;
  /** Grey levels. */
  readonly sigma: number;
  /** Share of damaged cells. */
  readonly damaged: number;
  /** Share of the cells that are told of besides, and left alone. */
  readonly told: number;
}

export interface InspectReport {
  readonly input: string;
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly seconds: number;
  /** In words, the gravest first. */
  readonly summary: readonly string[];
  readonly events: readonly ListedEvent[];
  readonly findings: readonly Finding[];
  readonly noise: {
    /** Grey levels. */
    readonly mean: number;
    readonly byBrightness: readonly { readonly brightness: number; readonly sigma: number }[];
  };
  readonly quality: Readonly<Record<string, number>>;
  /** Share of the picture that is writing, and protected. */
  readonly writing: number;
  readonly overTime: readonly InspectedSecond[];
  /** Share of the masked cells that change from one frame to the next. */
  readonly maskFlicker: number;
  readonly lost: readonly string[];
  readonly conversions: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
}

export interface InspectedFrame {
  /** µs */
  readonly timestamp: number;
  readonly maps: readonly DamageMap[];
  readonly mask: Mask;
  /** `[rows, columns]`, not 0 = found, and left alone. */
  readonly told: Uint8Array;
  readonly sigma: number;
}

/** Known at the end. */
export type InspectFacts = Pick<
  InspectReport,
  'input' | 'width' | 'height' | 'writing' | 'lost' | 'conversions' | 'versions'
> & {
  readonly curve: InspectReport['noise']['byBrightness'];
  readonly qualities: readonly Readonly<Record<string, number>>[];
  readonly routes: Readonly<
    Record<string, { readonly actions: readonly string[]; readonly why: string }>
  >;
};

const DAMAGED_FROM = 128;

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Its size grows by three numbers a second and by the events. */
export class InspectAccount {
  readonly #kinds = new Map<string, { frames: number; cells: number; score: number }>();
  readonly #seconds: (Writable<InspectedSecond> & { frames: number })[] = [];
  readonly #events = new EventList();
  #before: Uint8Array | undefined;
  #changes = { changed: 0, masked: 0 };
  #frames = 0;
  #cells = 0;
  #last = 0;

  add({ timestamp, maps, mask, told, sigma }: InspectedFrame): void {
    this.#frames++;
    this.#cells += mask.data.length;
    this.#last = timestamp;
    for (const { kind, score } of maps) this.#book(kind, score);
    const time = Math.floor(timestamp / 1e6);
    let second = this.#seconds.at(-1);
    if (second?.time !== time) {
      second = { time, sigma: 0, damaged: 0, told: 0, frames: 0 };
      this.#seconds.push(second);
    }
    second.sigma += sigma;
    second.damaged += mask.coverage;
    second.told += coverageOf(told);
    second.frames++;
    const before = this.#before;
    for (let i = 0; before !== undefined && i < before.length; i++) {
      const [was, is] = [before[i] !== 0, mask.data[i] !== 0];
      if (was || is) this.#changes.masked++;
      if (was !== is) this.#changes.changed++;
    }
    this.#before = mask.data.slice();
  }

  event(event: CameraEvent): void {
    this.#events.add(event);
  }

  get frames(): number {
    return this.#frames;
  }

  close({ curve, qualities, routes, ...facts }: InspectFacts): InspectReport {
    const frames = Math.max(1, this.#frames);
    const mean = (values: readonly number[]) =>
      values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
    const names = Object.keys(qualities[0] ?? {});
    const findings = [...this.#kinds]
      .filter(([, { frames: seen }]) => seen > 0)
      .map(([kind, { frames: seen, cells, score }]) => ({
        kind,
        frames: seen,
        share: cells / Math.max(1, this.#cells),
        confidence: score / Math.max(1, cells) / 255,
        actions: routes[kind]?.actions ?? [],
        reason: routes[kind]?.why ?? '',
      }));
    const whole = {
      ...facts,
      frames: this.#frames,
      seconds: this.#last / 1e6,
      events: this.#events.list(),
      findings,
      noise: {
        mean: this.#seconds.reduce((sum, { sigma }) => sum + sigma, 0) / frames,
        byBrightness: curve,
      },
      quality: Object.fromEntries(
        names.map((name) => [name, mean(qualities.map((one) => one[name] ?? 0))]),
      ),
      overTime: this.#seconds.map(({ time, sigma, damaged, told, frames: count }) => ({
        time,
        sigma: sigma / count,
        damaged: damaged / count,
        told: told / count,
      })),
      maskFlicker: this.#changes.changed / Math.max(1, this.#changes.masked),
    };
    return { ...whole, summary: summaryOf(whole) };
  }

  #book(kind: string, score: Uint8Array): void {
    const entry = this.#kinds.get(kind) ?? { frames: 0, cells: 0, score: 0 };
    let cells = 0;
    for (const value of score) {
      if (value < DAMAGED_FROM) continue;
      cells++;
      entry.score += value;
    }
    entry.cells += cells;
    if (cells > 0) entry.frames++;
    this.#kinds.set(kind, entry);
  }
}

const percent = (share: number) => `${(share * 100).toFixed(share < 0.01 ? 2 : 1)} %`;

/** `recover, else synthesise it` */
function doneWith(actions: readonly string[]): string {
  return actions.includes('leave alone') ? 'leave it alone' : `${actions.join(', else ')} it`;
}

function summaryOf(report: Omit<InspectReport, 'summary'>): string[] {
  const { events, findings, noise, quality, writing, frames, lost } = report;
  const lines = events.map(eventText);
  for (const { kind, share, frames: seen, actions } of findings) {
    lines.push(
      `${kind}: ${percent(share)} of the picture, in ${seen} of ${frames} frames; ` +
        `a restore will ${doneWith(actions)}.`,
    );
  }
  if (noise.mean >= 1.5) {
    lines.push(`Noise of ${noise.mean.toFixed(1)} grey levels; a restore will denoise it.`);
  }
  if ((quality['blockiness'] ?? 0) > 1.25) lines.push('The blocks of the codec can be seen.');
  if ((quality['brightness'] ?? 255) < 50) lines.push('There is little light.');
  if ((quality['edgeSharpness'] ?? 1) < 0.42) lines.push('Edges are blurred.');
  if ((quality['veil'] ?? 0) > 40 && (quality['contrast'] ?? 1) < 0.6) lines.push('It is hazy.');
  if (writing > 0)
    lines.push(`Writing covers ${percent(writing)} of the picture; it is protected.`);
  lines.push(...lost.map((text) => `Lost in decoding: ${text}.`));
  return lines.length === 0 ? ['Nothing wrong was found.'] : lines;
}
