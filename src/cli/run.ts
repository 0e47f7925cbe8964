/** One run of the command: arguments in, lines out, an exit code at the end. */
import { Command, CommanderError } from 'commander';
import { catchError, defer, of, type Observable } from 'rxjs';
import { packageVersion } from '../config/package-root.js';
import { RelensError } from '../errors.js';
import { createLogger, logLevel } from '../telemetry/logger.js';
import { ProgressLine } from '../telemetry/progress.js';
import { Terminal, type TerminalStream } from '../telemetry/terminal.js';
import { errorLine, EXIT, exitCode, stackLines } from './error-line.js';
import type { Job, Verb } from './verb.js';

/** What the command touches of the process it runs in. */
export interface World {
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** Cold; emits the exit code once and never errors. `args` without node and script. */
export function runCommand(
  args: readonly string[],
  world: World,
  verbs: readonly Verb[],
): Observable<number> {
  const terminal = new Terminal(world.stderr);
  return defer(() => {
    const chosen = parse(args, world, verbs);
    if (chosen === undefined) return of<number>(EXIT.done);
    const format = world.env['RELENS_LOG_FORMAT'] === 'json' ? 'json' : 'plain';
    return chosen.job({
      signal: world.signal,
      logger: createLogger(terminal, logLevel(chosen.flags, world.env), format),
      progress: new ProgressLine(
        chosen.flags.quiet === true ? { status: () => undefined } : terminal,
      ),
      print: (line) => void world.stdout.write(`${line}\n`),
    });
  }).pipe(
    catchError((error: unknown) => {
      terminal.status('');
      // What breaks while everything is being torn down is not news.
      const shown = world.signal.aborted ? new RelensError('ABORTED', 'stopped') : error;
      terminal.line(`relens: ${errorLine(shown)}`);
      if (world.env['RELENS_DEBUG'] === '1') terminal.line(stackLines(error));
      return of(exitCode(shown));
    }),
  );
}

interface Chosen {
  readonly job: Job;
  readonly flags: { readonly quiet?: boolean; readonly verbose?: boolean };
}

/** Undefined when help or the version was asked for, and given. */
function parse(args: readonly string[], world: World, verbs: readonly Verb[]): Chosen | undefined {
  const program = new Command('relens')
    .description('restores video-surveillance pictures, and says which pixel is which')
    .version(packageVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void world.stdout.write(text),
      writeErr: () => undefined,
    });
  let job: Job | undefined;
  for (const verb of verbs) {
    verb(program, (chosen) => {
      job = chosen;
    });
  }
  if (args.length === 0) {
    throw new RelensError('USAGE', 'expected a verb, got nothing: see relens --help');
  }
  try {
    program.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    const message = error.message.replace(/^error: /, '');
    throw new RelensError('USAGE', message, { cause: error });
  }
  const verb = program.commands.find((command) => command.name() === program.args[0]);
  return job === undefined ? undefined : { job, flags: verb?.opts() ?? {} };
}
