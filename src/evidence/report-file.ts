/** The file that `--report` writes: what was found and done, for every input. */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { packageVersion } from '../config/package-root.js';
import { isRelensError, RelensError } from '../errors.js';

/** The first word of the format; the number grows when a field changes its meaning. */
export const REPORT_FORMAT = 'relens-restore-report/1';

/** What became of one input; `report` is the pipeline's account, written as it is. */
export interface ReportEntry {
  readonly input: string;
  readonly output: string;
  readonly report?: unknown;
  readonly error?: unknown;
}

/**
 * Makes the report's folder before any work is done, for a report that cannot be written is better
 * known at once.
 * @throws RelensError OUTPUT_WRITE
 */
export async function prepareReport(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await access(dirname(path), constants.W_OK);
  } catch (cause) {
    const message = `the report "${path}" cannot be written: choose another folder for --report`;
    throw new RelensError('OUTPUT_WRITE', message, { cause });
  }
}

/**
 * Writes beside the final name first, so that a half-written report never stands under it.
 * @throws RelensError OUTPUT_WRITE
 */
export async function writeReport(path: string, entries: readonly ReportEntry[]): Promise<void> {
  const document = {
    format: REPORT_FORMAT,
    relens: packageVersion(),
    created: new Date().toISOString(),
    files: entries.map(({ input, output, report, error }) =>
      error === undefined
        ? { input, output, ok: true, report }
        : { input, output, ok: false, error: describe(error) },
    ),
  };
  const partial = `${path}.${randomUUID()}.part`;
  try {
    await writeFile(partial, `${JSON.stringify(document, null, 2)}\n`);
    await rename(partial, path);
  } catch (cause) {
    await rm(partial, { force: true }).catch(() => undefined);
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RelensError('OUTPUT_WRITE', `the report "${path}" cannot be written: ${why}`, {
      cause,
    });
  }
}

function describe(error: unknown): { code: string; message: string } {
  if (isRelensError(error)) return { code: error.code, message: error.message };
  return { code: 'UNEXPECTED', message: error instanceof Error ? error.message : String(error) };
}
