/** What one evaluation says: the words of its table, JSON and HTML. */
import type { CalibrationRow } from '../metrics/calibration.js';
import type { MaskAgreement } from '../metrics/mask-score.js';

/** Picture quality against the clean clip; undefined where a measure has no meaning. */
export interface Measures {
  /** dB, RGB, mean over frames. */
  readonly psnr: number | undefined;
  /** RGB, mean over every `SSIM_EVERY`th frame. */
  readonly ssim: number | undefined;
  /** dB, RGB, pooled over the truly damaged cells of all frames. */
  readonly inside: number | undefined;
  /** The same over the rest. */
  readonly outside: number | undefined;
  /** The same over the band of 8 pixels round the damage. */
  readonly edge: number | undefined;
  /** Grey levels: mean absolute temporal change of luma where the clean clip stands still. */
  readonly flicker: number | undefined;
  /** The same as a ratio to the clean clip (of at least 0.1 grey levels). */
  readonly flickerRatio: number | undefined;
}

/** One method on one clip, or its mean over clips. */
export interface Row extends Measures {
  readonly method: string;
  /** The strength that was best over the grid. */
  readonly setting: string | undefined;
  readonly framesPerSecond: number | undefined;
  /** Agreement of the mask that was found with the true one. */
  readonly mask: MaskAgreement | undefined;
  /** Grey levels of luma: mean absolute difference of the estimate from the noise that was added. */
  readonly sigmaError: number | undefined;
  /** Why there are no figures, or something to know of them. */
  readonly note: string | undefined;
}

/** How the restoring itself went. */
export interface ToolAccount {
  readonly framesPerSecond: number;
  readonly wallMs: number;
  /** Milliseconds in all, by stage. */
  readonly stages: Readonly<Record<string, number>>;
  /** Largest resident size of this process while it restored, the bench's own included. */
  readonly peakMemoryMiB: number;
  /** Share of cells by provenance, 0–1. */
  readonly provenance: Readonly<Record<string, number>>;
  /** Cells that are called original and differ from the input; 0 when the tool is honest. */
  readonly alteredOriginals: number;
  /** The uncertainty of changed cells against their true error. */
  readonly calibration: readonly CalibrationRow[];
}

export interface ClipResult {
  readonly clip: string;
  readonly case: string;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  /** Share of damaged cells over all frames; undefined without a true mask. */
  readonly damagedShare: number | undefined;
  readonly rows: readonly Row[];
  /** Undefined when the tool failed; its row says why. */
  readonly tool: ToolAccount | undefined;
}

export interface CaseResult {
  readonly case: string;
  readonly title: string;
  readonly clips: number;
  /** Means over the clips. */
  readonly rows: readonly Row[];
}

export interface EvaluateReport {
  readonly cases: readonly CaseResult[];
  readonly clips: readonly ClipResult[];
  readonly frames: number;
  readonly seconds: number;
  readonly versions: Readonly<Record<string, string>>;
}

export const INPUT = 'input';
export const TOOL = 'relens';

const NUMBERS = [
  'psnr',
  'ssim',
  'inside',
  'outside',
  'edge',
  'flicker',
  'flickerRatio',
] as const satisfies readonly (keyof Measures)[];
const OF_MASK = ['precision', 'recall', 'iou', 'falseShare'] as const;

export function emptyRow(method: string): Row {
  const measures = Object.fromEntries(NUMBERS.map((key) => [key, undefined])) as Measures &
    Record<string, undefined>;
  const rest = { setting: undefined, framesPerSecond: undefined, mask: undefined };
  return { method, ...measures, ...rest, sigmaError: undefined, note: undefined };
}

/** Means over the clips of each method, in the order in which methods first appear. */
export function meanRows(clips: readonly ClipResult[]): Row[] {
  const methods = new Set(clips.flatMap(({ rows }) => rows.map(({ method }) => method)));
  return [...methods].map((method) => {
    const rows = clips.flatMap((clip) => clip.rows.filter((row) => row.method === method));
    const mean = (of: (row: Row) => number | undefined) => meanOf(rows.map(of));
    const measures = Object.fromEntries(NUMBERS.map((key) => [key, mean((row) => row[key])]));
    const masks = OF_MASK.map((key) => [key, mean((row) => row.mask?.[key])] as const);
    const settings = new Set(rows.flatMap(({ setting }) => setting ?? []));
    return {
      ...emptyRow(method),
      ...measures,
      framesPerSecond: mean((row) => row.framesPerSecond),
      mask: rows.some((row) => row.mask !== undefined)
        ? (Object.fromEntries(masks) as unknown as MaskAgreement)
        : undefined,
      sigmaError: mean((row) => row.sigmaError),
      setting: settings.size === 0 ? undefined : [...settings].join(' | '),
      note: rows.find((row) => row.note !== undefined)?.note,
    };
  });
}

/** Of the defined values; undefined when there is none. */
export function meanOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, x) => sum + x, 0) / known.length;
}
