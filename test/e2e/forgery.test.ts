/** A forger with time: whatever can be recomputed is recomputed, and what cannot gives it away. */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ffmpeg, make, scratchFolder } from '../ffmpeg/clips.js';
import { copyOf, forge, hashOf, KINDS, type Copy, type Kind } from './forging.js';
import { relens, type Ended } from './relens.js';

const folder = scratchFolder();
const at = (...names: string[]) => join(folder, ...names);
const FRAMES = 30;

beforeAll(async () => {
  for (const key of ['key', 'other']) expect((await relens(['keygen', at(key)])).code).toBe(0);
  const scene = `testsrc2=s=96x64:d=${FRAMES / 10}:r=10,noise=alls=14:allf=t:all_seed=9`;
  const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '12', '-pix_fmt', 'yuv420p'];
  make('-f', 'lavfi', '-i', scene, ...x264, at('in.mp4'));
  for (const kind of Object.keys(KINDS) as Kind[]) {
    mkdirSync(at(kind));
    cpSync(at('in.mp4'), at(kind, 'in.mp4'));
    const args = [
      '--sign',
      at('key'),
      '--threads',
      '1',
      ...(kind === 'lossless' ? ['--lossless'] : []),
    ];
    const output = at(kind, KINDS[kind]);
    const made = await relens(['restore', at(kind, 'in.mp4'), '--output', output, ...args]);
    expect([made.code, made.stderr]).toEqual([0, '']);
  }
});

const verify = ({ manifest }: Copy, ...more: string[]) => relens(['verify', manifest, ...more]);

/** Exit code 1, and one line a fault. */
function expectFaults({ code, stdout, stderr }: Ended, ...lines: RegExp[]): void {
  const faults = stdout.split('\n').filter((line) => /^(differs|missing) /.test(line));
  expect(faults).toEqual(lines.map((line) => expect.stringMatching(line) as string));
  expect([code, stderr]).toEqual([1, '']);
}

describe('a forger', () => {
  it('who shows other pictures is given away by the key', async () => {
    const unsigned = await forge(folder, 'lossy');
    const { code, stdout } = await verify(unsigned);
    expect(stdout).toMatch(/^unknown {2}signature {3}not signed: whoever can write/m);
    expect(code).toBe(0);
    expectFaults(
      await verify(unsigned, '--key', at('key.pub')),
      /signature .*a signature was to be expected/,
    );
    const signed = await forge(folder, 'lossy', at('other'));
    expect((await verify(signed)).stdout).toMatch(/^ok .*; whose key that is, --key tells$/m);
    expectFaults(
      await verify(signed, '--key', at('key.pub')),
      /signature .*is not what the key .* signed/,
    );
  });

  it('who shows other pictures is given away by doing it again', async () => {
    const found = await verify(await forge(folder, 'lossy'), '--rerun', '--threads', '1');
    expect(found.stdout).toContain(`all ${FRAMES} frames restored again, bit for bit`);
    expectFaults(found, /^differs {2}planes .* off by \d+\.\d grey levels, in frame (1[2-9]|2\d)$/);
  });

  it('who shows other pictures without loss is given away at once', async () => {
    expectFaults(
      await verify(await forge(folder, 'lossless')),
      /^differs {2}planes .*the first frame that differs: 12$/,
    );
  });

  it('who takes the signer out of the manifest leaves the signature', async () => {
    const copy = copyOf(folder, 'lossy');
    const signature = readFileSync(copy.signature);
    copy.write(copy.read());
    writeFileSync(copy.signature, signature);
    expectFaults(await verify(copy), /signature .*the manifest names nobody who signed/);
  });

  it('who takes the signature away is asked for it', async () => {
    const copy = copyOf(folder, 'lossy');
    rmSync(copy.signature);
    expectFaults(await verify(copy), /signature .*is not there, though/);
  });

  it('cannot have a program run, or a file written, by whom he sends a manifest', async () => {
    const copy = copyOf(folder, 'lossy');
    const program = at('program');
    writeFileSync(program, `#!/bin/sh\ntouch ${at('was-run')}\n`);
    chmodSync(program, 0o755);
    for (const [key, value] of [
      ['ffmpeg', program],
      ['output', at('written.mp4')],
      ['threads', '1; true'],
    ]) {
      const { settings, ...rest } = copyOf(folder, 'lossy').read();
      copy.write({ ...rest, settings: { ...settings, [key!]: value } });
      const { code, stderr } = await verify(copy, '--rerun');
      expect(stderr).toMatch(
        new RegExp(`^relens: \\[MANIFEST\\] ".*": its setting "${key}" is none [^\\n]*\\n$`),
      );
      expect(code).toBe(1);
    }
    expect([existsSync(at('was-run')), existsSync(at('written.mp4'))]).toEqual([false, false]);
  });

  it('cannot put anything but text into the page', async () => {
    const copy = copyOf(folder, 'lossy');
    const { findings, input, ...rest } = copy.read();
    const script = '<script>alert(1)</script>';
    copy.write({
      ...rest,
      input: { ...input, codec: script },
      findings: { ...findings, provenance: { [script]: 0.5 }, [script]: script },
    });
    expect((await relens(['report', copy.manifest, '--html', at('page.html')])).code).toBe(0);
    expect(readFileSync(at('page.html'), 'utf8')).not.toContain('<script');
  });
});

describe('verify', () => {
  it('says from where on a provenance track that was cut short cannot be read', async () => {
    const copy = copyOf(folder, 'lossy');
    truncateSync(copy.track, readFileSync(copy.track).length >> 1);
    expectFaults(
      await verify(copy),
      /^differs {2}provenance .* (it cannot be read from frame|the first frame that differs:) [1-9]\d?\b/,
    );
  });

  it.each(['output', 'list', 'track'] as const)(
    'does not pass over a missing %s',
    async (which) => {
      const copy = copyOf(folder, 'lossy');
      rmSync(copy[which]);
      expectFaults(await verify(copy), /^missing {2}.*: cannot be read/);
    },
  );

  it('finds a file that was renamed only where it is told', async () => {
    const copy = copyOf(folder, 'lossy');
    const renamed = join(copy.output, '..', 'exhibit-7.mp4');
    renameSync(copy.output, renamed);
    const lost = await verify(copy);
    expectFaults(lost, /^missing {2}output .*--output says where it lies now$/);
    expect(lost.stdout).toMatch(/^NOT checked, for it cannot be read: output$/m);
    expect((await verify(copy, '--output', renamed)).code).toBe(0);
  });

  it('is not taken in by the manifest of another file', async () => {
    const [one, other] = [copyOf(folder, 'lossy'), copyOf(folder, 'lossless')];
    expectFaults(
      await verify(other, '--output', one.output),
      /^differs {2}output .*the first frame that differs: 0$/,
    );
    cpSync(other.list, one.list);
    expectFaults(await verify(one), /^differs {2}frames .*recorded were 30 that end in/);
  });

  it('sees what was changed in the list outside its frames', async () => {
    const copy = copyOf(folder, 'lossy');
    writeFileSync(copy.list, `${readFileSync(copy.list, 'utf8')}# checked and found good\n`);
    expectFaults(
      await verify(copy),
      /^differs {2}frames .*something else in the list was changed$/,
    );
  });

  it('sees a list that fits the manifest and not the files', async () => {
    const copy = copyOf(folder, 'lossy');
    cpSync(at('in.mp4'), copy.output);
    const { output, ...rest } = copy.read();
    copy.write({ ...rest, output: { ...output, sha256: hashOf(copy.output) } });
    expectFaults(
      await verify(copy),
      /^differs {2}output .*as recorded, but not as in the list of frames; the first frame that differs: 0$/,
    );
  });

  it.each([
    ['an empty one', ''],
    ['another JSON', '{"format":"relens-manifest/1"}'],
    ['a list of nothing', '[]'],
    ['binary', '\0\x01\x02'],
  ])('refuses what is no manifest in one line: %s', async (_what, text) => {
    writeFileSync(at('bad.relens.json'), text);
    for (const args of [
      ['verify', at('bad.relens.json')],
      ['report', at('bad.relens.json'), '--html', at('p.html')],
    ]) {
      const { code, stdout, stderr } = await relens(args);
      expect(stderr).toMatch(/^relens: \[MANIFEST\] "[^"]*bad\.relens\.json" [^\n]*\n$/);
      expect([code, stdout]).toEqual([1, '']);
    }
  });

  it.runIf(process.platform !== 'win32')(
    'says with which other ffmpeg it was done again (a shell script stands for it)',
    async () => {
      const other = at('other-ffmpeg');
      mkdirSync(other);
      for (const [name, path] of Object.entries({
        ffmpeg: ffmpeg.ffmpeg,
        ffprobe: ffmpeg.ffprobe,
      })) {
        const script = `#!/bin/sh\ncase "$*" in *-version*) echo "${name} version 99.9 Copyright"; exit 0;; esac\nexec "${path}" "$@"\n`;
        writeFileSync(join(other, name), script, { mode: 0o755 });
      }
      const copy = copyOf(folder, 'lossless');
      const { code, stdout } = await verify(copy, '--rerun', '--ffmpeg', join(other, 'ffmpeg'));
      expect(stdout).toMatch(/^unknown {2}rerun .*done again with ffmpeg 99\.9 instead of /m);
      expect(stdout).toContain(`all ${FRAMES} frames restored again, bit for bit\n`);
      expect(stdout).toMatch(/^ok {6} planes /m);
      expect(code).toBe(0);
    },
  );
});
