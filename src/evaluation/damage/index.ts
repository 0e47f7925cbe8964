/** The registry of damage cases. */
import { RelensError } from '../../errors.js';
import { damageCase, inTurn, type DamageCase } from './damage.js';
import { cobwebs } from './cobwebs.js';
import { deadPixels } from './dead-pixels.js';
import { dirt, spots } from './dirt.js';
import { drops } from './drops.js';
import { glare } from './glare.js';
import { holes } from './holes.js';
import { insectsPassing } from './insects.js';
import { sensor } from './sensor.js';
import { dropOuts, tape } from './tape.js';
import { awgn, planeAwgn, whiteNoise } from './white-noise.js';

const nothing: DamageCase['open'] = () => () => undefined;

/** The cases of the table, in its order. */
const STANDARD: readonly DamageCase[] = [
  awgn(10),
  awgn(25),
  awgn(50),
  sensor,
  dirt,
  drops,
  deadPixels,
  tape,
  damageCase({
    name: 'packetloss',
    title: 'packets lost from an H.264 transport stream, 6 slices a frame',
    open: nothing,
    carrier: 'lossy-transport',
    masked: true,
  }),
  damageCase({
    name: 'mixed',
    title: 'dirt, tape and white noise of 12',
    open: inTurn(spots, whiteNoise(12), dropOuts),
    masked: true,
    noisy: true,
    whiteNoise: true,
  }),
  holes,
  damageCase({ name: 'clean', title: 'nothing; must come out unharmed', open: nothing }),
];

/** Cases that are run only when named. */
const EXTRA: readonly DamageCase[] = [
  damageCase({
    name: 'dirtmask',
    title: 'spots as of dirt, never seen behind, mask given',
    open: spots,
    masked: true,
    maskGiven: true,
  }),
  cobwebs,
  insectsPassing,
  glare,
  planeAwgn(10),
  planeAwgn(25),
  planeAwgn(50),
];

export const DAMAGE_CASES: readonly DamageCase[] = [...STANDARD, ...EXTRA];

/** Names of the cases that are run when none is named. */
export const STANDARD_CASES: readonly string[] = STANDARD.map(({ name }) => name);

/** @throws RelensError EVALUATION for a name that is not in the registry. */
export function damageCaseNamed(name: string): DamageCase {
  const found = DAMAGE_CASES.find((one) => one.name === name);
  if (found !== undefined) return found;
  const known = DAMAGE_CASES.map((one) => one.name).join(', ');
  throw new RelensError('EVALUATION', `unknown case "${name}"; the cases are ${known}`);
}
