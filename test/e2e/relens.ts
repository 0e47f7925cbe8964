/** Runs the built command as a user does, in a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { packageFile } from '../../src/config/package-root.js';

export const CLI = packageFile('dist', 'src', 'cli.js');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export function start(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Running {
  if (!existsSync(CLI)) throw new Error(`${CLI} is not there: npm run build`);
  const child = spawn(process.execPath, [CLI, ...args], { env });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, stdout, stderr });
    });
  });
  return { child, ended };
}

/** The names in a folder, without what lies beside each restored file as its proof. */
export const restoredIn = (folder: string) =>
  readdirSync(folder).filter((name) => !/\.relens(-|\.)/.test(name));

export const relens = (args: readonly string[], env?: NodeJS.ProcessEnv) => start(args, env).ended;
