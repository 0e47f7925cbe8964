/** What the package promises to whoever installs it. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { packageFile } from '../../src/config/package-root.js';

interface Locked {
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
}

const text = (name: string) => readFileSync(packageFile(name), 'utf8');
const lock = JSON.parse(text('package-lock.json')) as { packages: Record<string, Locked> };

describe('installing', () => {
  it('runs no script of anybody', () => {
    expect(text('.npmrc')).toContain('ignore-scripts=true');
  });

  it('needs none: whose script is left out is known to work without it', () => {
    // onnxruntime-node would download CUDA libraries; fsevents and esbuild carry prebuilt binaries.
    const known = /\/(onnxruntime-node|fsevents|esbuild)$/;
    const scripted = Object.entries(lock.packages).filter(([, one]) => one.hasInstallScript);
    expect(scripted.map(([name]) => name).filter((name) => !known.test(name))).toEqual([]);
  });

  it('fetches from the public registry only', () => {
    const elsewhere = Object.values(lock.packages)
      .map(({ resolved }) => resolved ?? '')
      .filter((url) => url !== '' && !url.startsWith('https://registry.npmjs.org/'));
    expect(elsewhere).toEqual([]);
  });
});

it.each(readdirSync(packageFile('configs')))('configs/%s loads', (name) => {
  expect(() => loadConfig({ file: packageFile('configs', name) })).not.toThrow();
});
