/** Says what one frame looks like it is: an ordinary view, or one of the events. */
import type { CameraEventKind } from '../../frame/camera-event.js';
import type { Repetition } from './repetition.js';
import type { Exposure } from './signal.js';
import type { Comparison } from './usual-view.js';

/** What is known of one frame. */
export interface Evidence {
  readonly exposure: Exposure;
  /** In words, what stands in for a picture. */
  readonly noSignal: string | undefined;
  readonly repetition: Repetition;
  /** Absent until the usual view is known, and where it has too little structure. */
  readonly view: Comparison | undefined;
  /** The usual share of samples at the upper end of the scale. */
  readonly usuallyClipped: number;
  /** The greatest `uneven` of the last seconds: a hand comes in from one side, light goes as one. */
  readonly swept: number;
}

export interface Verdict {
  readonly kind: Exclude<CameraEventKind, 'lens-dirty' | 'dazzled'>;
  /** 0–1: how far beyond what was asked. */
  readonly confidence: number;
  readonly reason: string;
}

/** Luma of black as video has it, with a little noise on top. */
const BLACK = 24;
const FLAT = 5;
/** 95 % of a picture below this is too dark to see anything by. */
const DARK = 44;
const STILL_US = 2.5e6;
const STILL_AT_FIRST_US = 10e6;
const LOOP_US = 2e6;

const percent = (share: number) => `${Math.round(share * 100)} %`;
const bounded = (value: number) => Math.min(1, Math.max(0, value));

/** The first that holds, in an order in which the certain ones come first. */
export function judge(evidence: Evidence): Verdict | undefined {
  return (
    absentSignal(evidence) ??
    bright(evidence) ??
    dark(evidence) ??
    lostView(evidence) ??
    repeated(evidence)
  );
}

function absentSignal({ noSignal }: Evidence): Verdict | undefined {
  if (noSignal === undefined) return undefined;
  return { kind: 'no-signal', confidence: 1, reason: noSignal };
}

function repeated({ repetition }: Evidence): Verdict | undefined {
  const { stillFor, longestStill, period, loopingFor } = repetition;
  if (stillFor > STILL_US && stillFor > 3 * longestStill) {
    const confidence = bounded(0.5 + stillFor / STILL_AT_FIRST_US / 2);
    return { kind: 'frozen', confidence, reason: 'the same picture again and again' };
  }
  if (loopingFor > LOOP_US) {
    const seconds = (period / 1e6).toFixed(1);
    const confidence = bounded(0.5 + loopingFor / 10e6);
    return { kind: 'frozen', confidence, reason: `a recording of ${seconds} s plays in a loop` };
  }
  return undefined;
}

function dark({ exposure, view, swept }: Evidence): Verdict | undefined {
  const { low, high } = exposure;
  if (high > DARK) return undefined;
  const level = `95 % of the picture is darker than ${high}`;
  const confidence = bounded(0.5 + (DARK - high) / DARK);
  if (swept > SWEPT) {
    const reason = `${level}, and it went dark from one side`;
    return { kind: 'covered', confidence, reason };
  }
  const seen = view !== undefined && view.recognised > 0.25;
  if (!seen && high <= BLACK && high - low <= FLAT) {
    return { kind: 'black', confidence, reason: `${level}, without any structure` };
  }
  const edges = seen ? `, ${percent(view.recognised)} of the edges can still be made out` : '';
  return { kind: 'too-dark', confidence, reason: `${level}${edges}; the light went evenly` };
}

const SWEPT = 0.12;

function bright({ exposure, usuallyClipped }: Evidence): Verdict | undefined {
  const most = Math.max(CLIPPED_SHARE, usuallyClipped + 0.3);
  if (exposure.clipped < most) return undefined;
  const confidence = bounded(0.5 + (exposure.clipped - most) / 0.6);
  const reason = `${percent(exposure.clipped)} of the picture is blown out`;
  return { kind: 'too-bright', confidence, reason };
}

const CLIPPED_SHARE = 0.45;

function lostView({ view }: Evidence): Verdict | undefined {
  if (view === undefined) return undefined;
  const { tiles, recognised, hidden, painted, smooth, detail, sharpness, contrast, layout } = view;
  const share = percent(recognised);
  // Haze takes contrast and fine detail alike, a lens out of focus the detail first.
  const blurred = detail < 0.65 * contrast || recognised < 0.25;
  if (smooth > 0.6 && detail < 0.4 && sharpness < 0.5 && layout > 0.7 && blurred) {
    const reason = `${percent(1 - detail)} of the fine detail is gone, what is where has stayed`;
    return { kind: 'defocused', confidence: bounded(0.4 + (0.4 - detail) * 1.5), reason };
  }
  if (hidden > 0.6 && sharpness < 0.5) {
    const reason = `${percent(hidden)} of the view gave way to something smooth`;
    return { kind: 'covered', confidence: bounded(0.2 + hidden * 0.8), reason };
  }
  if (painted > 0.18 && painted * tiles >= 8 && recognised > 0.1) {
    const reason = `${percent(painted)} of the view is hidden by something smooth that stays, ${share} is as usual`;
    return { kind: 'sprayed', confidence: bounded(0.3 + painted), reason };
  }
  if (recognised < 0.3 && sharpness >= 0.4) {
    const reason = `only ${share} of the usual edges are where they were, and the picture is sharp`;
    return { kind: 'moved', confidence: bounded(0.5 + (0.3 - recognised) * 1.6), reason };
  }
  return undefined;
}
