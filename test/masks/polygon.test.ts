/** Polygons on the grid of cells. */
import { expect, it } from 'vitest';
import { fillPolygons } from '../../src/masks/polygon.js';

const grid = { columns: 10, rows: 10 };
const drawn = (...polygons: [number, number][][]) => {
  const cells = fillPolygons(grid, polygons) ?? new Uint8Array(100);
  return Array.from({ length: 10 }, (_, row) =>
    [...cells.subarray(row * 10, row * 10 + 10)].map((cell) => (cell === 0 ? '.' : '#')).join(''),
  );
};

it('fills a rectangle from edge to edge', () => {
  const square: [number, number][] = [
    [0.2, 0.3],
    [0.59, 0.3],
    [0.59, 0.69],
    [0.2, 0.69],
  ];
  const rows = drawn(square);
  expect(rows.map((row) => row.replaceAll('.', ' ').trim().length)).toEqual([
    0, 0, 0, 4, 4, 4, 4, 0, 0, 0,
  ]);
  expect(rows[3]).toBe('..####....');
});

it('loses no sliver, and stays inside the picture', () => {
  const sliver: [number, number][] = [
    [0, 0.5],
    [1, 0.5],
    [1, 0.501],
  ];
  expect(drawn(sliver)[5]).toBe('##########');
});

it('unites polygons, and is nothing without any', () => {
  const corner = (x: number, y: number): [number, number][] => [
    [x, y],
    [x + 0.05, y],
    [x, y + 0.05],
  ];
  const rows = drawn(corner(0, 0), corner(0.9, 0.9));
  expect(rows[0]![0]).toBe('#');
  expect(rows[9]![9]).toBe('#');
  expect(fillPolygons(grid, [])).toBeUndefined();
});
