/** Light that blinds the camera: a lamp or a low sun that stays, headlights that come by. */
import { planesOf } from '../../frame/frame.js';
import { toByte } from '../colour.js';
import { softEdge } from './blobs.js';
import { damageCase, markLuma, type FrameDamage, type Scene } from './damage.js';

/** Frames from one car to the next, in the mean. */
const EVERY = 40;
/** What is added to a middle grey there lifts it by about a tenth of the scale. */
const BLINDING = 0.08;
/** Light below this is not drawn: it changes black by two grey levels. */
const FAINT = 4e-5;
const GAMMA = 2.2;
const [BLACK, RANGE] = [16, 219];

interface Source {
  readonly x: number;
  readonly y: number;
  /** Luma samples within which even black is clipped. */
  readonly core: number;
  /** The light falls with the distance to the power of minus this, twice. */
  readonly fall: number;
  /** A streak of the optics: its length in samples and its direction; 0 = none. */
  readonly streak: number;
  readonly turn: number;
  /** How bright the reflection is that the lenses throw to the other side; 0 = none. */
  readonly ghost: number;
}

type Look = Pick<Source, 'fall' | 'streak' | 'turn' | 'ghost'>;

interface Car {
  x: number;
  y: number;
  framesLeft: number;
  core: number;
  readonly apart: number;
  readonly speed: { readonly x: number; readonly y: number };
  readonly growth: number;
  readonly look: Look;
}

/** Light adds to the scene's light, not to its grey levels: what is dark loses its contrast. */
export function blindingLights(scene: Scene): FrameDamage {
  const { width, height, random } = scene;
  const look = (ghosts: number): Look => ({
    fall: random.uniform(0.9, 1.6),
    streak: random.chance(0.4) ? random.uniform(0.08, 0.3) * width : 0,
    turn: random.uniform(-0.2, 0.2),
    ghost: random.chance(ghosts) ? random.uniform(0.1, 0.2) : 0,
  });
  const standing = new Float32Array(width * height);
  for (let left = random.integer(1, 2); left > 0; left--) {
    const [x, y] = [random.uniform(0.05, 0.95) * width, random.uniform(0.05, 0.75) * height];
    const core = random.uniform(0.008, 0.035) * width;
    shine(scene, standing, { x, y, core, ...look(0.4) });
  }
  const arrive = (): Car => {
    const core = random.uniform(0.006, 0.015) * width;
    return {
      x: random.uniform(0.1, 0.9) * width,
      y: random.uniform(0.3, 0.9) * height,
      framesLeft: random.integer(10, 30),
      core,
      apart: core * random.uniform(3, 7),
      speed: { x: random.gaussian() * 0.006 * width, y: random.uniform(0, 0.004) * width },
      growth: random.uniform(1, 1.03),
      look: look(0),
    };
  };
  let cars = [arrive()];

  return (data, mask) => {
    for (let born = random.poisson(1 / EVERY); born > 0; born--) cars.push(arrive());
    const light = standing.slice();
    for (const car of cars) {
      const [x, y] = [car.x, car.y];
      for (const side of [-0.5, 0.5]) {
        shine(scene, light, { x: x + side * car.apart, y, core: car.core, ...car.look });
      }
      car.x += car.speed.x;
      car.y += car.speed.y;
      car.core *= car.growth;
      car.framesLeft--;
    }
    cars = cars.filter(({ framesLeft }) => framesLeft > 0);
    addLight(scene, data, light, mask);
  };
}

/** Adds the light of one source to the picture's, as shares of what clips. */
function shine({ width, height }: Scene, light: Float32Array, source: Source): void {
  const { core, fall, streak, turn, ghost } = source;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  // Glare falls off with a power of the angle (CIE 146, "Disability glare": the second).
  const inner = (core * 0.7) ** 2;
  const peak = (1 + core ** 2 / inner) ** fall;
  const thin = core * 0.25;
  const across = { x: width - source.x, y: height - source.y };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [dx, dy] = [x - source.x, y - source.y];
      let here = peak * (1 + (dx * dx + dy * dy) / inner) ** -fall;
      if (streak > 0) {
        const [along, aside] = [dx * cos + dy * sin, dy * cos - dx * sin];
        here += 0.6 * Math.exp(-Math.abs(along) / (0.5 * streak) - (aside / thin) ** 2);
      }
      if (ghost > 0) {
        here += ghost * softEdge(Math.hypot(x - across.x, y - across.y) / (1.5 * core), 0.3);
      }
      const at = y * width + x;
      if (here > FAINT) light[at] = (light[at] ?? 0) + here;
    }
  }
}

function addLight(scene: Scene, data: Uint8Array, light: Float32Array, mask: Uint8Array): void {
  const planes = planesOf(scene, data);
  const { width } = scene;
  const linear = Float64Array.from(
    { length: 256 },
    (_, value) => Math.max(0, (value - BLACK) / RANGE) ** GAMMA,
  );
  for (const [at, added] of light.entries()) {
    if (added === 0) continue;
    const [x, y] = [at % width, Math.floor(at / width)];
    const before = linear[planes.y[at] ?? 0] ?? 0;
    const after = Math.max(before, Math.min(1, before + added));
    planes.y[at] = toByte(BLACK + RANGE * after ** (1 / GAMMA));
    if (added >= BLINDING) markLuma(scene, mask, x, y);
    if ((x & 1) !== 0 || (y & 1) !== 0) continue;
    // White light takes the colour out.
    const cell = (y >> 1) * (width >> 1) + (x >> 1);
    const kept = before + added >= 1 ? 0 : (before / after) ** (1 / GAMMA);
    planes.u[cell] = toByte(128 + ((planes.u[cell] ?? 0) - 128) * kept);
    planes.v[cell] = toByte(128 + ((planes.v[cell] ?? 0) - 128) * kept);
  }
}

/** Told, not repaired: what the light hides is known of no other moment. */
export const glare = damageCase({
  name: 'glare',
  title: 'a lamp or a low sun and headlights that blind the camera; told, not repaired',
  open: blindingLights,
  masked: true,
});
