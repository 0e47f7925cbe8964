/** Starts one child process without a shell, collects what it says, and makes sure that it ends. */
import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export interface ProcessSpec {
  readonly command: string;
  readonly args: readonly string[];
  /** Default: both closed. */
  readonly stdin?: 'pipe' | 'ignore';
  readonly stdout?: 'pipe' | 'ignore';
  /** A second output, which the process knows as `pipe:3`; default: none. */
  readonly second?: 'pipe' | 'ignore';
  /** Working folder. */
  readonly cwd?: string;
  /** Called with each line of stderr as it comes. */
  readonly onLine?: (line: string) => void;
}

/** How a process ended: `error` when it could not be started at all. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly error?: Error;
}

export interface Running {
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  /** Must be read, or the process stands still. */
  readonly second: Readable | null;
  /** Resolves once, when the process and its pipes are closed; never rejects. */
  readonly exited: Promise<Exit>;
  readonly stderr: LineLog;
  /** SIGKILL, and lets go of the pipes; harmless when it has ended already. */
  kill(): void;
  /** Asks it to finish its files (SIGTERM), and kills it after `graceMs`. */
  end(graceMs: number): void;
}

const FIRST_LINES = 20;
const LAST_LINES = 40;
const LINE_CHARS = 400;

/** Keeps the first and the last lines of a stream and counts them all, in bounded memory. */
export class LineLog {
  readonly #first: string[] = [];
  readonly #last: string[] = [];
  readonly #onLine: ((line: string) => void) | undefined;
  #partial = '';
  #count = 0;

  /** `onLine` is called with each line that is not empty. */
  constructor(onLine?: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** Lines seen, whether kept or not. */
  get count(): number {
    return this.#count;
  }

  get lines(): readonly string[] {
    return [...this.#first, ...this.#last];
  }

  push(text: string): void {
    const parts = (this.#partial + text).split(/\r\n|\r|\n/);
    this.#partial = (parts.pop() ?? '').slice(0, LINE_CHARS);
    for (const line of parts) this.#keep(line);
  }

  end(): void {
    this.#keep(this.#partial);
    this.#partial = '';
  }

  #keep(line: string): void {
    const text = line.trim().slice(0, LINE_CHARS);
    if (text === '') return;
    this.#count++;
    this.#onLine?.(text);
    if (this.#first.length < FIRST_LINES) {
      this.#first.push(text);
    } else {
      this.#last.push(text);
      if (this.#last.length > LAST_LINES) this.#last.shift();
    }
  }
}

export function start({
  command,
  args,
  stdin = 'ignore',
  stdout = 'ignore',
  second = 'ignore',
  cwd,
  onLine,
}: ProcessSpec): Running {
  const child = spawn(command, args, {
    stdio: [stdin, stdout, 'pipe', ...(second === 'pipe' ? [second] : [])],
    windowsHide: true,
    cwd,
    // A terminal's Ctrl-C would reach the child too, which would then end as if its input were over.
    detached: process.platform !== 'win32',
  });
  const stderr = new LineLog(onLine);
  child.stderr?.setEncoding('utf8').on('data', (text: string) => stderr.push(text));
  // A child that dies while it is written to raises EPIPE here; how it exited tells more.
  child.stdin?.on('error', () => undefined);
  const exited = new Promise<Exit>((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, error }));
    child.once('close', (code, signal) => {
      stderr.end();
      resolve({ code, signal });
    });
  });
  const other = (child.stdio[3] ?? null) as Readable | null;
  const kill = () => {
    child.kill('SIGKILL');
    other?.destroy();
    child.stdin?.destroy();
    child.stdout?.destroy();
  };
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    second: other,
    exited,
    stderr,
    kill,
    end: (graceMs) => {
      // What it still writes to us must not keep it from ending.
      child.stdout?.removeAllListeners('readable').resume();
      child.kill('SIGTERM');
      const timer = setTimeout(kill, graceMs);
      void exited.then(() => {
        clearTimeout(timer);
      });
    },
  };
}

export interface Output {
  readonly exit: Exit;
  readonly stdout: Buffer;
  readonly stderr: LineLog;
}

/** Runs a process whose output is small (at most `maxBytes`, then it is killed) to its end. */
export async function run(
  command: string,
  args: readonly string[],
  options: { readonly input?: Uint8Array; readonly maxBytes?: number } = {},
): Promise<Output> {
  const { input, maxBytes = 64 * 1024 * 1024 } = options;
  const stdin = input === undefined ? 'ignore' : 'pipe';
  const child = start({ command, args, stdin, stdout: 'pipe' });
  const chunks: Buffer[] = [];
  let bytes = 0;
  child.stdout?.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) child.kill();
    else chunks.push(chunk);
  });
  if (input !== undefined) child.stdin?.end(input);
  const exit = await child.exited;
  return { exit, stdout: Buffer.concat(chunks), stderr: child.stderr };
}
