/** Every case of damage: seeded, and true to its mask. */
import { describe, expect, it } from 'vitest';
import { BT601 } from '../../src/evaluation/colour.js';
import {
  DAMAGE_CASES,
  damageCaseNamed,
  STANDARD_CASES,
} from '../../src/evaluation/damage/index.js';
import { lumaShare } from '../../src/evaluation/damage/white-noise.js';
import { differingCells, loseVideoPackets } from '../../src/evaluation/carrier.js';
import { addedNoise } from '../../src/evaluation/metrics/noise-level.js';
import { Random } from '../../src/evaluation/random.js';

const size = { width: 160, height: 96 };
const CELLS = 80 * 48;

/** A grey picture with a ramp and some colour. */
function picture(): Uint8Array {
  const luma = size.width * size.height;
  return Uint8Array.from({ length: luma * 1.5 }, (_, i) =>
    i < luma ? 90 + ((i % size.width) >> 1) : i < luma * 1.25 ? 118 : 137,
  );
}

function damaged(name: string, frames: number, seed = 'test') {
  const harm = damageCaseNamed(name).open({
    ...size,
    frames,
    frameRate: 25,
    colour: BT601,
    random: new Random(seed),
  });
  return Array.from({ length: frames }, () => {
    const data = picture();
    const mask = new Uint8Array(CELLS);
    harm(data, mask);
    return { data, mask };
  });
}

const share = (mask: Uint8Array) => mask.filter((cell) => cell === 255).length / mask.length;

describe('the damage registry', () => {
  it('has the standard cases in the order of the table', () => {
    expect(STANDARD_CASES.join(' ')).toBe(
      'awgn10 awgn25 awgn50 sensor dirt drops deadpx tape packetloss mixed holes clean',
    );
  });

  it('refuses an unknown case and names the known ones', () => {
    expect(() => damageCaseNamed('snow')).toThrow(/unknown case "snow".*awgn10.*clean/);
  });
});

describe.each(DAMAGE_CASES.map((one) => [one.name, one] as const))('%s', (name, damage) => {
  it('is the same for the same seed and another for another seed', () => {
    const bytes = (seed: string) =>
      Buffer.concat(damaged(name, 2, seed).flatMap(({ data, mask }) => [data, mask]));
    expect(bytes('one').equals(bytes('one'))).toBe(true);
    if (name === 'clean' || name === 'packetloss') return;
    expect(bytes('one').equals(bytes('other'))).toBe(false);
  });

  it('changes nothing but noise outside its mask', () => {
    // A veil thins out for ever: its mask ends where it no longer blinds.
    if (damage.noisy || name === 'deadpx' || name === 'glare') return;
    const found = new Uint8Array(CELLS);
    for (const { data, mask } of damaged(name, 6)) {
      differingCells(size, picture(), data, found);
      const missed = found.reduce((sum, cell, i) => sum + (cell !== 0 && mask[i] === 0 ? 1 : 0), 0);
      // Soft edges fade out beyond the mask; everything else is marked exactly.
      const soft = name.startsWith('dirt') || name === 'drops' || name === 'insects';
      // A thread is all edge.
      const allowed = (name === 'cobweb' ? 0.08 : soft ? 0.02 : 0) * CELLS;
      expect(missed).toBeLessThanOrEqual(allowed);
    }
  });
});

describe('white noise', () => {
  it.each([10, 25])('of sigma %i in RGB has its share of it in luma', (sigma) => {
    const [frame] = damaged(`awgn${sigma}`, 1);
    const expected = sigma * lumaShare({ colour: BT601 });
    expect(addedNoise(size, picture(), frame!.data)).toBeCloseTo(expected, 0);
  });

  it('in the code values has all of it in luma', () => {
    const [frame] = damaged('awgn25-planes', 1);
    expect(addedNoise(size, picture(), frame!.data)).toBeCloseTo(25, 0);
  });
});

describe('fixed damage', () => {
  it.each(['dirt', 'drops', 'cobweb', 'deadpx'])('%s stays where it is', (name) => {
    const [first, , third] = damaged(name, 3);
    expect(third!.mask).toEqual(first!.mask);
    expect(share(first!.mask)).toBeGreaterThan(0);
  });

  it('dead pixels are 0.15 % of the luma samples', () => {
    const [frame] = damaged('deadpx', 1);
    const cells = frame!.mask.filter((cell) => cell === 255).length;
    expect(cells).toBeGreaterThan(18);
    expect(cells).toBeLessThanOrEqual(23);
  });

  it('dirt hides most of what is behind it', () => {
    const [frame] = damaged('dirt', 1);
    expect(share(frame!.mask)).toBeGreaterThan(0.005);
    expect(share(frame!.mask)).toBeLessThan(0.2);
  });
});

describe('a cobweb', () => {
  it('is thin, and hides little of what is behind it', () => {
    const [frame] = damaged('cobweb', 1);
    expect(share(frame!.mask)).toBeGreaterThan(0.002);
    expect(share(frame!.mask)).toBeLessThan(0.15);
  });
});

describe('passing damage', () => {
  it('streaks of the tape last one frame', () => {
    const frames = damaged('tape', 12);
    const streaked = frames.map(({ mask }) =>
      [...Array(48).keys()].filter((row) => share(mask.subarray(row * 80, row * 80 + 80)) > 0.3),
    );
    expect(streaked.flat().length).toBeGreaterThan(0);
    streaked.slice(1).forEach((rows, i) => {
      if (rows.length > 0) expect(rows).not.toEqual(streaked[i]);
    });
  });

  it('insects are large, and gone after six frames', () => {
    const frames = damaged('insects', 40);
    expect(Math.max(...frames.map(({ mask }) => share(mask)))).toBeGreaterThan(0.002);
    const longest = Array.from({ length: CELLS }, (_, cell) => {
      const stays = frames.map(({ mask }) => (mask[cell] === 255 ? 'x' : ' ')).join('');
      return Math.max(...stays.split(' ').map(({ length }) => length));
    });
    expect(Math.max(...longest)).toBeLessThanOrEqual(6);
  });

  it('holes are grey, move, and leave every place in time', () => {
    const frames = damaged('holes', 60);
    for (const { data, mask } of frames) {
      const cell = mask.indexOf(255);
      const [row, column] = [Math.floor(cell / 80), cell % 80];
      expect(data[2 * row * size.width + 2 * column]).toBe(128);
    }
    const always = frames.reduce(
      (all, { mask }) => all.map((cell, i) => cell & (mask[i] ?? 0)),
      new Uint8Array(CELLS).fill(255),
    );
    expect(share(frames[0]!.mask)).toBeGreaterThan(0.01);
    expect(share(always)).toBe(0);
  });
});

describe('loseVideoPackets', () => {
  const packet = (pid: number, begins: boolean, payload: number[] = []) => {
    const bytes = new Uint8Array(188).fill(0xff);
    bytes.set([0x47, (begins ? 0x40 : 0) | (pid >> 8), pid & 0xff, 0x10, ...payload]);
    return bytes;
  };
  const picturePackets = [
    packet(0x100, true, [0, 0, 1, 0xe0]),
    ...Array.from({ length: 2000 }, () => packet(0x100, false)),
  ];

  it('keeps the first picture, the beginnings of pictures and other streams', () => {
    const others = Array.from({ length: 200 }, () => packet(0x101, false));
    const stream = Buffer.concat([...picturePackets, ...others, ...picturePackets, ...others]);
    const lossy = loseVideoPackets(stream, new Random('loss'));
    const kept = Array.from({ length: lossy.length / 188 }, (_, i) =>
      lossy.subarray(i * 188, i * 188 + 188),
    );
    const ofPid = (pid: number) => kept.filter(([, a, b]) => (((a! & 0x1f) << 8) | b!) === pid);
    expect(ofPid(0x101).length).toBe(400);
    expect(ofPid(0x100).filter(([, a]) => (a! & 0x40) !== 0).length).toBe(2);
    expect(lossy.length).toBeLessThan(stream.length);
    expect(Buffer.compare(lossy.subarray(0, 2001 * 188), stream.subarray(0, 2001 * 188))).toBe(0);
  });
});
