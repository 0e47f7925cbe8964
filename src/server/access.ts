/** Decides who may come in: the token, the page's cookie, the origin, the name we are called by. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isLoopback, type ServerSettings } from './settings.js';

export interface Refusal {
  readonly status: 401 | 403;
  readonly code: 'UNAUTHORISED' | 'FOREIGN_ORIGIN' | 'FOREIGN_HOST';
  readonly message: string;
}

const COOKIE = 'relens';
const COOKIE_DAYS = 30;
const DAY_MS = 86_400_000;

export class Access {
  readonly #token: string;
  readonly #origins: ReadonlySet<string>;
  readonly #secure: boolean;

  constructor({ token, origins, certificate }: ServerSettings) {
    this.#token = token;
    this.#origins = new Set(origins.map((origin) => origin.toLowerCase()));
    this.#secure = certificate !== '';
  }

  /** Without a token everyone on this machine may come in. */
  get needsToken(): boolean {
    return this.#token !== '';
  }

  /**
   * A page of another site must not use us through its visitor's browser: its requests carry an
   * `Origin` that is neither ours nor on the list, or reach us under a name that is not ours.
   */
  refuseStranger(request: IncomingMessage): Refusal | undefined {
    const { host = '', origin } = request.headers;
    if (!this.needsToken && !isLoopback(hostName(host))) {
      // DNS rebinding: a foreign name that resolves to this machine.
      return {
        status: 403,
        code: 'FOREIGN_HOST',
        message: 'expected to be called localhost or 127.0.0.1; with a token any name will do',
      };
    }
    if (origin === undefined || this.allowsOrigin(origin)) return undefined;
    if (originHost(origin) === host.toLowerCase()) return undefined;
    return {
      status: 403,
      code: 'FOREIGN_ORIGIN',
      message: 'pages of another site may use this server only when server.origins names the site',
    };
  }

  allowsOrigin(origin: string): boolean {
    return this.#origins.has(origin.toLowerCase());
  }

  /**
   * Bearer, Basic (the token as the password) and the page's cookie serve everywhere; `?token=`
   * only where `inAddress` says so: players that can send nothing else.
   */
  refuseUnknown(request: IncomingMessage, url: URL, inAddress: boolean): Refusal | undefined {
    if (!this.needsToken) return undefined;
    const [scheme = '', credentials = ''] = (request.headers.authorization ?? '').split(' ', 2);
    const offered: (string | undefined)[] = [
      /^bearer$/i.test(scheme) ? credentials : undefined,
      /^basic$/i.test(scheme) ? basicPassword(credentials) : undefined,
      inAddress ? (url.searchParams.get('token') ?? undefined) : undefined,
    ];
    if (offered.some((one) => one !== undefined && this.isToken(one))) return undefined;
    if (this.#isCookie(cookieOf(request))) return undefined;
    return {
      status: 401,
      code: 'UNAUTHORISED',
      message: 'expected the token: as "Authorization: Bearer …", or log in at /login',
    };
  }

  isToken(offered: string): boolean {
    return this.needsToken && same(offered, this.#token);
  }

  /** A `Set-Cookie` value that stands for the token until it runs out, and holds no part of it. */
  cookie(now = Date.now()): string {
    const expires = now + COOKIE_DAYS * DAY_MS;
    return this.#cookie(`${expires}.${this.#sign(expires)}`, COOKIE_DAYS * 86_400);
  }

  noCookie(): string {
    return this.#cookie('', 0);
  }

  #cookie(value: string, seconds: number): string {
    const secure = this.#secure ? '; Secure' : '';
    return `${COOKIE}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
  }

  #isCookie(value: string | undefined): boolean {
    const [expires = '', signature = ''] = (value ?? '').split('.', 2);
    if (!(Number(expires) > Date.now())) return false;
    return same(signature, this.#sign(Number(expires)));
  }

  // A new token makes all cookies of the old one worthless; a restart does not.
  #sign(expires: number): string {
    return createHmac('sha256', this.#token).update(`relens cookie ${expires}`).digest('base64url');
  }
}

function same(a: string, b: string): boolean {
  const digest = (text: string) => createHmac('sha256', 'compare').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function basicPassword(credentials: string): string | undefined {
  const text = Buffer.from(credentials, 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : text.slice(colon + 1);
}

function cookieOf(request: IncomingMessage): string | undefined {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2);
    if (name === COOKIE) return value;
  }
  return undefined;
}

/** `[::1]:8787` → `::1` */
function hostName(host: string): string {
  return host
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
}

function originHost(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
