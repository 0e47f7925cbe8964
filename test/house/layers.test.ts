/** Imports go down, never sideways. */
import { dirname, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sourceFiles } from './repository.js';

/** From the top down; rooms of one layer do not know each other. */
const LAYERS = [
  ['src/cli'],
  ['pipelines'],
  ['src/restorers', 'src/evidence', 'src/evaluation'],
  [
    'src/sources',
    'src/detectors',
    'src/masks',
    'src/memory',
    'src/inference',
    'src/sinks',
    'src/server',
    'fixtures',
  ],
  ['src/flow', 'src/ffmpeg', 'src/telemetry', 'src/config'],
  ['src/frame', 'src/errors'],
];

/** `src/cli.ts` is of the room `src/cli`, `pipelines/demo.ts` of `pipelines`. */
function roomOf(path: string): string {
  const [top = '', second = ''] = path.split('/');
  return top === 'src' ? `${top}/${second.replace(/\.(ts|js)$/, '')}` : top;
}

const layerOf = (room: string) => LAYERS.findIndex((rooms) => rooms.includes(room));

function importsOf(path: string, text: string): string[] {
  const quoted = text.matchAll(/(?:\bfrom|\bimport\(?)\s*'(\.[^']+)'/g);
  return [...quoted].map(([, name]) => posix.join(dirname(path), name!));
}

const all = sourceFiles(['src', 'pipelines', 'fixtures'], ['.ts']);
const page = all.filter(({ path }) => path.startsWith('src/viewer/'));
const files = all.filter((file) => !page.includes(file));

describe('the layers', () => {
  it('leave the page alone with the layout of what it is sent', () => {
    const known = /^src\/viewer\/|^src\/frame\/wire-format\.js$/;
    const wrong = page.flatMap(({ path, text }) =>
      importsOf(path, text).filter((target) => !known.test(target)),
    );
    expect(page.length).toBeGreaterThan(10);
    expect(wrong).toEqual([]);
  });

  it('know every room', () => {
    const rooms = new Set(files.map(({ path }) => roomOf(path)));
    expect([...rooms].filter((room) => layerOf(room) < 0)).toEqual([]);
  });

  it('are crossed only downwards', () => {
    const wrong = files.flatMap(({ path, text }) =>
      importsOf(path, text)
        .filter((target) => {
          const [from, to] = [roomOf(path), roomOf(target)];
          return from !== to && layerOf(to) <= layerOf(from);
        })
        .map((target) => `${path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('are seen at all: the command reaches the words of the project', () => {
    expect(importsOf('pipelines/a.ts', "import type { A } from '../src/frame/frame.js';")).toEqual([
      'src/frame/frame.js',
    ]);
    expect(files.length).toBeGreaterThan(20);
  });
});

it('only the command subscribes; all other rooms hand observables on', () => {
  const wrong = files.filter(
    ({ path, text }) =>
      /\.subscribe\(/.test(text) && path !== 'src/cli.ts' && !path.startsWith('src/flow/'),
  );
  expect(wrong.map(({ path }) => path)).toEqual([]);
});

it('only the ffmpeg room starts processes', () => {
  const wrong = files.filter(
    ({ path, text }) => text.includes('node:child_process') && !path.startsWith('src/ffmpeg/'),
  );
  expect(wrong.map(({ path }) => path)).toEqual([]);
});
