/** `relens restore`: options to a batch, outcomes to lines and a report file. */
import type { Command } from 'commander';
import {
  catchError,
  concat,
  defer,
  finalize,
  ignoreElements,
  map,
  tap,
  type Observable,
} from 'rxjs';
import {
  restoreBatch,
  type BatchOptions,
  type FileOutcome,
} from '../../pipelines/restore-batch.js';
import type { Restore } from '../../pipelines/restore.js';
import { watchFolder } from '../../pipelines/watch.js';
import { restoreSettings } from '../../pipelines/settings.js';
import { loadConfig } from '../config/load.js';
import { RelensError } from '../errors.js';
import { framesFinished } from '../evidence/journal.js';
import { prepareReport, writeReport } from '../evidence/report-file.js';
import { outputBase } from '../sinks/images.js';
import { errorLine } from './error-line.js';
import {
  addCommonOptions,
  addConfigOptions,
  configOverrides,
  numberOr,
  parseRate,
  parseTime,
} from './options.js';
import { outcomeLines } from './report-text.js';
import type { Context, Verb } from './verb.js';

interface RestoreFlags {
  readonly output: string;
  readonly watch?: string;
  readonly settle?: number;
  readonly mask?: string;
  readonly protect?: string;
  readonly start?: number;
  readonly end?: number;
  readonly fps?: number;
  readonly report?: string;
  readonly config?: string;
  readonly set?: readonly string[];
  readonly lossless?: boolean;
  readonly codec?: string;
  readonly crf?: unknown;
  readonly sign?: string;
  readonly restart?: boolean;
}

/** Builds the verb around the pipeline that restores one file. */
export function restoreVerb(restore: Restore): Verb {
  return (program, choose) => {
    const command = program
      .command('restore')
      .description('restore archived footage')
      .argument('[input...]', 'files, folders, globs, image sequences (a folder or dir/%04d.png)')
      .requiredOption('--output <path>', 'the restored file; a folder for several inputs')
      .option('--watch <folder>', 'restore the videos of a folder as they come, until stopped')
      .option(
        '--settle <s>',
        'with --watch: unchanged for so long = complete (default 5)',
        parseTime,
      )
      .option('--mask <file>', 'an image or video: white is repaired besides what is found')
      .option('--protect <file>', 'an image or video: white is left exactly as it is')
      .option('--no-osd', 'treat time stamps, names and logos like the rest')
      .option('--model <name>', 'a model of models/ or the path of an .onnx file')
      .option('--device <name>', 'auto, cpu, cuda or webgpu')
      .option('--threads <n>', 'threads of the network, 0 for all cores', numberOr)
      .option('--strength <n>', '0 to 1: how much of the noise is taken away', numberOr)
      .option('--lossless', 'write FFV1 in Matroska')
      .option('--codec <name>', 'an ffmpeg encoder')
      .option('--crf <n>', "the encoder's constant rate factor", numberOr)
      .option('--start <time>', 'seconds or h:mm:ss', parseTime)
      .option('--end <time>', 'seconds or h:mm:ss', parseTime)
      .option('--fps <n>', 'frames a second, for streams without timestamps', parseRate)
      .option('--deinterlace <mode>', 'auto or off')
      .option('--no-synthesis', 'leave damaged what the camera never saw')
      .option('--unseen <mode>', 'with --no-synthesis: keep what was never seen, or hatch it')
      .option('--burn-in', 'outline what is synthesised in the picture, with a legend')
      .option('--sign <key>', 'sign the manifest with an Ed25519 key (see keygen)')
      .option('--restart', 'begin anew: use nothing that an interrupted run finished')
      .option('--report <file>', 'write what was found and done as JSON');
    addCommonOptions(addConfigOptions(command)).action((inputs: string[]) => {
      choose((context) => defer(() => run(inputs, command, restore, context)));
    });
  };
}

function run(
  inputs: readonly string[],
  command: Command,
  restore: Restore,
  context: Context,
): Observable<number> {
  const flags = command.opts<RestoreFlags>();
  const { progress, signal, print } = context;
  const outcomes: FileOutcome[] = [];
  let current: string | undefined;
  const batch: BatchOptions = {
    ...batchOptions(inputs, command, flags),
    onStart: ({ input, output }, index, count) => {
      current = output;
      progress.start(count > 1 ? `${index + 1}/${count} ${input}` : input);
    },
    onProgress: (state) => {
      progress.update(state);
    },
  };
  const work$ = outcomes$(batch, flags, signal, restore).pipe(
    tap((outcome) => {
      progress.stop();
      outcomes.push(outcome);
      if ('report' in outcome) outcomeLines(outcome.output, outcome.report).forEach(print);
      else context.logger.error(failureLine(outcome.input, outcome.error));
    }),
    catchError(async (error: unknown) => {
      progress.stop();
      const frames = current === undefined ? 0 : await framesFinished(outputBase(current));
      if (signal.aborted && frames > 0) {
        const words =
          'frames are finished; the same command goes on from there, --restart does not';
        context.logger.info(`${current ?? ''}: ${frames} ${words}`);
      }
      throw error;
    }),
    finalize(() => {
      progress.stop();
    }),
    ignoreElements(),
  );
  const begin$ = defer(async () => {
    if (flags.report !== undefined) await prepareReport(flags.report);
  }).pipe(ignoreElements());
  const end$ = defer(async () => {
    if (flags.report !== undefined) await writeReport(flags.report, outcomes);
  }).pipe(
    map(() => {
      const failed = outcomes.filter((outcome) => 'error' in outcome).length;
      if (outcomes.length > 1) summary(outcomes).forEach(print);
      return failed > 0 ? 1 : 0;
    }),
  );
  return concat(begin$, work$, end$);
}

function outcomes$(
  batch: BatchOptions,
  { watch, settle = 5 }: RestoreFlags,
  signal: AbortSignal,
  restore: Restore,
): Observable<FileOutcome> {
  const { inputs, ...settings } = batch;
  if (watch === undefined) {
    if (inputs.length > 0) return restoreBatch(batch, signal, restore);
    throw new RelensError('USAGE', "missing required argument 'input'");
  }
  if (inputs.length > 0) {
    throw new RelensError(
      'USAGE',
      `expected --watch alone, got the input "${inputs[0] ?? ''}" too`,
    );
  }
  return watchFolder({ ...settings, folder: watch, settleMs: settle * 1000 }, signal, restore);
}

/** Counts, and which ones failed: their lines may be far up by now. */
function summary(outcomes: readonly FileOutcome[]): string[] {
  const failed = outcomes.filter((outcome) => 'error' in outcome);
  const already = outcomes.filter((one) => 'report' in one && one.report.already === true);
  const earlier = already.length > 0 ? ` (${already.length} by an earlier run)` : '';
  return [
    `${outcomes.length - failed.length} restored${earlier}, ${failed.length} failed`,
    ...failed.map(({ input }) => `  failed  ${input}`),
  ];
}

/** Names the input, unless the error does so itself. */
function failureLine(input: string, error: unknown): string {
  const line = errorLine(error);
  return line.includes(input) ? line : `${input}: ${line}`;
}

function batchOptions(
  inputs: readonly string[],
  command: Command,
  flags: RestoreFlags,
): BatchOptions {
  const { mask, protect, start, end, fps } = flags;
  if (flags.lossless === true && (flags.codec !== undefined || flags.crf !== undefined)) {
    throw new RelensError('USAGE', '--lossless is FFV1 already: leave out --codec and --crf');
  }
  if (start !== undefined && end !== undefined && end <= start) {
    throw new RelensError('USAGE', `--end (${end} s) must be after --start (${start} s)`);
  }
  const config = loadConfig({
    file: flags.config,
    set: flags.set,
    overrides: configOverrides(command),
  });
  if (config.repair.unseen === 'hatch' && config.repair.synthesis) {
    throw new RelensError(
      'USAGE',
      'expected --no-synthesis with --unseen hatch: with synthesis nothing is left to be hatched',
    );
  }
  return {
    ...restoreSettings(config),
    record: {
      partFrames: config.output.partFrames,
      ...(flags.sign !== undefined && { sign: flags.sign }),
      ...(flags.restart === true && { restart: true }),
    },
    inputs,
    output: flags.output,
    ...(mask !== undefined && { mask }),
    ...(protect !== undefined && { protect }),
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
    ...(fps !== undefined && { frameRate: fps }),
  };
}
