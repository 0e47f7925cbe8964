/** What a config says about restoring, in the words of the restore pipeline. */
import type { Config } from '../src/config/schema.js';
import type { RestoreOptions } from './restore-options.js';

export type RestoreSettings = Omit<
  RestoreOptions,
  'input' | 'output' | 'mask' | 'protect' | 'start' | 'end' | 'frameRate' | 'observe' | 'onProgress'
>;

export function restoreSettings({
  ffmpeg,
  inference,
  input,
  repair,
  masks,
  output,
}: Config): RestoreSettings {
  return {
    ...(ffmpeg !== 'auto' && { ffmpeg }),
    ...inference,
    ...input,
    ...repair,
    masks,
    lossless: output.lossless,
    burnIn: output.burnIn,
    ...(output.codec !== 'auto' && { codec: output.codec }),
    ...(output.crf !== 'auto' && { crf: output.crf }),
  };
}
