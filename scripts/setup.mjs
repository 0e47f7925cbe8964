/**
 * Sees that ffmpeg and ffprobe are there, and installs them with the system's package manager when
 * they are not: asking a person at a terminal, without asking as root in a container or CI.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, lstatSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { pathToFileURL } from 'node:url';

/**
 * In the order they are looked for. `root`: installing needs administrator rights. A `refresh` step
 * may fail (one broken repository of many) without ending the whole.
 */
export const PACKAGE_MANAGERS = [
  {
    name: 'apt-get',
    root: true,
    refresh: ['apt-get', 'update'],
    // Through `env`, because sudo drops the variables of whoever calls it.
    install: words('env DEBIAN_FRONTEND=noninteractive apt-get install -y ffmpeg'),
  },
  // Fedora's own repositories carry ffmpeg-free; the complete ffmpeg is in RPM Fusion.
  { name: 'dnf', root: true, install: words('dnf install -y ffmpeg-free') },
  { name: 'apk', root: true, install: words('apk add --no-cache ffmpeg') },
  { name: 'pacman', root: true, install: words('pacman -Sy --noconfirm --needed ffmpeg') },
  { name: 'brew', root: false, install: words('brew install ffmpeg') },
  {
    name: 'winget',
    root: false,
    install: words(
      'winget install --id Gyan.FFmpeg -e --accept-source-agreements --accept-package-agreements',
    ),
  },
];

/** @param {string} line */
function words(line) {
  return line.split(' ');
}

/**
 * The path of a program as a shell would find it.
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined}
 */
export function which(name, env) {
  const windows = process.platform === 'win32';
  const endings = windows ? ['.exe', '.cmd', '.bat', ''] : [''];
  const path = env['PATH'] ?? env['Path'] ?? '';
  for (const folder of path.split(delimiter).filter(Boolean)) {
    for (const ending of endings) {
      const file = join(folder, name + ending);
      if (runnable(file)) return file;
    }
  }
  return undefined;
}

/** @param {string} file */
function runnable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    // The app aliases of Windows (winget is one) cannot be opened, only listed.
    return process.platform === 'win32' && lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  }
}

/**
 * Where ffmpeg and ffprobe are: RELENS_FFMPEG (with ffprobe beside it or on the PATH), then PATH.
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ffmpeg: string | undefined, ffprobe: string | undefined, from: string}}
 */
export function locate(env) {
  const named = env['RELENS_FFMPEG'];
  const ffmpeg = !named ? which('ffmpeg', env) : /[\\/]/.test(named) ? named : which(named, env);
  const usable = ffmpeg !== undefined && runnable(ffmpeg);
  const beside = usable ? which('ffprobe', { PATH: dirname(ffmpeg) }) : undefined;
  return {
    ffmpeg: usable ? ffmpeg : undefined,
    ffprobe: beside ?? which('ffprobe', env),
    from: named ? 'RELENS_FFMPEG' : 'PATH',
  };
}

/**
 * @typedef {object} Situation
 * @property {NodeJS.ProcessEnv} env
 * @property {boolean} root Running with administrator rights.
 * @property {boolean} unattended In a container or in CI, where nobody wants to be asked.
 * @property {((question: string) => Promise<boolean>) | undefined} ask Undefined when nobody is there.
 * @property {(line: string) => void} say
 */

/**
 * How ffmpeg would be installed here, and with whose consent.
 * @param {Situation} situation
 * @returns {{steps: {command: string[], mayFail: boolean}[], line: string, consent: 'given' | 'ask' | 'none'} | undefined}
 *   Undefined when no package manager is known.
 */
export function plan({ env, root, unattended, ask }) {
  const manager = PACKAGE_MANAGERS.find(({ name }) => which(name, env) !== undefined);
  if (manager === undefined) return undefined;
  const sudo = manager.root && !root;
  const commands = [manager.refresh, manager.install].filter((command) => command !== undefined);
  // Unattended, a sudo that wants a password must fail rather than wait for one.
  const prefix = sudo ? (unattended ? ['sudo', '-n'] : ['sudo']) : [];
  const possible = !sudo || which('sudo', env) !== undefined;
  const mayAct = unattended || (manager.root && root && ask === undefined);
  return {
    steps: commands.map((command) => ({
      command: [...prefix, ...command],
      mayFail: command === manager.refresh,
    })),
    line: commands.map((command) => [...(sudo ? ['sudo'] : []), ...command].join(' ')).join(' && '),
    consent: !possible ? 'none' : mayAct ? 'given' : ask !== undefined ? 'ask' : 'none',
  };
}

/**
 * Looks, and installs what is missing.
 * @param {Situation} situation
 * @returns {Promise<number>} The exit code.
 */
export async function setup(situation) {
  const { env, say, ask } = situation;
  const found = locate(env);
  if (found.ffmpeg && found.ffprobe) {
    say(`using ${found.ffmpeg} and ${found.ffprobe} (${found.from})`);
    return 0;
  }
  if (found.from === 'RELENS_FFMPEG' && !found.ffmpeg) {
    say(`RELENS_FFMPEG names "${env['RELENS_FFMPEG']}", which is not a program that can be run:`);
    say('correct it, or unset it to use the ffmpeg of the PATH.');
    return 1;
  }
  say(`${found.ffmpeg ? 'ffprobe' : 'ffmpeg'} was not found.`);
  const intended = plan(situation);
  if (intended === undefined) {
    say('no package manager that is known here (apt-get, dnf, apk, pacman, brew, winget).');
    say('install ffmpeg from https://ffmpeg.org/download.html and put it on the PATH,');
    say('or name it: RELENS_FFMPEG=/path/to/ffmpeg');
    return 1;
  }
  const { steps, line, consent } = intended;
  const agreed = consent === 'given' || (consent === 'ask' && (await ask?.(`run: ${line} ?`)));
  if (!agreed) {
    say(`nothing was installed. To install it, type: ${line}`);
    return 1;
  }
  for (const { command, mayFail } of steps) {
    say(`running: ${command.join(' ')}`);
    const problem = run(command, env);
    if (problem === undefined) continue;
    say(`that failed (${problem})${mayFail ? '; going on without it.' : '.'}`);
    if (mayFail) continue;
    say(`To install it, type: ${line}`);
    return 1;
  }
  const now = locate(env);
  if (now.ffmpeg && now.ffprobe) {
    say(`installed; using ${now.ffmpeg} and ${now.ffprobe}`);
    return 0;
  }
  say('installed, but not on this PATH yet: open a new terminal and run the command again.');
  return 1;
}

/**
 * @param {string[]} command
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined} What went wrong.
 */
function run([program = '', ...args], env) {
  // What a package manager says is a log, so it goes to stderr.
  const { status, error } = spawnSync(program, args, { stdio: ['inherit', 2, 2], env });
  if (error) return error.message;
  return status === 0 ? undefined : `exit code ${status}`;
}

/** @param {NodeJS.ProcessEnv} env */
function inContainerOrCi(env) {
  if (env['CI'] && env['CI'] !== 'false' && env['CI'] !== '0') return true;
  return existsSync('/.dockerenv') || existsSync('/run/.containerenv') || Boolean(env['container']);
}

/** @param {string} question */
async function askPerson(question) {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await prompt.question(`setup: ${question} (y/N) `)).trim());
  } finally {
    prompt.close();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const person = process.stdin.isTTY && process.stderr.isTTY;
  process.exitCode = await setup({
    env: process.env,
    root: process.getuid?.() === 0,
    unattended: inContainerOrCi(process.env),
    ask: person ? askPerson : undefined,
    say: (line) => process.stderr.write(`setup: ${line}\n`),
  });
}
