/** Runs vitest and ends with one plain line of counts; in CI a skipped test is a failure. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * @param {{success: boolean, numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests?: number, testResults: {status: string, assertionResults: unknown[]}[]}} results
 *   vitest's JSON report.
 * @param {boolean} ci Whether a skip is a failure.
 * @returns {{line: string, ok: boolean}}
 */
export function summarise(results, ci) {
  // A file that does not even load has no tests to count, yet it is a failure.
  const broken = results.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  const failed = results.numFailedTests + broken;
  const skipped = results.numPendingTests + (results.numTodoTests ?? 0);
  return {
    line: `${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped`,
    ok: results.success && failed === 0 && !(ci && skipped > 0),
  };
}

function main() {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const vitest = dirname(createRequire(import.meta.url).resolve('vitest/package.json'));
  const file = join(root, 'out', 'test-results.json');
  mkdirSync(dirname(file), { recursive: true });
  rmSync(file, { force: true });
  const { status } = spawnSync(
    process.execPath,
    [
      join(vitest, 'vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
      ...process.argv.slice(2),
    ],
    { cwd: root, stdio: 'inherit' },
  );
  const ci = process.env['CI'] === 'true' || process.env['CI'] === '1';
  const { line, ok } = summarise(JSON.parse(readFileSync(file, 'utf8')), ci);
  if (ci && /[1-9]\d* skipped/.test(line)) {
    console.error('In CI every test must run: the skipped ones above count as failures.');
  }
  console.log(line);
  process.exitCode = ok && status === 0 ? 0 : status || 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
