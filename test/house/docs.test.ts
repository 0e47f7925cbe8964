/** The documentation names only what exists. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
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
