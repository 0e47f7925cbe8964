#!/usr/bin/env node
/** The command `relens`: the process around one run, its signals and its exit code. */
import { constants } from 'node:os';
import { EXIT } from './cli/error-line.js';
import { runCommand } from './cli/run.js';
import { VERBS } from './cli/verbs.js';

/** A handle that somebody forgot to close must not keep a finished command from ending. */
const GRACE_MS = 5000;

// An address among the arguments may hold a password: the process list is given this instead.
process.title = 'relens';

const controller = new AbortController();

function stop(): void {
  // Whoever asks twice does not want to wait for anything to be tidied up.
  if (controller.signal.aborted) process.exit(EXIT.stopped);
  controller.abort();
}
process.on('SIGINT', stop);
process.on('SIGTERM', stop);

// `relens doctor | head` closes the pipe early: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.errno === -constants.errno.EPIPE) process.exit(EXIT.done);
  throw error;
});

const world = {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: controller.signal,
};
runCommand(process.argv.slice(2), world, VERBS).subscribe((code) => {
  process.exitCode = code;
  setTimeout(() => process.exit(), GRACE_MS).unref();
});
