/** The page and its parts, as the build left them in dist/viewer. */
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { packageFile } from '../../config/package-root.js';
import { RelensError } from '../../errors.js';
import { sendBytes, type Exchange, type Route } from '../exchange.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.yaml': 'application/yaml; charset=utf-8',
};

/** Nothing from elsewhere: no script, no picture, no connection. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join('; ');

/** Address → file. The login page and what it is made of are for everybody. */
const FILES: readonly (readonly [path: string, file: string, open: boolean])[] = [
  ['/', 'index.html', false],
  ['/viewer.js', 'viewer.js', false],
  ['/viewer.css', 'viewer.css', true],
  ['/login', 'login.html', true],
  ['/icon.svg', 'icon.svg', true],
  ['/openapi.yaml', 'openapi.yaml', false],
];

export function pageRoutes(): Route[] {
  return FILES.map(([path, file, open]) => ({
    method: 'GET',
    path,
    ...(open && { access: 'open' as const }),
    handle: (exchange) => sendFile(exchange, file),
  }));
}

async function sendFile({ response }: Exchange, file: string): Promise<void> {
  let body: Buffer;
  try {
    body = await readFile(packageFile('dist', 'viewer', file));
  } catch (cause) {
    const what = `${file} of the page is missing: run \`npm run build\``;
    throw new RelensError('INPUT_NOT_FOUND', what, { cause });
  }
  const type = TYPES[extname(file)] ?? 'application/octet-stream';
  // Asked for anew each time, so that page and server are of one version.
  const headers = { 'cache-control': 'no-cache', 'content-security-policy': POLICY };
  sendBytes(response, type, body, headers);
}
