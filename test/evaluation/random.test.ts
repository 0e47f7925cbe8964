/** The seeded random numbers. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/evaluation/random.js';

describe('Random', () => {
  it('gives the same numbers for the same seed and others for another', () => {
    const draw = (seed: string) => {
      const random = new Random(seed);
      return Array.from({ length: 8 }, () => random.uint32());
    };
    expect(draw('street/dirt')).toEqual(draw('street/dirt'));
    expect(draw('street/dirt')).not.toEqual(draw('street/tape'));
  });

  it('keeps its sequence from version to version', () => {
    const random = new Random('relens');
    expect([random.uint32(), random.uint32(), random.uint32()]).toMatchInlineSnapshot(`
      [
        1773247717,
        3627139408,
        2261245618,
      ]
    `);
  });

  it('draws normal numbers of mean 0 and variance 1', () => {
    const random = new Random('normal');
    let sum = 0;
    let squares = 0;
    const count = 50_000;
    for (let i = 0; i < count; i++) {
      const value = random.gaussian();
      sum += value;
      squares += value * value;
    }
    expect(sum / count).toBeCloseTo(0, 1);
    expect(squares / count).toBeCloseTo(1, 1);
  });

  it('stays within the limits of whole numbers and reaches both', () => {
    const random = new Random('integers');
    const seen = new Set(Array.from({ length: 200 }, () => random.integer(10, 15)));
    expect([...seen].sort()).toEqual([10, 11, 12, 13, 14, 15]);
  });

  it('counts events with the expected mean', () => {
    const random = new Random('events');
    let sum = 0;
    for (let i = 0; i < 5000; i++) sum += random.poisson(1.5);
    expect(sum / 5000).toBeCloseTo(1.5, 1);
  });
});
