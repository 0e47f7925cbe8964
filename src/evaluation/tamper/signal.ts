/** What happens to the signal on its way: frozen, looped, cut off. */
import { planesOf } from '../../frame/frame.js';
import type { Tamper } from './tamper.js';

const freeze: Tamper = {
  name: 'freeze',
  kinds: ['frozen'],
  open: () => {
    let still: Uint8Array | undefined;
    return (data) => {
      still ??= data.slice();
      data.set(still);
    };
  },
};

/** The last two to three seconds, over and over. */
const loop: Tamper = {
  name: 'loop',
  kinds: ['frozen'],
  open: ({ random, frameRate }) => {
    const length = Math.round(random.uniform(2, 3) * frameRate);
    const recorded: Uint8Array[] = [];
    let shown = 0;
    return (data, _, past) => {
      if (recorded.length === 0)
        recorded.push(...past.slice(-length - 1, -1).map((one) => one.slice()));
      data.set(recorded[shown++ % recorded.length] ?? data);
    };
  },
};

const black: Tamper = {
  name: 'black',
  kinds: ['black'],
  open: (scene) => (data) => {
    const { y, u, v } = planesOf(scene, data);
    y.fill(16);
    u.fill(128);
    v.fill(128);
  },
};

const blue: Tamper = {
  name: 'blue',
  kinds: ['no-signal'],
  open: (scene) => (data) => {
    const { y, u, v } = planesOf(scene, data);
    y.fill(41);
    u.fill(240);
    v.fill(110);
  },
};

/** EBU bars of 75 % (ITU-R BT.801), white to black, as Y, U, V. */
const BARS: readonly (readonly [number, number, number])[] = [
  [180, 128, 128],
  [162, 44, 142],
  [131, 156, 44],
  [112, 72, 58],
  [84, 184, 198],
  [65, 100, 212],
  [35, 212, 114],
  [16, 128, 128],
];

const bars: Tamper = {
  name: 'bars',
  kinds: ['no-signal'],
  open: (scene) => (data) => {
    const { y, u, v } = planesOf(scene, data);
    const columns = scene.width >> 1;
    const bar = (column: number) =>
      BARS[Math.floor((column * BARS.length) / columns)] ?? [16, 128, 128];
    for (let i = 0; i < y.length; i++) y[i] = bar((i % scene.width) >> 1)[0];
    for (let i = 0; i < u.length; i++) {
      u[i] = bar(i % columns)[1];
      v[i] = bar(i % columns)[2];
    }
  },
};

const snow: Tamper = {
  name: 'snow',
  kinds: ['no-signal'],
  open: (scene) => (data) => {
    const { y, u, v } = planesOf(scene, data);
    for (let i = 0; i < y.length; i++) y[i] = scene.random.integer(16, 235);
    u.fill(128);
    v.fill(128);
  },
};

export const SIGNALS: readonly Tamper[] = [freeze, loop, black, blue, bars, snow];
