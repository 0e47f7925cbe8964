/** What a verb of the command is, and what it is given to work with. */
import type { Command } from 'commander';
import type { Observable } from 'rxjs';
import type { Logger } from '../telemetry/logger.js';
import type { ProgressLine } from '../telemetry/progress.js';

export interface Context {
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly progress: ProgressLine;
  /** Writes a line of results to stdout. */
  readonly print: (line: string) => void;
}

/** Cold; emits the exit code (0 done, 1 failed) once. Errors are for the one who subscribes. */
export type Job = (context: Context) => Observable<number>;

/** Adds itself to the program; when it is the one that was called, hands its job to `choose`. */
export type Verb = (program: Command, choose: (job: Job) => void) => void;
