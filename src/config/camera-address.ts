/** Reads a camera's address, and keeps what is secret in it out of sight. */
import { resolve } from 'node:path';
import { RelensError } from '../errors.js';
import type { LiveAddress } from '../frame/live-address.js';

/** @throws RelensError CONFIG; the message holds no secret */
export function parseAddress(text: string): LiveAddress {
  if (/[\0-\x1f\x7f]/.test(text)) {
    throw new RelensError('CONFIG', 'a camera address must not hold line breaks or control signs');
  }
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) {
    const secret = `file:${resolve(text)}`;
    return { kind: 'file', shown: text, host: '', hasLogin: false, secret };
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = /^[a-z0-9+.-]+/i.exec(text)?.[0].toLowerCase() ?? '';
  if (url === undefined || url.hostname === '') {
    throw new RelensError(
      'CONFIG',
      `expected ${scheme}://user:password@host:port/path, got something else; ` +
        'percent-encode /, ? and # in a password',
    );
  }
  // Passwords hold signs of percent that encode nothing.
  const plain = (text: string) => text.replace(/%(?![0-9a-f]{2})/gi, '%25');
  [url.username, url.password] = [plain(url.username), plain(url.password)];
  const known = { host: url.host, hasLogin: url.username !== '', secret: url.href };
  // Some cameras want `user=…&password=…` in the path.
  const path = url.pathname.split('/').map((part) => (part.includes('=') ? '…' : part));
  const shown = `${url.protocol}//${url.host}${path.join('/')}`;
  if (/^rtsps?$/.test(scheme)) return { kind: 'rtsp', shown, ...known };
  if (/^https?$/.test(scheme)) {
    return { kind: /\.m3u8?$/i.test(url.pathname) ? 'hls' : 'http', shown, ...known };
  }
  throw new RelensError(
    'CONFIG',
    `expected a camera address of rtsp, rtsps, http or https, or a file, got ${scheme}://`,
  );
}
