/** Ed25519 key pairs, detached signatures, and how a key is called by its fingerprint. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { RelensError } from '../errors.js';
import { sha256 } from './frame-list.js';

export interface KeyPair {
  /** PKCS #8, PEM. */
  readonly privateKey: string;
  /** SubjectPublicKeyInfo, PEM. */
  readonly publicKey: string;
}

/** A public key as a manifest names it. */
export interface Signer {
  readonly algorithm: 'Ed25519';
  readonly publicKey: string;
  /** SHA-256 of the key's SubjectPublicKeyInfo, DER, hex. */
  readonly fingerprint: string;
}

export function generateKeys(): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }) as string,
  };
}

/** @throws RelensError SIGNATURE when the file holds no Ed25519 private key */
export function readPrivateKey(path: string): KeyObject {
  return readKey(path, 'private', createPrivateKey);
}

/** @throws RelensError SIGNATURE when the file holds no Ed25519 key */
export function readPublicKey(path: string): KeyObject {
  return readKey(path, 'public', createPublicKey);
}

export function signerOf(key: KeyObject): Signer {
  const publicKey = key.type === 'public' ? key : createPublicKey(key);
  return {
    algorithm: 'Ed25519',
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }) as string,
    fingerprint: fingerprintOf(publicKey),
  };
}

export function fingerprintOf(key: KeyObject): string {
  return sha256(key.export({ type: 'spki', format: 'der' }));
}

/** 64 bytes; `openssl pkeyutl -verify -rawin` checks them too. */
export function signBytes(data: Uint8Array, key: KeyObject): Uint8Array {
  return sign(null, data, key);
}

export function isSigned(data: Uint8Array, signature: Uint8Array, key: KeyObject): boolean {
  return signature.length === 64 && verify(null, data, key, signature);
}

function readKey(path: string, kind: string, create: (pem: string) => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = create(readFileSync(path, 'utf8'));
  } catch (cause) {
    const message = `expected an Ed25519 ${kind} key (PEM) in "${path}": make one with relens keygen`;
    throw new RelensError('SIGNATURE', message, { cause });
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  const got = key.asymmetricKeyType ?? 'unknown';
  throw new RelensError('SIGNATURE', `"${path}": expected an Ed25519 key, got ${got}`);
}
