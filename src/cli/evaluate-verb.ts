/** `relens evaluate`: the bench, its table on the terminal. */
import { defer, finalize, map } from 'rxjs';
import type { evaluate } from '../../pipelines/evaluate.js';
import { restoreSettings } from '../../pipelines/settings.js';
import { loadConfig } from '../config/load.js';
import { renderTable } from '../evaluation/report/table.js';
import { EXIT } from './error-line.js';
import {
  addCommonOptions,
  addConfigOptions,
  configOverrides,
  numberOr,
  parseCount,
  parseList,
} from './options.js';
import type { Verb } from './verb.js';

interface EvaluateFlags {
  readonly clips: string;
  readonly cases: readonly string[];
  readonly frames: number;
  readonly anchors: boolean;
  readonly json?: string;
  readonly html?: string;
  readonly hardParts?: string;
  readonly config?: string;
  readonly set?: readonly string[];
}

const FRAMES = 100;

/** Builds the verb around the bench. */
export function evaluateVerb(measure: typeof evaluate): Verb {
  return (program, choose) => {
    const command = program
      .command('evaluate')
      .description('damage clean clips, restore them, and measure beside other methods')
      .requiredOption('--clips <path>', 'a folder of clean videos, or one')
      .option('--cases <list>', 'names of damage cases, with commas; default: all', parseList, [])
      .option('--frames <n>', 'frames of each clip', parseCount, FRAMES)
      .option('--no-anchors', 'leave out the other methods')
      .option('--json <file>', 'write everything that was measured')
      .option('--html <file>', 'write a page with pictures')
      .option('--hard-parts <file>', 'write one JPEG of what was restored worst')
      .option('--model <name>', 'a model of models/ or the path of an .onnx file')
      .option('--device <name>', 'auto, cpu, cuda or webgpu')
      .option('--threads <n>', 'threads of the network, 0 for all cores', numberOr)
      .option('--strength <n>', '0 to 1: how much of the noise is taken away', numberOr);
    addCommonOptions(addConfigOptions(command)).action(() => {
      const {
        config: file,
        set,
        clips,
        cases,
        frames,
        anchors,
        json,
        html,
        hardParts,
      } = command.opts<EvaluateFlags>();
      choose(({ print, progress, signal }) =>
        defer(() => {
          const config = loadConfig({ file, set, overrides: configOverrides(command) });
          const options = {
            relens: restoreSettings(config),
            ...{ clips, cases, frames, anchors },
            ...(json !== undefined && { json }),
            ...(html !== undefined && { html }),
            ...(hardParts !== undefined && { hardParts }),
            onProgress: (state: { done: number; total: number; clip: string; case: string }) => {
              progress.start(`${state.done + 1}/${state.total} ${state.clip} ${state.case}`);
            },
          };
          return measure(options, signal);
        }).pipe(
          finalize(() => {
            progress.stop();
          }),
          map((report) => {
            progress.stop();
            print(renderTable(report));
            return EXIT.done;
          }),
        ),
      );
    });
  };
}
