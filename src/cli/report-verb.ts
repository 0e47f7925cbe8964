/** `relens report`: a manifest as a page. */
import { defer } from 'rxjs';
import type { writeReportPage } from '../../pipelines/report.js';
import { EXIT } from './error-line.js';
import { addCommonOptions } from './options.js';
import type { Verb } from './verb.js';

interface ReportFlags {
  readonly html: string;
  readonly original?: string;
  readonly output?: string;
  readonly ffmpeg?: string;
}

/** Builds the verb around the pipeline that writes the page. */
export function reportVerb(write: typeof writeReportPage): Verb {
  return (program, choose) => {
    const command = program
      .command('report')
      .description('write a page that says what was done, for a reader who was not there')
      .argument('<manifest>', 'NAME.relens.json')
      .requiredOption('--html <file>', 'the page; it needs nothing else')
      .option('--original <path>', 'where the original lies now')
      .option('--output <path>', 'where the restored file lies now')
      .option('--ffmpeg <path>', 'the ffmpeg to use, instead of RELENS_FFMPEG or the PATH');
    addCommonOptions(command).action((manifest: string) => {
      const flags = command.opts<ReportFlags>();
      choose(({ print, logger }) =>
        defer(async () => {
          const { frames, withoutPictures } = await write({ ...flags, manifest });
          if (withoutPictures !== undefined) logger.warn(withoutPictures);
          print(`${flags.html}: ${frames} frames shown`);
          return EXIT.done;
        }),
      );
    });
  };
}
