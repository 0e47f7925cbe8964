/** Looks at what Relens needs here: ffmpeg, encoders, devices, models; and says how to mend it. */
import { defer, type Observable } from 'rxjs';
import type { Config } from '../src/config/schema.js';
import { isRelensError } from '../src/errors.js';
import { canEncode, listed } from '../src/ffmpeg/abilities.js';
import { findFfmpeg, type Ffmpeg } from '../src/ffmpeg/find.js';
import { SHORT_NAMES } from '../src/ffmpeg/video-codec.js';
import { listDevices, type DeviceReport } from '../src/inference/devices.js';
import { hashOf, listModels, loadModelCard, type ModelCard } from '../src/inference/model-card.js';

/** One thing that was looked at. */
export interface Check {
  readonly subject: 'ffmpeg' | 'encoder' | 'device' | 'model';
  /** `missing` is required and breaks the command; `absent` is only not there. */
  readonly state: 'ok' | 'absent' | 'missing';
  readonly detail: string;
  /** The line that mends it. */
  readonly mend?: string;
}

/** The questions that doctor asks of the machine; tests answer them otherwise. */
export interface Probes {
  findFfmpeg(option?: string): Promise<Ffmpeg>;
  canEncode(ffmpeg: Ffmpeg, encoder: string): Promise<boolean>;
  listed(ffmpeg: Ffmpeg, what: 'muxers' | 'demuxers' | 'filters'): Promise<ReadonlySet<string>>;
  listDevices(): Promise<readonly DeviceReport[]>;
  listModels(): Promise<readonly ModelCard[]>;
  loadModelCard(name: string): Promise<ModelCard>;
  hashOf(path: string): Promise<string>;
}

const PROBES: Probes = {
  findFfmpeg,
  canEncode,
  listed,
  listDevices,
  listModels,
  loadModelCard,
  hashOf,
};

const SETUP = 'npm run setup';
const REINSTALL = 'fetch the package again; its models/ folder is part of it';

/** Cold: each subscription looks once and emits all checks. */
export function doctor(config: Config, probes: Probes = PROBES): Observable<readonly Check[]> {
  return defer(async () => {
    const groups = [
      checkFfmpeg(config, probes),
      checkDevices(config, probes),
      checkModels(config, probes),
    ];
    return (await Promise.all(groups)).flat();
  });
}

async function checkFfmpeg({ ffmpeg: option }: Config, probes: Probes): Promise<Check[]> {
  let found: Ffmpeg;
  try {
    found = await probes.findFfmpeg(option === 'auto' ? undefined : option);
  } catch (error) {
    if (!isRelensError(error)) throw error;
    return [{ subject: 'ffmpeg', state: 'missing', detail: error.message, mend: SETUP }];
  }
  const from = found.from === 'option' ? 'named by option' : `from ${found.from}`;
  const detail = `${found.ffmpeg} ${found.version} (${from}), ${found.ffprobe}`;
  const parts = await Promise.all([missingParts(found, probes), checkEncoders(found, probes)]);
  return [{ subject: 'ffmpeg', state: 'ok', detail }, ...parts.flat()];
}

/** Without these no frame gets in or out; some distributions' minimal builds leave them out. */
async function missingParts(ffmpeg: Ffmpeg, probes: Probes): Promise<Check[]> {
  const needed = { demuxers: ['nut'], muxers: ['nut', 'matroska'], filters: ['scale', 'format'] };
  const checks = Object.entries(needed).map(async ([what, names]) => {
    const there = await probes.listed(ffmpeg, what as keyof typeof needed);
    return names
      .filter((name) => !there.has(name))
      .map((name): Check => ({
        subject: 'ffmpeg',
        state: 'missing',
        detail: `this ffmpeg was built without ${name} (${what})`,
        mend: 'name a complete build with RELENS_FFMPEG',
      }));
  });
  return (await Promise.all(checks)).flat();
}

async function checkEncoders(ffmpeg: Ffmpeg, probes: Probes): Promise<Check[]> {
  const groups = Object.entries(SHORT_NAMES).map(async ([codec, encoders]): Promise<Check> => {
    const tried = await Promise.all(
      encoders.map(async (name) => ((await probes.canEncode(ffmpeg, name)) ? [name] : [])),
    );
    const working = tried.flat();
    if (working.length > 0) {
      return { subject: 'encoder', state: 'ok', detail: `${codec}: ${working.join(', ')}` };
    }
    // FFV1 is what --lossless writes, H.264 what is written when nothing is said.
    const required = codec === 'h264' || codec === 'ffv1';
    return {
      subject: 'encoder',
      state: required ? 'missing' : 'absent',
      detail: `${codec}: none works (tried ${encoders.join(', ')})`,
      ...(required && { mend: 'name a complete build with RELENS_FFMPEG' }),
    };
  });
  return Promise.all(groups);
}

async function checkDevices({ inference }: Config, probes: Probes): Promise<Check[]> {
  return (await probes.listDevices()).map(({ name, available, detail }): Check => {
    const wanted = name === inference.device || (inference.device === 'auto' && name === 'cpu');
    return {
      subject: 'device',
      state: available ? 'ok' : wanted ? 'missing' : 'absent',
      detail: `${name}: ${detail}`,
      ...(!available && wanted && { mend: 'choose --device auto or cpu' }),
    };
  });
}

async function checkModels({ inference }: Config, probes: Probes): Promise<Check[]> {
  const shipped = await probes.listModels();
  const checks = await Promise.all(
    shipped.map(async ({ name, path, sha256 }): Promise<Check> => {
      const actual = await probes.hashOf(path).catch(() => undefined);
      if (actual === sha256) {
        return { subject: 'model', state: 'ok', detail: `${name}: sha256 ${sha256}` };
      }
      const detail =
        actual === undefined
          ? `${name}: ${path} is not there`
          : `${name}: the card says sha256 ${sha256}, ${path} has ${actual}`;
      return { subject: 'model', state: 'missing', detail, mend: REINSTALL };
    }),
  );
  if (shipped.some(({ name }) => name === inference.model)) return checks;
  try {
    const { name, sha256 } = await probes.loadModelCard(inference.model);
    return [...checks, { subject: 'model', state: 'ok', detail: `${name}: sha256 ${sha256}` }];
  } catch (error) {
    if (!isRelensError(error)) throw error;
    const mend = shipped.length > 0 ? `choose --model ${shipped[0]?.name ?? ''}` : REINSTALL;
    return [...checks, { subject: 'model', state: 'missing', detail: error.message, mend }];
  }
}
