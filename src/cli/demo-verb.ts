/** `relens demo`: damaged footage restored before your eyes, with the gain in decibels. */
import { defer, finalize, map } from 'rxjs';
import type { demo, DemoReport } from '../../pipelines/demo.js';
import type { Restore } from '../../pipelines/restore.js';
import { restoreSettings } from '../../pipelines/settings.js';
import { loadConfig } from '../config/load.js';
import { EXIT } from './error-line.js';
import {
  addCommonOptions,
  addConfigOptions,
  configOverrides,
  numberOr,
  parseCount,
} from './options.js';
import { foundText, repairedText } from './report-text.js';
import type { Verb } from './verb.js';

interface DemoFlags {
  readonly output: string;
  readonly frames?: number;
  readonly config?: string;
  readonly set?: readonly string[];
}

/** Builds the verb around the pipeline that shows, and the one that restores. */
export function demoVerb(show: typeof demo, restore: Restore): Verb {
  return (program, choose) => {
    const command = program
      .command('demo')
      .description('damage the bundled footage, restore it, and measure the gain')
      .option('--output <folder>', 'where the files are written', 'out/demo')
      .option('--frames <n>', 'only the first frames of the footage', parseCount)
      .option('--model <name>', 'a model of models/ or the path of an .onnx file')
      .option('--device <name>', 'auto, cpu, cuda or webgpu')
      .option('--threads <n>', 'threads of the network, 0 for all cores', numberOr);
    addCommonOptions(addConfigOptions(command)).action(() => {
      const { output, frames, config: file, set } = command.opts<DemoFlags>();
      choose(({ print, progress, logger, signal }) =>
        defer(() => {
          const options = {
            ...restoreSettings(loadConfig({ file, set, overrides: configOverrides(command) })),
            output,
            ...(frames !== undefined && { frames }),
            onStage: (stage: string) => {
              logger.debug(stage);
              progress.start(stage);
            },
            onProgress: progress.update.bind(progress),
          };
          return show(options, signal, restore);
        }).pipe(
          finalize(() => {
            progress.stop();
          }),
          map((report) => {
            progress.stop();
            demoLines(report).forEach(print);
            return EXIT.done;
          }),
        ),
      );
    });
  };
}

function demoLines({ damage, report, before, after, files }: DemoReport): string[] {
  const { frames, width, height, framesPerSecond, inference } = report;
  const gain = (from: number | undefined, to: number | undefined) =>
    from === undefined || to === undefined
      ? 'not measured'
      : `${from.toFixed(2)} → ${to.toFixed(2)} dB, gain ${(to - from).toFixed(2)} dB`;
  return [
    `${frames} frames of ${width}x${height}, damaged on purpose: ${damage}`,
    `found            ${foundText(report)}`,
    `repaired         ${repairedText(report)}`,
    `                 ${framesPerSecond.toFixed(1)} frames a second, ${inference.model} on ${inference.device}`,
    `PSNR             ${gain(before.psnr, after.psnr)}`,
    `  in the damage  ${gain(before.inside, after.inside)}`,
    `damaged          ${files.damaged}`,
    `restored         ${files.restored}`,
    `side by side     ${files.picture}`,
  ];
}
