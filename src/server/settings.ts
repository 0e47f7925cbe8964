/** What the server is told, and what makes an open door safe. */
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { RelensError } from '../errors.js';

export interface ServerSettings {
  /** Address that is listened on. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** What callers must show; empty: none, which only this machine's own address may have. */
  readonly token: string;
  /** PEM files; both empty: plain HTTP. */
  readonly certificate: string;
  readonly key: string;
  /** Origins of other pages that may use this server, for example `https://nvr.example`. */
  readonly origins: readonly string[];
  /** Of one address; more are answered with 429. */
  readonly requestsPerMinute: number;
}

const MIN_TOKEN = 16;

/** True for addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** @throws RelensError CONFIG */
export function checkSettings(settings: ServerSettings): void {
  const { host, token, certificate, key } = settings;
  if (token === '' && !isLoopback(host)) {
    throw new RelensError(
      'CONFIG',
      `"server.host" ${host} can be reached from outside, which needs a token: set RELENS_TOKEN ` +
        'or --token-file, or leave the host at 127.0.0.1',
    );
  }
  if (token !== '' && token.length < MIN_TOKEN) {
    throw new RelensError(
      'CONFIG',
      `the token must have at least ${MIN_TOKEN} characters, got ${token.length}: make one with ` +
        '`openssl rand -hex 24`',
    );
  }
  if ((certificate === '') !== (key === '')) {
    const missing = key === '' ? 'server.key' : 'server.certificate';
    throw new RelensError('CONFIG', `"${missing}" is missing: TLS needs a certificate and a key`);
  }
  readTls(settings);
}

/** What TLS is opened with; undefined for plain HTTP. @throws RelensError CONFIG */
export function readTls({
  certificate,
  key,
}: Pick<ServerSettings, 'certificate' | 'key'>): { cert: Buffer; key: Buffer } | undefined {
  if (certificate === '') return undefined;
  const files = { cert: pem(certificate), key: pem(key) };
  try {
    createSecureContext(files);
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new RelensError(
      'CONFIG',
      `${certificate} and ${key}: expected PEM files of a certificate and its own key without a ` +
        `passphrase, got something else (${why})`,
      { cause },
    );
  }
  return files;
}

function pem(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new RelensError('CONFIG', `${file}: expected a PEM file for TLS, it cannot be read`, {
      cause,
    });
  }
}
