/** The table that holds what the provenance track says of its cells against their true error. */
import { expectedError } from '../../frame/uncertainty.js';
import { poolCalibration } from '../metrics/calibration.js';
import type { ClipResult } from './rows.js';

/** Fewer cells say nothing of a mean. */
const FEW = 100;

/** Lines over all clips and cases; none when nothing was changed. */
export function calibrationText(clips: readonly ClipResult[]): string[] {
  const rows = poolCalibration(clips.flatMap(({ tool }) => (tool ? [tool.calibration] : [])));
  if (rows.length === 0) return [];
  const lines = rows.map(({ provenance, uncertainty, cells, measured }) => {
    const said = expectedError(uncertainty);
    const few = cells < FEW ? '  (too few to tell)' : '';
    const ratio = said === undefined || said === 0 ? '–' : (measured / said).toFixed(2);
    return (
      `  ${provenance.padEnd(12)}${(said?.toFixed(2) ?? 'unknown').padStart(8)}` +
      `${measured.toFixed(2).padStart(10)}${ratio.padStart(8)}${String(cells).padStart(12)}${few}`
    );
  });
  const known = rows.flatMap((row) => {
    const said = expectedError(row.uncertainty);
    return said === undefined ? [] : [{ ...row, said }];
  });
  const total = known.reduce((sum, { cells }) => sum + cells, 0);
  const off = known.reduce((sum, one) => sum + one.cells * Math.abs(one.measured - one.said), 0);
  return [
    'uncertainty: the error that the provenance track expects of its cells, and their true one; ' +
      'mean absolute error of luma, grey levels',
    `  ${'cells'.padEnd(12)}${'expected'.padStart(8)}${'true'.padStart(10)}${'ratio'.padStart(8)}${'number'.padStart(12)}`,
    ...lines,
    ...(total > 0
      ? [`  off by ${(off / total).toFixed(2)} grey levels in the mean over cells`]
      : []),
  ];
}
