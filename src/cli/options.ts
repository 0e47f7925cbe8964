/** How the text of options is read; the rules for config values are in config/schema.ts. */
import { InvalidArgumentError, type Command } from 'commander';
import type { Override } from '../config/load.js';

/** Seconds from `90`, `1:30`, `0:01:30.5`. */
export function parseTime(text: string): number {
  if (!/^(\d+:){0,2}\d+(\.\d+)?$/.test(text)) {
    throw new InvalidArgumentError('expected seconds or a clock time such as 1:30.5.');
  }
  return text.split(':').reduce((seconds, part) => seconds * 60 + Number(part), 0);
}

export function parseRate(text: string): number {
  const rate = Number(text);
  if (rate > 0 && rate <= 1000) return rate;
  throw new InvalidArgumentError('expected frames a second, more than 0 and at most 1000.');
}

export function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('expected a whole number, at least 1.');
}

export function parseThreads(text: string): number {
  const count = Number(text);
  if (text.trim() !== '' && Number.isInteger(count) && count >= 0 && count <= 1024) return count;
  throw new InvalidArgumentError('expected a whole number from 0 (all cores) to 1024.');
}

export function parseDevice(text: string): string {
  if (['cpu', 'cuda', 'webgpu'].includes(text)) return text;
  throw new InvalidArgumentError('expected cpu, cuda or webgpu.');
}

/** `a,b,c` */
export function parseList(text: string): readonly string[] {
  return text.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]));
}

/** For an option that may be given several times. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** A number where it is one; anything else stays as it is, for the config's rule to refuse. */
export function numberOr(text: string): number | string {
  const value = Number(text);
  return text.trim() === '' || Number.isNaN(value) ? text : value;
}

/** The options that set a config key: option → key. */
const CONFIG_OPTIONS = {
  ffmpeg: 'ffmpeg',
  model: 'inference.model',
  device: 'inference.device',
  threads: 'inference.threads',
  strength: 'repair.strength',
  synthesis: 'repair.synthesis',
  unseen: 'repair.unseen',
  burnIn: 'output.burnIn',
  deinterlace: 'input.deinterlace',
  osd: 'masks.osd',
  lossless: 'output.lossless',
  codec: 'output.codec',
  crf: 'output.crf',
  host: 'server.host',
  port: 'server.port',
  tlsCertificate: 'server.certificate',
  tlsKey: 'server.key',
} as const;

/** How options are typed that are not called as they are kept. */
const ORIGINS: Readonly<Record<string, string>> = {
  synthesis: '--no-synthesis',
  osd: '--no-osd',
};

/** The config values that were given as options (not those that stand at commander's default). */
export function configOverrides(command: Command): Override[] {
  const values = command.opts();
  return Object.entries(CONFIG_OPTIONS)
    .filter(([option]) => command.getOptionValueSource(option) === 'cli')
    .map(([option, key]) => ({
      key,
      value: values[option] as unknown,
      origin: ORIGINS[option] ?? `--${kebab(option)}`,
    }));
}

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The options of every verb that reads the config. */
export function addConfigOptions(command: Command): Command {
  return command
    .option('--ffmpeg <path>', 'the ffmpeg to use, instead of RELENS_FFMPEG or the PATH')
    .option('--config <file>', 'a YAML file laid over the defaults')
    .option('--set <key=value>', 'one config value; may be repeated', collect);
}

/** The options of every verb. */
export function addCommonOptions(command: Command): Command {
  return command.option('--quiet', 'only errors on stderr').option('--verbose', 'more on stderr');
}
