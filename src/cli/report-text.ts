/** A restore report as the few lines that a person reads. */
import type { RestoreReport } from '../../pipelines/restore.js';
import { eventText } from '../evidence/event-list.js';

export function outcomeLines(output: string, report: RestoreReport): string[] {
  const { frames, width, height, framesPerSecond, events, lost, conversions, inference } = report;
  const lines = [
    output,
    `  ${frames} frames of ${width}x${height}, ${framesPerSecond.toFixed(1)} a second, ${inference.model} on ${inference.device}`,
    `  found     ${foundText(report)}`,
    `  repaired  ${repairedText(report)}`,
  ];
  if (report.already === true)
    lines.push('  already done by an earlier run; --restart does it again');
  for (const event of events) lines.push(`  camera    ${eventText(event)}`);
  if (conversions.length > 0) lines.push(`  converted ${conversions.join('; ')}`);
  if (lost.length > 0) lines.push(`  lost      ${lost.join('; ')}`);
  return lines;
}

/** `noise of 12.3 grey levels, drop-out 0.84 % in 34 frames` */
export function foundText({ noise, damage }: RestoreReport): string {
  const kinds = Object.entries(damage)
    .filter(([, { frames }]) => frames > 0)
    .map(([kind, { share, frames }]) => `${kind} ${percent(share)} in ${frames} frames`);
  return [`noise of ${noise.mean.toFixed(1)} grey levels`, ...kinds].join(', ');
}

export function repairedText({ provenance }: RestoreReport): string {
  const { original, denoised, recovered, synthesised, drawn } = provenance;
  return [
    `denoised ${percent(denoised)}`,
    `recovered ${percent(recovered)}`,
    `synthesised ${percent(synthesised)}`,
    ...(drawn === undefined ? [] : [`drawn on ${percent(drawn)}`]),
    `untouched ${percent(original)}`,
  ].join(', ');
}

/** Small shares keep enough digits not to read as none. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value.toFixed(value >= 10 || value === 0 ? 1 : value >= 0.1 ? 2 : 3)} %`;
}
