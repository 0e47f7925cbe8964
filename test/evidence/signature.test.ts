import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  fingerprintOf,
  generateKeys,
  isSigned,
  readPrivateKey,
  readPublicKey,
  signBytes,
  signerOf,
} from '../../src/evidence/signature.js';
import { scratchFolder } from '../ffmpeg/clips.js';

const folder = scratchFolder();
const at = (name: string) => join(folder, name);
const keys = generateKeys();
writeFileSync(at('key'), keys.privateKey);
writeFileSync(at('key.pub'), keys.publicKey);
const data = Buffer.from('{"a": 1}\n');

it('holds for what was signed and for nothing else', () => {
  const signature = signBytes(data, readPrivateKey(at('key')));
  const key = readPublicKey(at('key.pub'));
  expect(isSigned(data, signature, key)).toBe(true);
  expect(isSigned(Buffer.from('{"a": 2}\n'), signature, key)).toBe(false);
  expect(isSigned(data, signature.subarray(1), key)).toBe(false);
  writeFileSync(at('other.pub'), generateKeys().publicKey);
  expect(isSigned(data, signature, readPublicKey(at('other.pub')))).toBe(false);
});

it('names the public half of the key that signs', () => {
  const signer = signerOf(readPrivateKey(at('key')));
  expect(signer.publicKey).toBe(keys.publicKey);
  expect(signer.fingerprint).toBe(fingerprintOf(readPublicKey(at('key.pub'))));
});

it('can be checked without us, by openssl', (context) => {
  writeFileSync(at('data'), data);
  writeFileSync(at('data.sig'), signBytes(data, readPrivateKey(at('key'))));
  const args = [
    'pkeyutl',
    '-verify',
    '-pubin',
    '-inkey',
    at('key.pub'),
    '-rawin',
    '-in',
    at('data'),
  ];
  const { status, error } = spawnSync('openssl', [...args, '-sigfile', at('data.sig')]);
  if (error !== undefined) context.skip('openssl is not installed');
  expect(status).toBe(0);
});

it('refuses what is no Ed25519 key, and says so', () => {
  writeFileSync(at('text'), 'secret');
  expect(() => readPrivateKey(at('text'))).toThrow(/expected an Ed25519 private key .* keygen/);
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(at('ec.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  expect(() => readPublicKey(at('ec.pub'))).toThrow('expected an Ed25519 key, got ec');
});
