/** `relens doctor`: what is there, what is missing, and the line that mends it. */
import { defer, map } from 'rxjs';
import type { doctor } from '../../pipelines/doctor.js';
import { loadConfig } from '../config/load.js';
import { packageVersion } from '../config/package-root.js';
import { EXIT } from './error-line.js';
import { addCommonOptions, addConfigOptions, configOverrides } from './options.js';
import type { Verb } from './verb.js';

/** Builds the verb around the pipeline that looks. */
export function doctorVerb(look: typeof doctor): Verb {
  return (program, choose) => {
    const command = program
      .command('doctor')
      .description('say what is here, what is missing, and how to mend it')
      .option('--model <name>', 'look whether this model can be used')
      .option('--device <name>', 'look whether this device can be used');
    addCommonOptions(addConfigOptions(command)).action(() => {
      const { config: file, set } = command.opts<{ config?: string; set?: string[] }>();
      choose(({ print }) =>
        defer(() => look(loadConfig({ file, set, overrides: configOverrides(command) }))).pipe(
          map((checks) => {
            print(
              `relens ${packageVersion()}, Node ${process.version}, ${process.platform} ${process.arch}`,
            );
            for (const { state, subject, detail, mend } of checks) {
              print(`${state.padEnd(7)}  ${subject.padEnd(7)}  ${detail}`);
              if (mend !== undefined) print(`         mend it: ${mend}`);
            }
            const missing = checks.filter(({ state }) => state === 'missing').length;
            print(missing === 0 ? 'ready' : `${missing} missing`);
            return missing === 0 ? EXIT.done : EXIT.failed;
          }),
        ),
      );
    });
  };
}
