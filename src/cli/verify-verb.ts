/** `relens verify`: holds a manifest against its files, and against doing it again. */
import { defer, finalize, map, tap, toArray } from 'rxjs';
import type { Finding, verify } from '../../pipelines/verify.js';
import { EXIT } from './error-line.js';
import { addCommonOptions, parseDevice, parseThreads } from './options.js';
import type { Verb } from './verb.js';

interface VerifyFlags {
  readonly original?: string;
  readonly output?: string;
  readonly mask?: string;
  readonly key?: string;
  readonly rerun?: boolean;
  readonly device?: 'cpu' | 'cuda' | 'webgpu';
  readonly threads?: number;
  readonly ffmpeg?: string;
}

/** Builds the verb around the pipeline that checks. */
export function verifyVerb(check: typeof verify): Verb {
  return (program, choose) => {
    const command = program
      .command('verify')
      .description('check a manifest: hashes, chain, signature; and by restoring again')
      .argument('<manifest>', 'NAME.relens.json')
      .option('--original <path>', 'where the original lies now')
      .option('--output <path>', 'where the restored file lies now')
      .option('--mask <file>', 'where the mask lies now')
      .option('--key <file>', 'the public key that is to have signed')
      .option('--rerun', 'restore again and compare every frame, bit for bit')
      .option('--device <name>', 'restore again on cpu, cuda or webgpu', parseDevice)
      .option('--threads <n>', 'restore again with so many threads', parseThreads)
      .option('--ffmpeg <path>', 'the ffmpeg to use, instead of RELENS_FFMPEG or the PATH');
    addCommonOptions(command).action((manifest: string) => {
      const flags = command.opts<VerifyFlags>();
      choose(({ print, progress, signal }) =>
        defer(() => {
          if (flags.rerun === true) progress.start('restoring again');
          return check(
            { ...flags, manifest, onProgress: (state) => progress.update(state) },
            signal,
          );
        }).pipe(
          tap((finding) => print(findingLine(finding))),
          toArray(),
          map((findings) => {
            progress.stop();
            print(verdict(findings));
            const failed = findings.some(({ state }) => state === 'differs' || state === 'missing');
            return failed ? EXIT.failed : EXIT.done;
          }),
          finalize(() => progress.stop()),
        ),
      );
    });
  };
}

const findingLine = ({ state, subject, detail }: Finding) =>
  `${state.padEnd(7)}  ${subject.padEnd(10)}  ${detail}`;

function verdict(findings: readonly Finding[]): string {
  const subjects = (wanted: Finding['state']) => [
    ...new Set(findings.flatMap(({ state, subject }) => (state === wanted ? [subject] : []))),
  ];
  const [differing, missing] = [subjects('differs'), subjects('missing')];
  if (differing.length > 0) return `NOT as recorded: ${differing.join(', ')}`;
  if (missing.length > 0) return `NOT checked, for it cannot be read: ${missing.join(', ')}`;
  const unknown = findings.filter(({ state }) => state === 'unknown').length;
  return unknown === 0 ? 'all as recorded' : `nothing differs; ${unknown} could not be checked`;
}
