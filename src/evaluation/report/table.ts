/** The table on the terminal. */
import { calibrationText } from './calibration-table.js';
import {
  meanOf,
  TOOL,
  type CaseResult,
  type ClipResult,
  type EvaluateReport,
  type Row,
} from './rows.js';

interface Column {
  readonly title: string;
  readonly text: (row: Row) => string;
}

const NOTHING = '–';

function fixed(value: number | undefined, digits: number): string {
  return value === undefined ? NOTHING : value.toFixed(digits);
}

/** What stands in a row, in words shared by the terminal and the HTML. */
export const COLUMNS: readonly Column[] = [
  { title: 'method', text: (row) => row.method },
  { title: 'PSNR', text: (row) => fixed(row.psnr, 2) },
  { title: 'SSIM', text: (row) => fixed(row.ssim, 4) },
  { title: 'in', text: (row) => fixed(row.inside, 2) },
  { title: 'out', text: (row) => fixed(row.outside, 2) },
  { title: 'edge', text: (row) => fixed(row.edge, 2) },
  { title: 'IoU', text: (row) => fixed(row.mask?.iou, 3) },
  { title: 'prec', text: (row) => fixed(row.mask?.precision, 3) },
  { title: 'recall', text: (row) => fixed(row.mask?.recall, 3) },
  { title: 'false %', text: (row) => fixed(percent(row.mask?.falseShare), 3) },
  { title: 'sigma err', text: (row) => fixed(row.sigmaError, 2) },
  { title: 'flicker', text: (row) => fixed(row.flicker, 2) },
  { title: 'x clean', text: (row) => fixed(row.flickerRatio, 2) },
  { title: 'fps', text: (row) => fixed(row.framesPerSecond, 1) },
];

function percent(share: number | undefined): number | undefined {
  return share === undefined ? undefined : 100 * share;
}

/** What the columns mean, one line each. */
export const LEGEND: readonly string[] = [
  'PSNR dB and SSIM in RGB: PSNR mean over all frames (100 = identical), SSIM over every tenth frame',
  'in, out, edge: PSNR pooled over damaged cells, the rest, the 8-pixel band round the damage',
  'IoU, prec, recall: mask found against the true one; false %: of clean cells, marked',
  'sigma err: grey levels of luma; flicker: change over time of cells that stand still, grey levels ' +
    'and as a ratio to the clean clip',
  'each anchor at its best strength over a small grid, chosen clip by clip against the clean clip; ' +
    'Telea, NS and the temporal median are given the true mask',
];

/** One block of lines a case, means over its clips, and with `perClip` one for each clip. */
export function renderTable(report: EvaluateReport, perClip = true): string {
  const blocks = report.cases.flatMap((one) => {
    const clips = perClip && one.clips > 1 ? report.clips.filter((c) => c.case === one.case) : [];
    return [
      block(
        heading(one),
        one.rows,
        report.clips.filter((clip) => clip.case === one.case),
      ),
      ...clips.map((clip) => block(`${clip.case}, ${clip.clip}`, clip.rows, [clip])),
    ];
  });
  const seconds = `${report.seconds.toFixed(0)} s for ${report.clips.length} clips and cases`;
  const uncertainty = calibrationText(report.clips).join('\n');
  const parts = [...blocks, uncertainty, LEGEND.join('\n'), seconds];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n\n`;
}

export function heading({ case: name, title, clips }: CaseResult): string {
  return `${name}: ${title} (${clips === 1 ? '1 clip' : `mean of ${clips} clips`})`;
}

function block(title: string, rows: readonly Row[], clips: readonly ClipResult[]): string {
  const columns = COLUMNS.filter(
    ({ text }, i) => i === 0 || rows.some((row) => text(row) !== NOTHING),
  );
  const cells = [columns.map((column) => column.title)];
  for (const row of rows) cells.push(columns.map(({ text }) => text(row)));
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => line[i]?.length ?? 0)));
  const lines = cells.map((line, index) => {
    const padded = line.map((text, i) =>
      i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0),
    );
    const row = rows[index - 1];
    const remark = row?.note ?? (row?.method === TOOL ? undefined : row?.setting);
    return `  ${padded.join('  ')}${remark === undefined ? '' : `  ${remark}`}`.trimEnd();
  });
  return [title, ...lines, ...accountText(clips).map((line) => `  ${line}`)].join('\n');
}

/** How the restoring went, in the mean over clips: a line of time and memory, and one of provenance. */
export function accountText(clips: readonly ClipResult[]): string[] {
  const runs = clips.flatMap(({ tool, frames }) => (tool === undefined ? [] : [{ tool, frames }]));
  if (runs.length === 0) return [];
  const means = (of: (run: (typeof runs)[number]) => Readonly<Record<string, number>>) => {
    const names = new Set(runs.flatMap((run) => Object.keys(of(run))));
    return [...names].map((name) => [name, meanOf(runs.map((run) => of(run)[name])) ?? 0] as const);
  };
  const stages = means(({ tool, frames }) =>
    Object.fromEntries(Object.entries(tool.stages).map(([name, ms]) => [name, ms / frames])),
  );
  const shares = means(({ tool }) => tool.provenance);
  const memory = Math.max(...runs.map(({ tool }) => tool.peakMemoryMiB));
  const altered = runs.reduce((sum, { tool }) => sum + tool.alteredOriginals, 0);
  return [
    `${TOOL}: ms a frame: ${stages.map(([name, ms]) => `${name} ${ms.toFixed(1)}`).join(', ')}; ` +
      `peak memory ${memory.toFixed(0)} MiB`,
    `${TOOL}: ${shares.map(([name, share]) => `${name} ${(100 * share).toFixed(2)} %`).join(', ')}; ` +
      `cells called original that differ: ${altered}`,
  ];
}
