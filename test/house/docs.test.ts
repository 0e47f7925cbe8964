/** The documentation names only what exists. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lastValueFrom } from 'rxjs';
import { expect, it } from 'vitest';
import { runCommand } from '../../src/cli/run.js';
import { VERBS } from '../../src/cli/verbs.js';
import { packageFile, packageRoot } from '../../src/config/package-root.js';
import { sourceFiles } from './repository.js';

const documents = sourceFiles([''], ['.md']);
const { scripts } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

it('links only to files that are there', () => {
  const broken = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\(([^)\s#]+)[^)]*\)/g)]
      .map(([, target]) => target!)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => !existsSync(join(packageRoot, dirname(path), target)))
      .map((target) => `${path}: ${target}`),
  );
  expect(broken).toEqual([]);
});

it('names only files of the house that are there', () => {
  // Between backticks, a path that begins with one of our folders and has an ending.
  const named =
    /`((?:src|pipelines|configs|models|fixtures|scripts|test|docs|training)\/[\w./-]+\.\w+)`/g;
  const broken = documents.flatMap(({ path, text }) =>
    [...text.matchAll(named)]
      .map(([, target]) => target!)
      .filter((target) => !existsSync(join(packageRoot, target)))
      .map((target) => `${path}: ${target}`),
  );
  expect(broken).toEqual([]);
});

it('calls only npm scripts that the package has', () => {
  const called = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/\bnpm (?:run (?:-s )?([\w:-]+)|(test)\b)/g)].map(([, run, test]) => ({
      path,
      script: run ?? test!,
    })),
  );
  expect(called.filter(({ script }) => scripts[script] === undefined)).toEqual([]);
});

it('calls only verbs and options that the command has', async () => {
  const help = async (args: string[]) => {
    let text = '';
    const world = {
      stdout: { write: (part: string) => void (text += part) },
      stderr: { write: () => undefined },
      env: {},
      signal: new AbortController().signal,
    };
    await lastValueFrom(runCommand([...args, '--help'], world, VERBS));
    return text;
  };
  const lines = documents.flatMap(({ text }) =>
    [...text.matchAll(/^(?:npx )?relens (\w+)(.*)$/gm)].map(([, verb, rest]) => ({
      verb: verb!,
      options: rest!.match(/--[a-z-]+/g) ?? [],
    })),
  );
  expect(lines.length).toBeGreaterThan(3);
  for (const { verb, options } of lines) {
    expect(await help([])).toContain(`  ${verb} `);
    for (const option of options) expect(await help([verb])).toContain(`  ${option}`);
  }
});

it('begins with the two commands, which are scripts of the package', () => {
  const readme = documents.find(({ path }) => path === 'README.md')!.text;
  const commands = [...readme.matchAll(/```sh\n(.*)\n/g)].map(([, line]) => line);
  expect(commands.slice(0, 2)).toEqual(['npm ci && npm run demo', 'npm ci && npm test']);
  // What they run is what the end-to-end tests run: the built command, and the tests themselves.
  expect(scripts['demo']).toMatch(/setup && .*build && node dist\/src\/cli\.js demo$/);
  expect(scripts['test']).toMatch(/setup && .* && node scripts\/run-tests\.mjs$/);
});
