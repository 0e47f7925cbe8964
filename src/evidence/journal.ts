/** The journal of a job: what is finished and from where it goes on, whatever ended it. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { deserialize } from 'node:v8';
import { syncFile, syncFolder, writeDurably, writeFailed } from './durable.js';
import { sha256 } from './frame-list.js';

const FORMAT = 'relens-journal/1';
const NAME = 'journal.json';

interface FileSize {
  readonly name: string;
  readonly bytes: number;
}

/** What stands on the disk, as the journal says. */
interface Recorded {
  readonly format: typeof FORMAT;
  /** Of what the job was told and what it works on; another one begins anew. */
  readonly identity: string;
  readonly parts: readonly { readonly frames: number; readonly files: readonly FileSize[] }[];
  /** Where the next part goes on; absent when it cannot, or need not. */
  readonly state?: { readonly name: string; readonly sha256: string };
  /** Present when all parts are finished: what was known at the end. */
  readonly ending?: unknown;
}

export interface Commit {
  readonly frames: number;
  /** Paths from `place`. */
  readonly files: readonly string[];
  /** Forced to the disk too, but not entered: there may be very many. */
  readonly loose?: readonly string[];
  /** For whoever goes on after this part: plain data that `v8.serialize` wrote; none after the last. */
  readonly state?: Uint8Array;
}

/**
 * A hidden folder beside the output. Its one truth is `journal.json`, which is only ever replaced
 * whole, and only after everything it names was forced to the disk.
 */
export class Journal {
  readonly folder: string;
  readonly #run = randomBytes(4).toString('hex');
  #recorded: Recorded;
  #state: unknown;

  private constructor(folder: string, recorded: Recorded, state: unknown) {
    this.folder = folder;
    this.#recorded = recorded;
    this.#state = state;
  }

  /**
   * Takes up the job of the same identity where it was left, or begins a new one in its place;
   * `restart`: begins anew in any case.
   * @throws RelensError OUTPUT_WRITE, DISK_FULL
   */
  static async open(output: string, identity: unknown, restart = false): Promise<Journal> {
    const folder = journalFolder(output);
    const id = sha256(JSON.stringify(identity));
    const found = restart ? undefined : await recorded(folder, id);
    if (found !== undefined) {
      await removeOthers(folder, found.recorded);
      return new Journal(folder, found.recorded, found.state);
    }
    try {
      // An encoder that outlived a killed run may just be making a file in it.
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    } catch (cause) {
      throw writeFailed(folder, cause);
    }
    return new Journal(folder, { format: FORMAT, identity: id, parts: [] }, undefined);
  }

  get parts(): number {
    return this.#recorded.parts.length;
  }

  /** In all finished parts. */
  get frames(): number {
    return this.#recorded.parts.reduce((sum, { frames }) => sum + frames, 0);
  }

  /** What the last commit left for the one who goes on; on loan. */
  get state(): unknown {
    return this.#state;
  }

  get ending(): unknown {
    return this.#recorded.ending;
  }

  /**
   * A place for a part's file. Each run has names of its own: an encoder that outlived a killed run
   * may still be writing.
   */
  place(kind: string, index: number): string {
    return join(this.folder, `${kind}-${String(index).padStart(6, '0')}-${this.#run}.part`);
  }

  /** The files of one kind, in order. */
  files(kind: string): string[] {
    return this.#recorded.parts.flatMap(({ files }) =>
      files.filter(({ name }) => name.startsWith(`${kind}-`)).map(({ name }) => this.#path(name)),
    );
  }

  #path(name: string): string {
    return join(this.folder, name);
  }

  /** Makes a finished part last. @throws RelensError OUTPUT_WRITE, DISK_FULL */
  async commit({ frames, files, loose = [], state }: Commit): Promise<void> {
    for (const path of loose) await syncFile(path);
    for (const folder of new Set(loose.map(dirname))) await syncFolder(folder);
    const sizes: FileSize[] = [];
    for (const path of files) {
      await syncFile(path);
      sizes.push({ name: basename(path), bytes: (await stat(path)).size });
    }
    const parts = [...this.#recorded.parts, { frames, files: sizes }];
    const before = this.#recorded.state;
    const { state: _left, ...rest } = this.#recorded;
    let kept: Pick<Recorded, 'state'> = {};
    if (state !== undefined) {
      const name = `state-${String(parts.length).padStart(6, '0')}.bin`;
      await writeDurably(this.#path(name), state);
      kept = { state: { name, sha256: sha256(state) } };
    }
    await this.#write({ ...rest, parts, ...kept });
    if (before !== undefined) await rm(this.#path(before.name), { force: true });
  }

  /** Notes that no part is missing any more. */
  async end(ending: unknown): Promise<void> {
    await this.#write({ ...this.#recorded, ending });
  }

  /** The output stands: nothing is needed any more. */
  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Makes the folder, at once. @throws RelensError OUTPUT_WRITE, DISK_FULL */
  begin(): void {
    try {
      mkdirSync(this.folder, { recursive: true });
    } catch (cause) {
      throw writeFailed(this.folder, cause);
    }
  }

  /** Leaves nothing behind where nothing was finished, at once. */
  leave(): void {
    if (this.parts > 0) return;
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #write(recorded: Recorded): Promise<void> {
    await writeDurably(this.#path(NAME), `${JSON.stringify(recorded, null, 1)}\n`);
    await syncFolder(dirname(this.folder));
    this.#recorded = recorded;
  }
}

/** The folder of the job that writes `output` (a file, or the folder of a sequence of images). */
export function journalFolder(output: string): string {
  return join(dirname(resolve(output)), `.${basename(output)}.relens-job`);
}

/** How many frames the job that writes `output` has finished; 0 where there is none. */
export async function framesFinished(output: string): Promise<number> {
  const parts = (await readRecorded(journalFolder(output)))?.parts ?? [];
  return parts.reduce((sum, { frames }) => sum + frames, 0);
}

async function readRecorded(folder: string): Promise<Recorded | undefined> {
  try {
    const found = JSON.parse(await readFile(join(folder, NAME), 'utf8')) as Partial<Recorded>;
    return found.format === FORMAT ? (found as Recorded) : undefined;
  } catch {
    return undefined;
  }
}

/** What a killed run was writing. */
async function removeOthers(folder: string, { parts, state }: Recorded): Promise<void> {
  const known = new Set([NAME, state?.name, ...parts.flatMap((p) => p.files.map((f) => f.name))]);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isFile() && !known.has(entry.name)) await rm(join(folder, entry.name));
  }
}

/** Undefined when there is nothing to go on from: no journal, another job, or files that are gone. */
async function recorded(
  folder: string,
  identity: string,
): Promise<{ recorded: Recorded; state: unknown } | undefined> {
  if (!existsSync(folder)) return undefined;
  const found = await readRecorded(folder);
  if (found?.identity !== identity) return undefined;
  for (const { name, bytes } of found.parts.flatMap(({ files }) => files)) {
    const there = await stat(join(folder, name)).catch(() => undefined);
    if (there?.size !== bytes) return undefined;
  }
  if (found.ending !== undefined) return { recorded: found, state: undefined };
  if (found.state === undefined) return undefined;
  const data = await readFile(join(folder, found.state.name)).catch(() => undefined);
  if (data === undefined || sha256(data) !== found.state.sha256) return undefined;
  return { recorded: found, state: deserialize(data) as unknown };
}
