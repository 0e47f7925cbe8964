/** The page of `relens inspect`: it stands alone, words first, then time, then pictures. */
import type { InspectReport } from './inspect-report.js';

/** A frame to be shown: JPEG bytes of it, and of its mask as a PNG with transparency. */
export interface Example {
  readonly title: string;
  readonly picture: Buffer;
  readonly mask: Buffer;
}

export interface Inspected {
  readonly report: InspectReport;
  readonly examples: readonly Example[];
}

const [WIDE, TALL] = [900, 110];

export function inspectPage(inspected: readonly Inspected[]): string {
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Relens: what is wrong with this footage</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:${WIDE}px;margin:2em auto;padding:0 1em;color:#222}
h1,h2{line-height:1.2}table{border-collapse:collapse}td,th{text-align:left;padding:.2em 1em .2em 0}
figure{margin:1em 0;position:relative}figure img{width:100%;display:block}
figure img.mask{position:absolute;left:0;top:0;mix-blend-mode:normal}
svg{width:100%;height:auto;background:#f6f6f6}label{user-select:none}
body:has(#masks:not(:checked)) img.mask{display:none}small{color:#666}
</style>
<h1>What is wrong with this footage</h1>
<p><label><input type="checkbox" id="masks" checked> masks over the pictures (red = damaged, yellow = told and left alone)</label></p>
${inspected.map(section).join('\n')}
</html>
`;
}

function section({ report, examples }: Inspected): string {
  const { input, width, height, frames, seconds, summary, findings, quality, noise } = report;
  const rows = findings.map(
    (one) =>
      `<tr><td>${escape(one.kind)}<td>${one.frames}<td>${(one.share * 100).toFixed(3)} %<td>${one.confidence.toFixed(2)}<td>${escape(one.actions.join(', else '))}<td>${escape(one.reason)}`,
  );
  const measures = Object.entries(quality).map(
    ([name, value]) => `<tr><td>${escape(name)}<td>${value.toFixed(2)}`,
  );
  const curve = noise.byBrightness.map(
    ({ brightness, sigma }) => `<tr><td>${brightness.toFixed(0)}<td>${sigma.toFixed(2)}`,
  );
  return `<h2>${escape(input)}</h2>
<p>${frames} frames of ${width}x${height}, ${seconds.toFixed(1)} s</p>
<ul>${summary.map((line) => `<li>${escape(line)}`).join('')}</ul>
${timeline(report)}
${rows.length === 0 ? '' : `<table><tr><th>found<th>frames<th>share<th>confidence<th>what is done<th>why${rows.join('')}</table>`}
${examples.map(figure).join('\n')}
<details><summary>Measures</summary><table><tr><th>of the picture<th>mean${measures.join('')}</table>
<table><tr><th>brightness<th>noise, grey levels${curve.join('')}</table></details>`;
}

function figure({ title, picture, mask }: Example): string {
  const data = (kind: string, bytes: Buffer) =>
    `data:image/${kind};base64,${bytes.toString('base64')}`;
  return `<figure><img alt="${escape(title)}" src="${data('jpeg', picture)}"><img class="mask" alt="" src="${data('png', mask)}"><figcaption>${escape(title)}</figcaption></figure>`;
}

/** Noise as a line, damage as bars, events as bands, over the seconds. */
function timeline({ overTime, events, seconds }: InspectReport): string {
  const span = Math.max(1, seconds);
  const x = (time: number) => ((time / span) * WIDE).toFixed(1);
  const loudest = Math.max(5, ...overTime.map(({ sigma }) => sigma));
  const worst = Math.max(0.01, ...overTime.map(({ damaged, told }) => damaged + told));
  const bands = events.map(({ kind, start, end }) => {
    const wide = Math.max(2, Number(x((end ?? span) - start)));
    return `<rect x="${x(start)}" y="0" width="${wide}" height="${TALL}" fill="#f5c16c"/><text x="${x(start)}" y="14" font-size="13">${escape(kind)}</text>`;
  });
  const bars = overTime.flatMap(({ time, damaged, told }) => {
    const tall = (share: number) => (share / worst) * (TALL - 20);
    const bar = (share: number, below: number, colour: string) =>
      `<rect x="${x(time)}" y="${(TALL - tall(share + below)).toFixed(1)}" width="${Math.max(1, Number(x(1)) - 1).toFixed(1)}" height="${tall(share).toFixed(1)}" fill="${colour}" opacity=".6"/>`;
    return [bar(damaged, 0, '#d33'), bar(told, damaged, '#eb0')];
  });
  const line = overTime.map(
    ({ time, sigma }) =>
      `${x(Math.min(span, time + 0.5))},${(TALL - (sigma / loudest) * (TALL - 20)).toFixed(1)}`,
  );
  return `<svg viewBox="0 0 ${WIDE} ${TALL}" role="img" aria-label="noise, damage and events over time">${bands.join('')}${bars.join('')}<polyline points="${line.join(' ')}" fill="none" stroke="#246" stroke-width="2"/></svg>
<small>over ${seconds.toFixed(1)} s: the line is the noise (top: ${loudest.toFixed(1)} grey levels), bars the share that is damaged (red) or told and left alone (yellow; top: ${(worst * 100).toFixed(2)} %), bands the events</small>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);
}
