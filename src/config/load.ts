/** Reads the default config, lays overrides over it, and refuses what it does not know. */
import { readFileSync } from 'node:fs';
import { parse, YAMLParseError } from 'yaml';
import { RelensError } from '../errors.js';
import { packageFile } from './package-root.js';
import { configKeys, configSchema, ruleOf, SECRET_KEYS, type Config } from './schema.js';
import { closest } from './closest.js';

/** One value from outside the files, and where it came from, for messages: `--device`. */
export interface Override {
  readonly key: string;
  readonly value: unknown;
  readonly origin: string;
}

export interface ConfigSources {
  /** A YAML file laid over the defaults. */
  readonly file?: string | undefined;
  /** `key=value` with a dotted key; the value is read as YAML. Laid over the file. */
  readonly set?: readonly string[] | undefined;
  /** Laid over everything. */
  readonly overrides?: readonly Override[] | undefined;
}

type Tree = Record<string, unknown>;

/** @throws RelensError CONFIG with the quoted key, the rule, the value and the place it came from. */
export function loadConfig({ file, set = [], overrides = [] }: ConfigSources = {}): Config {
  const values: Tree = {};
  const origins = new Map<string, string>();
  const lay = (tree: Tree, origin: string) => {
    merge(values, tree, '', (key) => origins.set(key, origin));
  };
  const defaults = packageFile('configs', 'default.yaml');
  lay(readTree(defaults), defaults);
  if (file !== undefined) lay(readTree(file), file);
  for (const assignment of set) lay(...readAssignment(assignment));
  for (const { key, value, origin } of overrides) lay(nest(key, value), origin);

  const result = configSchema.safeParse(values);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw issue === undefined
    ? new RelensError('CONFIG', 'the config could not be read')
    : refusal(issue, values, origins);
}

function readTree(file: string): Tree {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new RelensError('CONFIG', `"${file}": the config file cannot be read`, { cause });
  }
  const tree = parseYaml(text, file) ?? {};
  if (isTree(tree)) return tree;
  throw new RelensError('CONFIG', `expected "key: value" lines, got something else (in ${file})`);
}

function parseYaml(text: string, origin: string): unknown {
  try {
    return parse(text) as unknown;
  } catch (cause) {
    if (!(cause instanceof YAMLParseError)) throw cause;
    const [line = ''] = cause.message.split('\n');
    throw new RelensError('CONFIG', `not YAML: ${line.replace(/:$/, '')} (in ${origin})`, {
      cause,
    });
  }
}

function readAssignment(assignment: string): [Tree, string] {
  const at = assignment.indexOf('=');
  const name = assignment.slice(0, at).trim();
  if (SECRET_KEYS.includes(name)) {
    // Whoever lists the processes reads the command line.
    throw new RelensError(
      'USAGE',
      `"${name}" is secret and must not stand on the command line: put it into a --config file`,
    );
  }
  const origin = `--set ${assignment}`;
  if (at < 1) throw new RelensError('USAGE', `expected --set key=value, got "${origin}"`);
  return [nest(name, parseYaml(assignment.slice(at + 1), origin)), origin];
}

function nest(key: string, value: unknown): Tree {
  return key.split('.').reduceRight((inner, name) => ({ [name]: inner }), value) as Tree;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function merge(into: Tree, from: Tree, prefix: string, note: (key: string) => void): void {
  for (const [name, value] of Object.entries(from)) {
    const key = prefix + name;
    note(key);
    const present = Object.hasOwn(into, name) ? into[name] : undefined;
    if (isTree(value) && isTree(present)) merge(present, value, `${key}.`, note);
    else
      Object.defineProperty(into, name, {
        value,
        enumerable: true,
        writable: true,
        configurable: true,
      });
  }
}

type Issue = NonNullable<ReturnType<typeof configSchema.safeParse>['error']>['issues'][number];

function refusal(issue: Issue, values: Tree, origins: Map<string, string>): RelensError {
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const path = unknown === undefined ? issue.path : [...issue.path, unknown];
  const key = path.join('.');
  const origin = originOf(key, origins);
  if (unknown !== undefined) {
    const near = closest(key, configKeys());
    const hint = near === undefined ? '' : `, did you mean "${near}"?`;
    return new RelensError('CONFIG', `"${key}": unknown key${hint} (in ${origin})`);
  }
  const value = path.reduce<unknown>(
    (at, name) => (isTree(at) ? at[String(name)] : undefined),
    values,
  );
  const rule = ruleOf(path) ?? 'something else';
  const shown = SECRET_KEYS.includes(key) ? 'something else' : JSON.stringify(value);
  const got = value === undefined ? 'nothing' : shown;
  return new RelensError('CONFIG', `"${key}" must be ${rule}, got ${got} (in ${origin})`);
}

/** Where a key was last set; for a key that is missing, where its group was. */
function originOf(key: string, origins: Map<string, string>): string {
  const parts = key.split('.');
  for (let length = parts.length; length > 0; length--) {
    const origin = origins.get(parts.slice(0, length).join('.'));
    if (origin !== undefined) return origin;
  }
  return 'the default config';
}
