/** What ran: names and versions, as a manifest lists them. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, platform } from 'node:os';
import { packageVersion } from '../config/package-root.js';

export function softwareVersions(ffmpeg: { readonly version: string }): Record<string, string> {
  return {
    relens: packageVersion(),
    ffmpeg: ffmpeg.version,
    node: process.version,
    onnxruntime: versionOf('onnxruntime-node'),
    system: `${platform()} ${arch()}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
  };
}

function versionOf(library: string): string {
  const path = createRequire(import.meta.url).resolve(`${library}/package.json`);
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
