/** `relens keygen`: makes the pair of keys that sign manifests and check signatures. */
import { open } from 'node:fs/promises';
import { createPublicKey } from 'node:crypto';
import { defer } from 'rxjs';
import { RelensError } from '../errors.js';
import { fingerprintOf, generateKeys } from '../evidence/signature.js';
import { EXIT } from './error-line.js';
import { addCommonOptions } from './options.js';
import type { Verb } from './verb.js';

/** Writes NAME (private, readable by its owner only) and NAME.pub; never over a key that is there. */
export const keygenVerb: Verb = (program, choose) => {
  const command = program
    .command('keygen')
    .description('make an Ed25519 key pair that signs manifests')
    .argument('<name>', 'the private key; the public one is NAME.pub');
  addCommonOptions(command).action((name: string) => {
    choose(({ print }) =>
      defer(async () => {
        const { privateKey, publicKey } = generateKeys();
        await writeNew(name, privateKey, 0o600);
        await writeNew(`${name}.pub`, publicKey, 0o644);
        print(`${name}: the private key; keep it secret, it signs (restore --sign ${name})`);
        print(`${name}.pub: the public key; give it away, it checks (verify --key ${name}.pub)`);
        print(`fingerprint ${fingerprintOf(createPublicKey(publicKey))}`);
        return EXIT.done;
      }),
    );
  });
};

async function writeNew(path: string, text: string, mode: number): Promise<void> {
  try {
    const file = await open(path, 'wx', mode);
    await file.writeFile(text).finally(() => file.close());
  } catch (cause) {
    const exists = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    throw exists
      ? new RelensError('OUTPUT_EXISTS', `"${path}" is there already: choose another name`, {
          cause,
        })
      : new RelensError('OUTPUT_WRITE', `"${path}" cannot be written: choose another name`, {
          cause,
        });
  }
}
