/** What doctor says of machines that lack this or that. */
import { lastValueFrom } from 'rxjs';
import { expect, it } from 'vitest';
import { doctor, type Check, type Probes } from '../../pipelines/doctor.js';
import { loadConfig } from '../../src/config/load.js';
import { RelensError } from '../../src/errors.js';
import type { ModelCard } from '../../src/inference/model-card.js';
import { doctorVerb } from '../../src/cli/doctor-verb.js';
import { runCommand } from '../../src/cli/run.js';

const card = (name: string) => ({ name, path: `models/${name}.onnx`, sha256: 'abc' }) as ModelCard;
const shipped = loadConfig().inference.model;

/** A machine on which all is well, but for `more`. */
function machine(more: Partial<Probes> = {}): Probes {
  return {
    findFfmpeg: async () => ({
      ffmpeg: '/usr/bin/ffmpeg',
      ffprobe: '/usr/bin/ffprobe',
      version: '7.1',
      from: 'PATH',
    }),
    canEncode: async () => true,
    listed: async () => new Set(['nut', 'matroska', 'scale', 'format']),
    listDevices: async () => [
      { name: 'cpu', available: true, detail: '2 cores' },
      { name: 'cuda', available: false, detail: 'needs a driver' },
    ],
    listModels: async () => [card(shipped)],
    loadModelCard: async (name) => card(name),
    hashOf: async () => 'abc',
    ...more,
  };
}

const look = (more: Partial<Probes> = {}, set: string[] = []) =>
  lastValueFrom(doctor(loadConfig({ set }), machine(more)));

const missing = (checks: readonly Check[]) => checks.filter(({ state }) => state === 'missing');

it('finds nothing missing on a complete machine, and says what was taken from where', async () => {
  const checks = await look();
  expect(missing(checks)).toEqual([]);
  expect(checks[0]?.detail).toBe('/usr/bin/ffmpeg 7.1 (from PATH), /usr/bin/ffprobe');
  expect(checks.map(({ detail }) => detail)).toContain(`${shipped}: sha256 abc`);
});

it('says how to mend a missing ffmpeg, and still looks at the rest', async () => {
  const checks = await look({
    findFfmpeg: () => Promise.reject(new RelensError('FFMPEG_NOT_FOUND', 'no ffmpeg')),
  });
  expect(missing(checks)).toMatchObject([{ subject: 'ffmpeg', mend: 'npm run setup' }]);
  expect(checks.some(({ subject }) => subject === 'device')).toBe(true);
});

it('requires H.264 and FFV1, and only mentions the other codecs', async () => {
  const checks = await look({ canEncode: async () => false });
  expect(missing(checks).map(({ detail }) => detail.split(':')[0])).toEqual(['h264', 'ffv1']);
  expect(checks.filter(({ state }) => state === 'absent').length).toBeGreaterThan(1);
});

it('notices an ffmpeg that was built without what frames travel in', async () => {
  const checks = await look({ listed: async () => new Set(['matroska', 'scale', 'format']) });
  expect(missing(checks)[0]?.detail).toContain('without nut');
});

it('takes a device for missing only when it is asked for', async () => {
  expect(missing(await look())).toEqual([]);
  expect(missing(await look({}, ['inference.device=cuda']))).toMatchObject([
    { detail: 'cuda: needs a driver', mend: 'choose --device auto or cpu' },
  ]);
});

it('compares every model with its card', async () => {
  const [check] = missing(await look({ hashOf: async () => 'def' }));
  expect(check?.detail).toContain('the card says sha256 abc');
});

it('looks for the model that the config names', async () => {
  const loadModelCard = () => Promise.reject(new RelensError('MODEL', 'no model "x"'));
  const checks = missing(await look({ loadModelCard }, ['inference.model=x']));
  expect(checks).toMatchObject([{ detail: 'no model "x"', mend: `choose --model ${shipped}` }]);
});

it.each([
  [{}, 0, 'ready\n'],
  [{ canEncode: async () => false }, 1, '2 missing\n'],
])('ends the command with the answer as its exit code (%#)', async (more, code, last) => {
  let stdout = '';
  const world = {
    stdout: { write: (text: string) => void (stdout += text) },
    stderr: { write: () => undefined },
    env: {},
    signal: new AbortController().signal,
  };
  const verb = doctorVerb((config) => doctor(config, machine(more)));
  expect(await lastValueFrom(runCommand(['doctor'], world, [verb]))).toBe(code);
  expect(stdout.endsWith(last)).toBe(true);
});
