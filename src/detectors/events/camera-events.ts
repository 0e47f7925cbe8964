/** Watches over a camera as a whole: covered, turned away, out of focus, frozen, without signal. */
import type {
  CameraEvent,
  CameraEventKind,
  CameraEventSession,
  EventFrame,
} from '../../frame/camera-event.js';
import type { FrameSize } from '../../frame/frame.js';
import { HeldEvents } from './held.js';
import { judge, type Verdict } from './judge.js';
import { RepetitionMeter, type Repetition } from './repetition.js';
import { bestShift, type Shift } from './shift.js';
import { exposureOf, noSignal } from './signal.js';
import { UsualView, type Comparison } from './usual-view.js';
import { View } from './view.js';

/** Seconds over which a sweep over the picture is remembered. */
const SWEEP_S = 4;
/** Seconds after which a new view that stays is the usual one. */
const ADOPT_S = 60;
/** With less than this share recognised, or more than that hidden, nothing is learned at first … */
const FAMILIAR = 0.6;
const HIDDEN = 0.1;
/** … until it has been so for this many seconds and was none of the events: the view has changed. */
const DOUBT_S = 30;
/** Seconds after a turn at which the smoothed view has settled, to look for where it went. */
const SETTLE_S = 1.2;
/** Correlation from which a shift is believed. */
const SHIFT_FOUND = 0.4;
/** Share of the picture; less is a camera that sways. */
const SHIFT_LEAST = 0.02;
const LOST_VIEW: ReadonlySet<CameraEventKind> = new Set([
  'covered',
  'sprayed',
  'defocused',
  'moved',
]);
/** Mean distance of chroma from grey: above it is colour, below the lower one infra-red. */
const COLOUR = 4;
const GREY = 1.5;

/**
 * The view is learned in the first two seconds and follows the light of the day; it is not learned
 * from while something is wrong.
 */
export function openCameraEvents(size: FrameSize): CameraEventSession {
  return new Watch(size);
}

class Watch implements CameraEventSession {
  readonly #view: View;
  readonly #usual: UsualView;
  readonly #repetition: RepetitionMeter;
  readonly #held = new HeldEvents();
  readonly #before: Uint8Array;
  #last: number | undefined;
  #wellAt = 0;
  #doubt = 0;
  #clipped = 0;
  #saturation = 0;
  #turn: { readonly since: number; shift?: Shift } | undefined;
  #sweeps: { readonly at: number; readonly uneven: number }[] = [];

  constructor(size: FrameSize) {
    this.#view = new View(size);
    this.#usual = new UsualView(this.#view.grid);
    this.#repetition = new RepetitionMeter(size);
    this.#before = new Uint8Array(size.width * size.height);
  }

  active(): readonly CameraEvent[] {
    return this.#held.active();
  }

  reset(): void {
    this.#view.reset();
    this.#usual.forget();
    this.#repetition.reset();
    this.#held.clear();
    this.#last = undefined;
    this.#sweeps = [];
  }

  inspect(frame: EventFrame): readonly CameraEvent[] {
    const { timestamp } = frame;
    this.#view.look(frame);
    const exposure = exposureOf(frame);
    const repetition = this.#repetition.look(frame);
    const comparison = this.#usual.compare(this.#view);
    const verdict = judge({
      exposure,
      noSignal: noSignal(frame, this.#last === undefined ? undefined : this.#before),
      repetition,
      view: comparison,
      usuallyClipped: this.#clipped,
      swept: this.#swept(timestamp, comparison),
    });
    this.#before.set(frame.data.subarray(0, this.#before.length));
    this.#last = timestamp;
    if (verdict?.kind === 'moved' && this.#changedColour(exposure.saturation)) {
      this.#usual.forget();
      return this.#held.add(undefined, timestamp);
    }
    const explained = this.#turned(verdict, timestamp);
    const since = timestamp - (verdict?.kind === 'frozen' ? age(repetition) : 0);
    const changed = this.#held.add(explained, timestamp, since);
    this.#learn(exposure, comparison);
    return changed;
  }

  /** A camera that goes over to infra-red shows other edges, and has not moved. */
  #changedColour(saturation: number): boolean {
    const [before, now] = [this.#saturation, saturation];
    return (before > COLOUR && now < GREY) || (before < GREY && now > COLOUR);
  }

  #swept(now: number, comparison: Comparison | undefined): number {
    // As long as something is wrong, how it began counts.
    const from = (this.#held.doubtful ? this.#wellAt : now) - SWEEP_S * 1e6;
    this.#sweeps = this.#sweeps.filter(({ at }) => at >= from);
    if (!this.#held.doubtful) this.#wellAt = now;
    if (comparison !== undefined) this.#sweeps.push({ at: now, uneven: comparison.uneven });
    return this.#sweeps.reduce((most, { uneven }) => Math.max(most, uneven), 0);
  }

  /**
   * When edges are lost, they may lie elsewhere: that is looked for once, for it is no search for
   * every frame. A plain scene that was turned looks hidden or blurred at first.
   */
  #turned(verdict: Verdict | undefined, now: number): Verdict | undefined {
    if (verdict === undefined || !LOST_VIEW.has(verdict.kind)) {
      this.#turn = undefined;
      return verdict;
    }
    this.#turn ??= { since: now };
    if (this.#turn.shift === undefined && now - this.#turn.since >= SETTLE_S * 1e6) {
      this.#turn.shift = bestShift(this.#view, this.#usual.across, this.#usual.down);
    }
    const { shift } = this.#turn;
    if (shift === undefined || shift.correlation < SHIFT_FOUND) return verdict;
    if (Math.max(Math.abs(shift.across), Math.abs(shift.down)) < SHIFT_LEAST) return verdict;
    const share = (value: number, names: readonly [string, string]) =>
      `${Math.round(Math.abs(value) * 100)} % ${value > 0 ? names[0] : names[1]}`;
    const across = share(shift.across, ['to the right', 'to the left']);
    const reason = `the usual view lies ${across} and ${share(shift.down, ['down', 'up'])}`;
    return { kind: 'moved', confidence: Math.min(1, 0.4 + shift.correlation), reason };
  }

  #learn(
    exposure: { clipped: number; saturation: number },
    comparison: Comparison | undefined,
  ): void {
    const moved = this.#held.active().find(({ kind }) => kind === 'moved');
    if (moved !== undefined && (this.#last ?? 0) - moved.start > ADOPT_S * 1e6)
      this.#usual.forget();
    if (this.#held.doubtful && this.#usual.known) return;
    const odd =
      comparison !== undefined && (comparison.recognised < FAMILIAR || comparison.hidden > HIDDEN);
    this.#doubt = odd ? this.#doubt + this.#view.seconds : 0;
    if (odd && this.#doubt < DOUBT_S) return;
    this.#usual.learn(this.#view);
    this.#clipped += (exposure.clipped - this.#clipped) * 0.02;
    this.#saturation += (exposure.saturation - this.#saturation) * 0.02;
  }
}

/** µs for which the picture has stood still or looped. */
function age({ stillFor, loopingFor }: Repetition): number {
  return Math.max(stillFor, loopingFor);
}
