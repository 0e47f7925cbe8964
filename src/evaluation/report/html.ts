/** The report as one HTML file that needs nothing else. */
import type { Pictures } from './pictures.js';
import type { ClipResult, EvaluateReport, Row } from './rows.js';
import { calibrationText } from './calibration-table.js';
import { accountText, COLUMNS, heading, LEGEND } from './table.js';

const STYLE = `
body { font: 14px/1.4 system-ui, sans-serif; margin: 2rem; color: #222; }
table { border-collapse: collapse; margin: 0.5rem 0 1rem; }
td, th { padding: 0.15rem 0.6rem; text-align: right; border-bottom: 1px solid #ddd; }
td:first-child, th:first-child, td:last-child { text-align: left; }
tr:last-child td { font-weight: 600; }
figure { display: inline-block; margin: 0 0.5rem 0.5rem 0; }
figcaption { font-size: 12px; color: #555; }
img { max-width: 24rem; display: block; }
small { color: #555; }`;

/** @param picturesOf the pictures of a result, where some were taken */
export function renderHtml(
  report: EvaluateReport,
  picturesOf: (result: ClipResult) => Pictures | undefined,
): string {
  const sections = report.cases.map((one) => {
    const clips = report.clips.filter((clip) => clip.case === one.case);
    const details = clips.map((clip) => clipSection(clip, picturesOf(clip)));
    return `<h2>${escaped(heading(one))}</h2>${table(one.rows)}${details.join('')}`;
  });
  const uncertainty = calibrationText(report.clips).map(escaped).join('\n');
  const versions = Object.entries(report.versions).map((entry) => entry.join(' '));
  const footer = [...LEGEND, versions.join(', '), `${report.seconds.toFixed(0)} s`];
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Relens: evaluation</title><style>${STYLE}</style>
<h1>Relens: evaluation</h1>
${sections.join('\n')}
${uncertainty === '' ? '' : `<h2>Uncertainty</h2><pre>${uncertainty}</pre>`}
<p><small>${footer.map(escaped).join('<br>')}</small></p>
</html>
`;
}

function clipSection(result: ClipResult, pictures: Pictures | undefined): string {
  const { clip, frames, width, height } = result;
  const figures = (pictures?.pictures ?? []).map(
    ({ caption, uri }) =>
      `<figure><img src="${uri}" alt=""><figcaption>${escaped(caption)}</figcaption></figure>`,
  );
  const frame = pictures === undefined ? '' : `; frame ${pictures.frame} is shown`;
  const about = `${clip}: ${frames} frames of ${width}x${height}${frame}`;
  const account = accountText([result]).map((line) => `<p><small>${escaped(line)}</small></p>`);
  return `<details><summary>${escaped(about)}</summary>${table(result.rows)}${account.join('')}</details>${figures.join('')}`;
}

function table(rows: readonly Row[]): string {
  const head = [...COLUMNS.map(({ title }) => title), ''].map((title) => `<th>${title}</th>`);
  const body = rows.map((row) => {
    const remark = [row.setting, row.note].filter((text) => text !== undefined).join('; ');
    const cells = [...COLUMNS.map(({ text }) => text(row)), remark];
    return `<tr>${cells.map((text) => `<td>${escaped(text)}</td>`).join('')}</tr>`;
  });
  return `<table><tr>${head.join('')}</tr>${body.join('')}</table>`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
