/** `relens live` as a process: no password anywhere, reload of its config, and a stop that is one. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { relens, start, type Running } from '../e2e/relens.js';
import { scratchFolder, times } from '../ffmpeg/clips.js';
import { makeClip } from '../live/access-units.js';
import { filesOf } from '../live/files.js';
import { RtspCamera } from '../live/rtsp-camera.js';

const PASSWORD = 'never-seen-42';
const folder = scratchFolder();
let camera: RtspCamera;
let running: Running | undefined;

beforeAll(async () => {
  const clips = [makeClip({ size: '160x96', rate: 5 })];
  camera = await new RtspCamera({ clips, auth: 'digest', password: PASSWORD }).start();
});
afterAll(() => camera.kill());
afterEach(async () => {
  running?.child.kill('SIGKILL');
  await running?.ended;
  running = undefined;
});

/** Resolves once the process has said `words` on stderr. */
function said({ child }: Running, words: string): Promise<void> {
  let text = '';
  return new Promise((resolve, reject) => {
    child.stderr!.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes(words)) resolve();
    });
    child.on('close', () => reject(new Error(`it ended without saying "${words}": ${text}`)));
  });
}

/** The arguments of every process of this machine. */
function commandLines(): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      return [readFileSync(`/proc/${pid}/cmdline`, 'utf8')];
    } catch {
      return []; // It ended meanwhile.
    }
  });
}

it('shows a camera, hides its password, and stops within five seconds', async (context) => {
  if (process.platform !== 'linux') context.skip('needs /proc to see what the process list shows');
  const url = camera.url(`cam:${PASSWORD}`);
  running = start(['live', '--port', '0', '--record', folder, url]);
  await said(running, 'the picture is there');
  const kept = join(folder, 'camera');
  await filesOf(kept, (names) => names.some((name) => name.startsWith('restored')));
  const lines = commandLines();
  expect(lines.some((line) => line.includes('pipe:0'))).toBe(true);
  expect(lines.filter((line) => line.includes(PASSWORD))).toEqual([]);
  const began = performance.now();
  running.child.kill('SIGINT');
  const { code, stdout, stderr } = await running.ended;
  expect(performance.now() - began).toBeLessThan(5000);
  expect(code).toBe(0);
  expect(stdout + stderr).not.toContain(PASSWORD);
  const children = commandLines().filter((line) => line.includes(String(camera.port)));
  expect(children).toEqual([]);
  expect(camera.sessions).toBe(0);
  // What was recorded is complete, and can be played.
  const files = readdirSync(kept).filter((name) => name.endsWith('.mkv'));
  expect(files.length).toBeGreaterThan(1);
  for (const file of files) {
    expect(existsSync(join(kept, `${file}.json`))).toBe(true);
    expect(times(join(kept, file)).length).toBeGreaterThan(0);
  }
});

it('follows its config while it runs, and refuses a bad one', async () => {
  const file = join(folder, 'live.yaml');
  const url = camera.url(`cam:${PASSWORD}`);
  const write = (more: string) => {
    writeFileSync(file, `cameras:\n  door:\n    url: ${url}\n${more}`);
  };
  write('');
  running = start(['live', '--port', '0', '--config', file]);
  await said(running, 'live: the picture is there (camera=door)');
  const refused = said(running, 'the changed config is refused, the old one stays');
  write('  yard:\n    ulr: x\n');
  await refused;
  const added = said(running, 'live: the picture is there (camera=yard)');
  write(`  yard:\n    url: ${url}\n`);
  await added;
  const removed = said(running, 'removed: the camera was removed (camera=yard)');
  write('');
  await removed;
  running.child.kill('SIGTERM');
  const { code, stderr } = await running.ended;
  expect(code).toBe(0);
  expect(stderr).toContain('"cameras.yard.ulr": unknown key, did you mean "url"? (in ');
  expect(stderr).not.toContain(PASSWORD);
  // The other camera was never touched.
  expect(stderr.match(/camera=door/g)).toHaveLength(1);
});

it('says what is wrong with its arguments', async () => {
  const before = camera.described.length;
  const nothing = await relens(['live']);
  expect(nothing.code).toBe(2);
  expect(nothing.stderr).toContain('expected the address of a camera');
  const { code, stderr } = await relens(['live', `ftp://cam:${PASSWORD}@host/`]);
  expect(code).toBe(2);
  expect(stderr).toContain('expected a camera address');
  expect(stderr).not.toContain(PASSWORD);
  // An open door is refused before any camera is asked for anything.
  const open = await relens(['live', '--host', '0.0.0.0', camera.url(`cam:${PASSWORD}`)]);
  expect(open.code).toBe(2);
  expect(open.stderr.trim().split('\n')).toEqual([expect.stringContaining('needs a token')]);
  expect(camera.described).toHaveLength(before);
});
