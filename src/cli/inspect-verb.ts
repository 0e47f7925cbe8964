/** `relens inspect`: what is wrong with footage, in words, as JSON, as a page, as a mask. */
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { Command } from 'commander';
import { concatMap, defer, finalize, from, map, mergeMap, toArray, type Observable } from 'rxjs';
import type { Inspect } from '../../pipelines/inspect.js';
import { findInputs } from '../../pipelines/restore-inputs.js';
import { restoreSettings } from '../../pipelines/settings.js';
import { loadConfig } from '../config/load.js';
import { RelensError } from '../errors.js';
import { drawPage } from '../evidence/draw-page.js';
import { inspectPage, type Inspected } from '../evidence/inspect-page.js';
import { EXIT } from './error-line.js';
import {
  addCommonOptions,
  addConfigOptions,
  configOverrides,
  numberOr,
  parseRate,
  parseTime,
} from './options.js';
import type { Context, Verb } from './verb.js';

interface InspectFlags {
  readonly json?: string;
  readonly html?: string;
  readonly maskOutput?: string;
  readonly snapshots?: string;
  readonly mask?: string;
  readonly protect?: string;
  readonly start?: number;
  readonly end?: number;
  readonly fps?: number;
  readonly config?: string;
  readonly set?: readonly string[];
}

/** Builds the verb around the pipeline that inspects one recording. */
export function inspectVerb(inspect: Inspect): Verb {
  return (program, choose) => {
    const command = program
      .command('inspect')
      .description('say what is wrong with footage, without restoring it')
      .argument('<input...>', 'files, folders, globs, image sequences (a folder or dir/%04d.png)')
      .option('--json <file>', 'write everything that was found')
      .option('--html <file>', 'write a page that stands alone')
      .option('--mask-output <file>', 'write a lossless grey video in Matroska, white = damaged')
      .option('--snapshots <folder>', 'write example frames, and a page to draw areas on')
      .option('--mask <file>', 'an image or video: white is damaged besides what is found')
      .option('--protect <file>', 'an image or video: white is to be left as it is')
      .option('--no-osd', 'treat time stamps, names and logos like the rest')
      .option('--device <name>', 'auto, cpu, cuda or webgpu')
      .option('--threads <n>', 'threads of the networks, 0 for all cores', numberOr)
      .option('--start <time>', 'seconds or h:mm:ss', parseTime)
      .option('--end <time>', 'seconds or h:mm:ss', parseTime)
      .option('--fps <n>', 'frames a second, for streams without timestamps', parseRate)
      .option('--deinterlace <mode>', 'auto or off');
    addCommonOptions(addConfigOptions(command)).action((inputs: string[]) => {
      choose((context) => defer(() => run(inputs, command, inspect, context)));
    });
  };
}

function run(
  inputs: readonly string[],
  command: Command,
  inspect: Inspect,
  { progress, signal, print }: Context,
): Observable<number> {
  const flags = command.opts<InspectFlags>();
  const { config: file, set, json, html, maskOutput, snapshots, fps, ...rest } = flags;
  const settings = restoreSettings(loadConfig({ file, set, overrides: configOverrides(command) }));
  const { mask, protect, start, end } = rest;
  if (maskOutput !== undefined && extname(maskOutput).toLowerCase() !== '.mkv') {
    throw new RelensError('USAGE', `--mask-output must end in .mkv, got "${maskOutput}"`);
  }
  return defer(() => findInputs(inputs)).pipe(
    mergeMap((paths) => {
      if (maskOutput !== undefined && paths.length > 1) {
        throw new RelensError('USAGE', '--mask-output takes one input: inspect them in turn');
      }
      return from(paths);
    }),
    concatMap((input) => {
      progress.start(input);
      const options = {
        ...settings,
        input,
        ...(mask !== undefined && { mask }),
        ...(protect !== undefined && { protect }),
        ...(start !== undefined && { start }),
        ...(end !== undefined && { end }),
        ...(fps !== undefined && { frameRate: fps }),
        ...(maskOutput !== undefined && { maskOutput }),
        onProgress: progress.update.bind(progress),
      };
      return inspect(options, signal).pipe(
        concatMap(async (inspected) => {
          progress.stop();
          print(input);
          inspected.report.summary.forEach((line) => {
            print(`  ${line}`);
          });
          if (snapshots !== undefined) await writeSnapshots(snapshots, inspected);
          return inspected;
        }),
      );
    }),
    toArray(),
    concatMap(async (all) => {
      const reports = all.map(({ report }) => report);
      if (json !== undefined) await write(json, `${JSON.stringify(reports, undefined, 2)}\n`);
      if (html !== undefined) await write(html, inspectPage(all));
    }),
    map(() => EXIT.done),
    finalize(() => {
      progress.stop();
    }),
  );
}

async function writeSnapshots(folder: string, { report, examples }: Inspected): Promise<void> {
  const name = basename(report.input, extname(report.input)).replaceAll('%', '') || 'frames';
  for (const [index, { picture }] of examples.entries()) {
    await write(join(folder, `${name}-${index + 1}.jpg`), picture);
  }
  const [first] = examples;
  if (first === undefined) return;
  await write(join(folder, `${name}-draw.html`), drawPage(report.input, first.picture));
}

async function write(path: string, content: string | Buffer): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  } catch (cause) {
    throw new RelensError('OUTPUT_WRITE', `"${path}" cannot be written: choose another place`, {
      cause,
    });
  }
}
