/** What may stand in a config file: the one list of keys, from which the types are inferred. */
import { z } from 'zod';
import { areas } from './areas.js';
import { camerasSchema } from './cameras.js';

/** Keys whose values are never said: not in an error, not on a command line. */
export const SECRET_KEYS: readonly string[] = [
  'server.token',
  'notify.webhook',
  'notify.webhookSecret',
  'notify.mqtt',
];

/** Each `describe` is the rule as a sentence's end: `"key" must be …`. */
export const configSchema = z.strictObject({
  ffmpeg: z.string().min(1).describe('"auto" or the path of an ffmpeg binary'),
  inference: z
    .strictObject({
      model: z
        .string()
        .min(1)
        .describe('the name of a model of models/ or the path of an .onnx file'),
      device: z
        .enum(['auto', 'cpu', 'cuda', 'webgpu'])
        .describe('one of "auto", "cpu", "cuda", "webgpu"'),
      threads: z.int().min(0).max(1024).describe('a whole number from 0 (all cores) to 1024'),
    })
    .describe('a group of keys'),
  input: z
    .strictObject({
      deinterlace: z.enum(['auto', 'off']).describe('"auto" or "off"'),
    })
    .describe('a group of keys'),
  repair: z
    .strictObject({
      strength: z.number().min(0).max(1).describe('a number from 0 to 1'),
      noiseFloor: z.number().min(0).max(50).describe('a number from 0 to 50'),
      synthesis: z.boolean().describe('true or false'),
      unseen: z.enum(['keep', 'hatch']).describe('"keep" or "hatch"'),
    })
    .describe('a group of keys'),
  masks: z
    .strictObject({
      osd: z.boolean().describe('true or false'),
      damaged: areas,
      keep: areas,
    })
    .describe('a group of keys'),
  output: z
    .strictObject({
      lossless: z.boolean().describe('true or false'),
      codec: z.string().min(1).describe('"auto" or the name of an ffmpeg encoder'),
      crf: z
        .union([z.literal('auto'), z.number().min(0).max(63)])
        .describe('"auto" or a number from 0 to 63'),
      burnIn: z.boolean().describe('true or false'),
      partFrames: z.int().min(1).max(100_000).describe('a whole number from 1 to 100000'),
    })
    .describe('a group of keys'),
  live: z
    .strictObject({
      lateMs: z.int().min(50).max(10_000).describe('a whole number from 50 to 10000'),
      networks: z.enum(['none', 'lens', 'all']).describe('one of "none", "lens", "all"'),
      dirtyShare: z.number().gt(0).max(1).describe('a number above 0, at most 1'),
      dirtySeconds: z.number().gt(0).max(86_400).describe('a number above 0, at most 86400'),
      segmentSeconds: z.int().min(1).max(86_400).describe('a whole number from 1 to 86400'),
    })
    .describe('a group of keys'),
  server: z
    .strictObject({
      host: z.string().min(1).describe('an address of this machine, such as 127.0.0.1 or 0.0.0.0'),
      port: z.int().min(0).max(65_535).describe('a whole number from 0 (any free port) to 65535'),
      token: z.string().describe('text of at least 16 characters, or empty'),
      certificate: z.string().describe('the path of a PEM file, or empty'),
      key: z.string().describe('the path of a PEM file, or empty'),
      origins: z
        .array(z.string().min(1))
        .describe('a list of origins such as "https://nvr.example"'),
      requestsPerMinute: z.int().min(1).max(1e6).describe('a whole number from 1 to 1000000'),
    })
    .describe('a group of keys'),
  notify: z
    .strictObject({
      webhook: z
        .union([z.literal(''), z.url({ protocol: /^https?$/ })])
        .describe('an address of http or https, or empty'),
      webhookSecret: z.string().describe('text, or empty'),
      mqtt: z
        .union([z.literal(''), z.url({ protocol: /^(mqtts?|wss?)$/ })])
        .describe('an address such as mqtt://user:password@host, or empty'),
      mqttTopic: z
        .string()
        .regex(/^[^#+\0]+$/)
        .describe('the beginning of topics, without # and +'),
    })
    .describe('a group of keys'),
  cameras: camerasSchema,
});

/** Every key set, checked. */
export type Config = z.infer<typeof configSchema>;

/** The dotted names of all keys that hold a value, in the order of the schema. */
export function configKeys(schema: z.ZodType = configSchema, prefix = ''): string[] {
  if (!(schema instanceof z.ZodObject)) return [prefix];
  return Object.entries(schema.shape as Record<string, z.ZodType>).flatMap(([name, inner]) =>
    configKeys(inner, prefix === '' ? name : `${prefix}.${name}`),
  );
}

/** The rule of one key, or undefined for a key that does not exist. */
export function ruleOf(path: readonly PropertyKey[]): string | undefined {
  let schema: z.ZodType | undefined = configSchema;
  for (const name of path) {
    if (!(schema instanceof z.ZodObject)) return undefined;
    schema = (schema.shape as Record<PropertyKey, z.ZodType>)[name];
  }
  return schema?.description;
}
