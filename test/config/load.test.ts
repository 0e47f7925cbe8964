/** Config files: the defaults, what lies over them, and the words for what is refused. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { packageFile } from '../../src/config/package-root.js';
import { configKeys } from '../../src/config/schema.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relens-config-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function file(text: string): string {
  const path = join(folder, 'my.yaml');
  writeFileSync(path, text);
  return path;
}

describe('the default config', () => {
  it('has every key', () => {
    const config = loadConfig() as unknown as Record<string, unknown>;
    for (const key of configKeys()) {
      const value = key
        .split('.')
        .reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], config);
      expect(value, key).toBeDefined();
    }
  });

  it('explains every key in a comment above it', () => {
    const lines = readFileSync(packageFile('configs', 'default.yaml'), 'utf8').split('\n');
    for (const key of configKeys()) {
      const name = key.slice(key.lastIndexOf('.') + 1);
      const at = lines.findIndex((line) => line.trim().startsWith(`${name}:`));
      expect(lines[at - 1]?.trim(), key).toMatch(/^#/);
    }
  });
});

describe('what lies over the defaults', () => {
  it('changes only the keys that a file names', () => {
    const config = loadConfig({ file: file('repair:\n  strength: 0.5\n') });
    expect(config.repair).toEqual({ ...loadConfig().repair, strength: 0.5 });
    expect(config.output).toEqual(loadConfig().output);
  });

  it('takes an empty file for no change', () => {
    expect(loadConfig({ file: file('# nothing\n') })).toEqual(loadConfig());
  });

  it('lays --set over the file, and options over both', () => {
    const config = loadConfig({
      file: file('inference: { threads: 1, device: cpu }'),
      set: ['inference.threads=2', 'inference.device=webgpu'],
      overrides: [{ key: 'inference.device', value: 'cuda', origin: '--device' }],
    });
    expect(config.inference).toMatchObject({ threads: 2, device: 'cuda' });
  });
});

describe('what is refused', () => {
  it('names an unknown key, the key that was meant, and the file', () => {
    const path = file('inference:\n  thread: 2\n');
    expect(() => loadConfig({ file: path })).toThrow(
      `"inference.thread": unknown key, did you mean "inference.threads"? (in ${path})`,
    );
  });

  it('finds the group of a key that was given without it', () => {
    expect(() => loadConfig({ set: ['strength=1'] })).toThrow('did you mean "repair.strength"?');
  });

  it('guesses nothing for a key like no other', () => {
    expect(() => loadConfig({ set: ['colour=red'] })).toThrow(/"colour": unknown key \(in --set/);
  });

  it('names the rule, the value and the place of a wrong value', () => {
    expect(() => loadConfig({ set: ['repair.strength=2'] })).toThrow(
      '"repair.strength" must be a number from 0 to 1, got 2 (in --set repair.strength=2)',
    );
    const path = file('output: lossless');
    expect(() => loadConfig({ file: path })).toThrow(
      `"output" must be a group of keys, got "lossless" (in ${path})`,
    );
  });

  it('refuses a value that was emptied', () => {
    expect(() => loadConfig({ file: file('repair:\n') })).toThrow(
      'must be a group of keys, got null',
    );
  });

  it('cannot be led into the prototype', () => {
    expect(() => loadConfig({ file: file('__proto__: { polluted: 1 }') })).toThrow('unknown key');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('says which line is not YAML', () => {
    expect(() => loadConfig({ file: file('repair: [1\noutput: x') })).toThrow(
      /not YAML: .* line \d/,
    );
  });

  it('says which file cannot be read, and how --set is written', () => {
    expect(() => loadConfig({ file: '/nowhere.yaml' })).toThrow('"/nowhere.yaml"');
    expect(() => loadConfig({ set: ['repair.strength'] })).toThrow('expected --set key=value');
  });
});

it('says no secret, and takes none from the command line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relens-config-'));
  const file = join(folder, 'secret.yaml');
  writeFileSync(file, 'notify:\n  mqtt: 12345678\n');
  expect(() => loadConfig({ file })).toThrow(/"notify.mqtt" must be .* got something else/);
  rmSync(folder, { recursive: true });
  const set = ['server.token=hunter2'];
  expect(() => loadConfig({ set })).toThrow(/must not stand on the command line/);
  expect(() => loadConfig({ set })).not.toThrow(/hunter2/);
});
