import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { findFfmpeg } from '../../src/ffmpeg/find.js';
import { ffmpeg, scratchFolder } from './clips.js';

const folder = scratchFolder();
const posix = process.platform !== 'win32';

/** A folder whose ffmpeg says that it is the version `name`. */
function pretend(name: string, ...programs: string[]): string {
  const place = join(folder, name);
  mkdirSync(place);
  for (const program of programs) {
    const path = join(place, program);
    writeFileSync(path, `#!/bin/sh\necho "${program} version ${name} Copyright"\n`);
    chmodSync(path, 0o755);
  }
  return place;
}

afterEach(() => vi.unstubAllEnvs());

describe.runIf(posix)('finding ffmpeg', () => {
  const option = pretend('by-option', 'ffmpeg', 'ffprobe');
  const environment = pretend('by-environment', 'ffmpeg', 'ffprobe');
  const path = pretend('by-path', 'ffmpeg', 'ffprobe');

  it('prefers the option, then RELENS_FFMPEG, then the PATH', async () => {
    vi.stubEnv('PATH', path);
    vi.stubEnv('RELENS_FFMPEG', join(environment, 'ffmpeg'));
    expect(await findFfmpeg(join(option, 'ffmpeg'))).toEqual({
      ffmpeg: join(option, 'ffmpeg'),
      ffprobe: join(option, 'ffprobe'),
      version: 'by-option',
      from: 'option',
    });
    expect(await findFfmpeg()).toMatchObject({ version: 'by-environment', from: 'RELENS_FFMPEG' });
    vi.stubEnv('RELENS_FFMPEG', '');
    expect(await findFfmpeg()).toMatchObject({ version: 'by-path', from: 'PATH' });
  });

  it('takes ffprobe from the PATH when none is beside ffmpeg', async () => {
    const alone = pretend('alone', 'ffmpeg');
    vi.stubEnv('PATH', ['/nowhere', path].join(delimiter));
    expect((await findFfmpeg(join(alone, 'ffmpeg'))).ffprobe).toBe(join(path, 'ffprobe'));
    vi.stubEnv('PATH', '/nowhere');
    await expect(findFfmpeg(join(alone, 'ffmpeg'))).rejects.toMatchObject({
      code: 'FFMPEG_NOT_FOUND',
      message: expect.stringContaining('npm run setup') as string,
    });
  });

  it('names the set-up step when there is none', async () => {
    vi.stubEnv('PATH', '/nowhere');
    vi.stubEnv('RELENS_FFMPEG', '');
    await expect(findFfmpeg()).rejects.toMatchObject({
      code: 'FFMPEG_NOT_FOUND',
      message: expect.stringMatching(/no ffmpeg on the PATH.*npm run setup/) as string,
    });
  });

  it('does not look further when what was named is missing or no ffmpeg', async () => {
    await expect(findFfmpeg('/nowhere/ffmpeg')).rejects.toMatchObject({
      message: expect.stringContaining('/nowhere/ffmpeg') as string,
    });
    vi.stubEnv('RELENS_FFMPEG', join(folder, 'gone'));
    await expect(findFfmpeg()).rejects.toMatchObject({
      message: expect.stringMatching(/^RELENS_FFMPEG names .*gone/) as string,
    });
    const other = join(folder, 'other');
    copyFileSync('/bin/sh', other);
    await expect(findFfmpeg(other)).rejects.toMatchObject({
      message: expect.stringContaining('does not run as ffmpeg') as string,
    });
  });

  it('finds a name without a folder on the PATH', async () => {
    const links = join(folder, 'links');
    mkdirSync(links);
    symlinkSync(ffmpeg.ffmpeg, join(links, 'myffmpeg'));
    vi.stubEnv('PATH', [links, dirname(ffmpeg.ffprobe)].join(delimiter));
    const found = await findFfmpeg('myffmpeg');
    expect(found).toMatchObject({ version: ffmpeg.version, from: 'option' });
  });
});
