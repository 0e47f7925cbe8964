/** What every file of the house keeps to. */
import { expect, it } from 'vitest';
import { sourceFiles } from './repository.js';

const MAX_LINES = 300;

const code = sourceFiles(
  ['src', 'pipelines', 'fixtures', 'scripts', 'test'],
  ['.ts', '.js', '.mjs'],
);
const python = sourceFiles(['training'], ['.py']);
const tests = code.filter(({ path }) => path.endsWith('.test.ts'));

const paths = (files: readonly { path: string }[]) => files.map(({ path }) => path);

it('begins with a comment that says what it owns', () => {
  const header = /^(#!.*\n)?\/\*\*\s+(\* )?\S/;
  // A test file may begin with its tests: their names are sentences.
  const owners = code.filter(({ path }) => !path.endsWith('.test.ts'));
  expect(paths(owners.filter(({ text }) => !header.test(text)))).toEqual([]);
  expect(paths(python.filter(({ text }) => !/^(#!.*\n)?"""\S/.test(text)))).toEqual([]);
});

it(`has at most ${MAX_LINES} lines`, () => {
  const long = [...code, ...python].filter(({ text }) => text.split('\n').length > MAX_LINES + 1);
  expect(paths(long)).toEqual([]);
});

it('leaves nothing to be done later, and silences no rule', () => {
  const later =
    /\b(TO[D]O|FIX[M]E|X{3}|HA[C]K)\b|eslint-[d]isable|@ts-(ignore|nocheck|expect-error)/;
  expect(paths([...code, ...python].filter(({ text }) => later.test(text)))).toEqual([]);
});

it('is named in kebab-case', () => {
  const odd = code.filter(
    ({ path }) => !/^[a-z0-9-]+(\.test|\.bench)?\.(ts|js|mjs)$/.test(path.split('/').at(-1)!),
  );
  expect(paths(odd)).toEqual([]);
});

it('runs every test, or says why one cannot run', () => {
  // A skip with a reason is `context.skip('why')` in the test, or runIf/skipIf with it in the name.
  const silent = /\.(only|todo|fails)\b|\b(it|test|describe)\.skip\b|\.skip\(\s*\)/;
  expect(paths(tests.filter(({ text }) => silent.test(text)))).toEqual([]);
});

it('waits for events in tests, never for time', () => {
  const sleeps = /new Promise\(\(?\w*\)? => set[T]imeout|timers\/prom[i]ses/;
  expect(paths(tests.filter(({ text }) => sleeps.test(text)))).toEqual([]);
});
