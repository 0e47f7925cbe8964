/** The set-up step, with package managers that are only shell scripts in a folder. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plan, setup } from '../../scripts/setup.mjs';

const SCRIPT = join(import.meta.dirname, '..', '..', 'scripts', 'setup.mjs');
const posix = process.platform !== 'win32';

let folder: string;
let said: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relens-setup-'));
  said = [];
  if (posix) symlinkSync('/usr/bin/env', join(folder, 'env'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A program in the folder that is the whole PATH. */
function program(name: string, body = 'exit 0'): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** A package manager that, when it installs, drops ffmpeg and ffprobe beside itself. */
function aptGet(): void {
  const drop = ['ffmpeg', 'ffprobe']
    .map((name) => `printf '#!/bin/sh\\n' > ${folder}/${name}; /bin/chmod 755 ${folder}/${name}`)
    .join('\n');
  program('apt-get', `echo "apt-get $*" >> ${folder}/log\n[ "$1" = install ] || exit 0\n${drop}`);
  program('sudo', '[ "$1" = -n ] && shift\nexec "$@"');
}

const situation = (more: Partial<Parameters<typeof setup>[0]> = {}) => ({
  env: { PATH: folder },
  root: true,
  unattended: false,
  ask: undefined,
  say: (line: string) => void said.push(line),
  ...more,
});

describe.runIf(posix)('the set-up step (its stand-ins are POSIX shell scripts)', () => {
  it('says which ffmpeg is used when both programs are on the PATH', async () => {
    const ffmpeg = program('ffmpeg');
    program('ffprobe');
    expect(await setup(situation())).toBe(0);
    expect(said.join('\n')).toContain(ffmpeg);
  });

  it('takes RELENS_FFMPEG and the ffprobe beside it first', async () => {
    const ffmpeg = program('my-ffmpeg');
    const ffprobe = program('ffprobe');
    expect(await setup(situation({ env: { PATH: '', RELENS_FFMPEG: ffmpeg } }))).toBe(0);
    expect(said).toEqual([`using ${ffmpeg} and ${ffprobe} (RELENS_FFMPEG)`]);
  });

  it('refuses a RELENS_FFMPEG that is no program and says so', async () => {
    expect(await setup(situation({ env: { PATH: folder, RELENS_FFMPEG: '/nowhere' } }))).toBe(1);
    expect(said[0]).toContain('RELENS_FFMPEG names "/nowhere"');
  });

  it('installs without asking in CI, after refreshing the package lists', () => {
    aptGet();
    const { status, stderr, stdout } = spawnSync(process.execPath, [SCRIPT], {
      env: { PATH: folder, CI: 'true' },
      encoding: 'utf8',
    });
    expect(stderr).toContain('apt-get update');
    expect(stderr).toContain(`installed; using ${join(folder, 'ffmpeg')}`);
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });

  it('asks a person, and when refused prints the line to type', async () => {
    aptGet();
    const questions: string[] = [];
    const ask = (question: string) => {
      questions.push(question);
      return Promise.resolve(false);
    };
    expect(await setup(situation({ root: false, ask }))).toBe(1);
    expect(questions).toHaveLength(1);
    expect(said.at(-1)).toBe(
      'nothing was installed. To install it, type: sudo apt-get update && ' +
        'sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y ffmpeg',
    );
  });

  it('installs when the person agrees', async () => {
    aptGet();
    expect(await setup(situation({ root: false, ask: () => Promise.resolve(true) }))).toBe(0);
    expect(said.at(-1)).toContain('installed; using');
  });

  it('goes on when the lists cannot be refreshed, and fails when the install does', async () => {
    program('apt-get', 'exit 100');
    expect(await setup(situation())).toBe(1);
    expect(said.join('\n')).toContain('going on without it');
    expect(said.at(-1)).toContain('To install it, type: apt-get update && env');
  });

  it('never touches the system of a user who is not there to be asked', () => {
    aptGet();
    expect(plan(situation({ root: false }))?.consent).toBe('none');
    program('brew');
    rmSync(join(folder, 'apt-get'));
    expect(plan(situation({ root: false }))?.consent).toBe('none');
  });

  it('says where to get ffmpeg when no package manager is known', async () => {
    expect(await setup(situation())).toBe(1);
    expect(said.join('\n')).toContain('https://ffmpeg.org/download.html');
  });
});
