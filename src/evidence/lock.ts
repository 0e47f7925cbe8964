/** One job at a time on one output: a lock that a crash cannot leave behind. */
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { copyFile, link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RelensError } from '../errors.js';
import { writeFailed } from './durable.js';

export interface Lock {
  /** At once, and only what is still this job's own. */
  release(): void;
}

/** Who holds a lock. */
interface Holder {
  readonly host: string;
  readonly pid: number;
  /** Tells a process from a later one of the same number; empty where the system does not say. */
  readonly born: string;
  readonly mark: string;
}

/** Milliseconds; a holder shows that often that it is alive, for those who cannot see its process. */
const BEAT_MS = 4000;
/** Milliseconds to wait for somebody who is just replacing a dead lock. */
const GUARD_MS = 10;

/**
 * Takes the lock of an output (a file, or the folder of a sequence of images). A holder on this
 * machine is looked for among its processes, so a killed job's lock is worth nothing at once. One on
 * another machine, or in another container, is watched for three beats.
 * @throws RelensError OUTPUT_BUSY, OUTPUT_WRITE, DISK_FULL
 */
export async function takeLock(output: string, beatMs = BEAT_MS): Promise<Lock> {
  const path = lockFile(output);
  const mark = randomBytes(6).toString('hex');
  const own: Holder = { host: hostname(), pid: process.pid, born: bornAt(process.pid), mark };
  const draft = `${path}-${mark}`;
  try {
    await writeFile(draft, JSON.stringify(own));
    while (!(await placed(draft, path))) {
      const text = await unlessGone(readFile(path, 'utf8'));
      if (text === undefined) continue;
      const holder = parse(text);
      if (holder !== undefined && (await isAlive(path, holder, beatMs))) {
        throw busy(output, path, holder);
      }
      if (await replaceDead(path, text, draft, beatMs)) break;
    }
  } catch (cause) {
    throw cause instanceof RelensError ? cause : writeFailed(path, cause);
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
  const beat = setInterval(() => {
    const now = new Date();
    // Gone or read-only: whoever looks for a process still finds this one.
    utimes(path, now, now).catch(() => undefined);
  }, beatMs);
  beat.unref();
  const release = () => {
    clearInterval(beat);
    if (read(path)?.mark === mark) rmSync(path, { force: true });
  };
  return { release };
}

function lockFile(output: string): string {
  return join(dirname(resolve(output)), `.${basename(output)}.relens-lock`);
}

/** Puts the draft in place whole; false when a lock is there. */
async function placed(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') return false;
    // A file system without links: the lock is there before its text is.
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP', 'EMLINK'].includes(code)) throw error;
  }
  try {
    await writeFile(path, await readFile(draft), { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Puts `draft` in the place of a dead lock that held `text`. Only who holds the guard may replace it:
 * without one, a slow job would take away the new lock of a quicker one.
 * @returns false when somebody else was quicker: to be tried again
 */
async function replaceDead(
  path: string,
  text: string,
  draft: string,
  beatMs: number,
): Promise<boolean> {
  const guard = `${path}-over`;
  if (!(await placed(draft, guard)) && !(await guardedByDead(guard, draft, beatMs))) {
    await sleep(GUARD_MS);
    return false;
  }
  try {
    if ((await unlessGone(readFile(path, 'utf8'))) !== text) return false;
    await rename(draft, path);
    return true;
  } finally {
    await rm(guard, { force: true });
  }
}

/** Takes the guard over from a job that was killed with it. */
async function guardedByDead(guard: string, draft: string, beatMs: number): Promise<boolean> {
  const text = await unlessGone(readFile(guard, 'utf8'));
  if (text === undefined) return false;
  const holder = parse(text);
  if (holder !== undefined && (await isAlive(guard, holder, beatMs))) return false;
  const copy = `${draft}-over`;
  try {
    await copyFile(draft, copy);
    return await replaceDead(guard, text, copy, beatMs);
  } finally {
    await rm(copy, { force: true });
  }
}

async function isAlive(path: string, holder: Holder, beatMs: number): Promise<boolean> {
  if (holder.host === hostname()) {
    return isRunning(holder.pid) && (holder.born === '' || holder.born === bornAt(holder.pid));
  }
  const before = await unlessGone(stat(path));
  await sleep(3 * beatMs);
  const after = await unlessGone(stat(path));
  return after !== undefined && after.mtimeMs !== before?.mtimeMs;
}

async function unlessGone<T>(wanted: Promise<T>): Promise<T | undefined> {
  try {
    return await wanted;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** On Linux: the boot, and the ticks from it to the start of a process. */
function bornAt(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stats = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, a name in brackets, may hold anything; the 22nd is the start.
    const fields = stats.slice(stats.lastIndexOf(')') + 2).split(' ');
    return `${boot} ${fields[19] ?? ''}`;
  } catch {
    return '';
  }
}

function busy(output: string, path: string, { host, pid }: Holder): RelensError {
  const where = host === hostname() ? '' : ` on ${host}`;
  const message =
    `"${output}" is being written by another job (process ${pid}${where}): wait for its end, or stop it; ` +
    `if it is no job of Relens, remove "${path}"`;
  return new RelensError('OUTPUT_BUSY', message);
}

function read(path: string): Holder | undefined {
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Undefined for what a crash left half-written. */
function parse(text: string): Holder | undefined {
  try {
    const { host, pid, born, mark } = JSON.parse(text) as Partial<Holder>;
    if (typeof host !== 'string' || !Number.isInteger(pid) || pid === undefined) return undefined;
    if (typeof born !== 'string' || typeof mark !== 'string') return undefined;
    return { host, pid, born, mark };
  } catch {
    return undefined;
  }
}

const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error ? String(error.code) : '';
