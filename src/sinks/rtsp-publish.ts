/** Publishes a restored picture to an RTSP server (RFC 2326: ANNOUNCE, SETUP, RECORD, over TCP). */
import { connect, type Socket } from 'node:net';
import { retry, timer, type OperatorFunction } from 'rxjs';
import { RelensError } from '../errors.js';
import { through, type Passage } from '../flow/through.js';
import type { LiveAddress } from '../frame/live-address.js';
import type { AccessUnit } from '../frame/live-seams.js';
import { H264Packetizer, nalUnits, PAYLOAD_TYPE, RTP_CLOCK } from './rtp-h264.js';
import { authorization, type Login } from './rtsp-login.js';

/** A server that takes longer is given up. */
const ANSWER_MS = 5000;
/** Servers forget who says nothing for a minute. */
const ALIVE_MS = 20_000;
/** Bytes that may wait for a slow network; then units are left out up to the next key unit. */
const MOST_WAITING = 2_000_000;

interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
}

export interface PublishOptions {
  readonly address: LiveAddress;
  readonly onPublished: () => void;
  /** Without secrets; it is tried again. */
  readonly onFailed: (error: RelensError) => void;
}

/** Waits between two attempts, ms. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5000;

/** Publishes for as long as it is subscribed, whatever the server does. Emits nothing. */
export function published(options: PublishOptions): OperatorFunction<AccessUnit, never> {
  return (units) => {
    let failures = 0;
    const taken = () => {
      failures = 0;
      options.onPublished();
    };
    return units.pipe(
      through<AccessUnit, never>((_, fail) => publisher(options.address, taken, fail)),
      retry({
        delay: (error: unknown) => {
          if (!(error instanceof RelensError) || error.code !== 'PUBLISH') throw error;
          options.onFailed(error);
          return timer(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures++));
        },
      }),
    );
  };
}

/**
 * A passage for units of the layout `restored`. Begins with the first key unit; `published` is called
 * when the server takes the stream.
 * @throws RelensError (by `fail`) PUBLISH, without secrets
 */
function publisher(
  address: LiveAddress,
  published: () => void,
  fail: (error: RelensError) => void,
): Passage<AccessUnit> {
  const connection = new Connection(address, fail);
  const packetizer = new H264Packetizer();
  let state: 'new' | 'opening' | 'open' = 'new';
  let skipping = true;
  return {
    write: ({ key, data, timestamp }) => {
      if (state === 'new' && key) {
        state = 'opening';
        connection.open(describe(data)).then(
          () => {
            state = 'open';
            published();
          },
          () => undefined,
        );
        return;
      }
      if (state !== 'open') return;
      if (connection.waiting > MOST_WAITING) skipping = true;
      else if (key) skipping = false;
      if (skipping) return;
      for (const packet of packetizer.packets(data, timestamp)) connection.packet(packet);
    },
    close: () => connection.close(),
  };
}

/** The session description of a stream that begins with this key unit. */
function describe(data: Uint8Array): string {
  const set = (type: number) =>
    Buffer.from(nalUnits(data).find((unit) => ((unit[0] ?? 0) & 31) === type) ?? []);
  const [sps, pps] = [set(7), set(8)];
  const profile = sps.subarray(1, 4).toString('hex');
  return [
    ...['v=0', 'o=- 0 0 IN IP4 127.0.0.1', 's=Relens', 'c=IN IP4 0.0.0.0', 't=0 0'],
    ...[`m=video 0 RTP/AVP ${PAYLOAD_TYPE}`, `a=rtpmap:${PAYLOAD_TYPE} H264/${RTP_CLOCK}`],
    `a=fmtp:${PAYLOAD_TYPE} packetization-mode=1; profile-level-id=${profile}; ` +
      `sprop-parameter-sets=${sps.toString('base64')},${pps.toString('base64')}`,
    ...['a=control:streamid=0', ''],
  ].join('\r\n');
}

class Connection {
  readonly #address: LiveAddress;
  readonly #fail: (error: RelensError) => void;
  readonly #url: string;
  readonly #login: Login;
  #socket: Socket | undefined;
  #buffer = Buffer.alloc(0);
  #answered: ((answer: Answer) => void) | undefined;
  #sequence = 0;
  #session = '';
  #challenge = '';
  #alive: NodeJS.Timeout | undefined;
  #over = false;

  constructor(address: LiveAddress, fail: (error: RelensError) => void) {
    this.#address = address;
    this.#fail = fail;
    const url = new URL(address.secret);
    this.#login = {
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
    };
    url.username = url.password = '';
    this.#url = url.href;
  }

  /** Bytes that wait for the network. */
  get waiting(): number {
    return this.#socket?.writableLength ?? 0;
  }

  /** Resolves when the server takes packets. Calls `fail`, and rejects, when it does not. */
  async open(description: string): Promise<void> {
    const { hostname, port } = new URL(this.#url);
    const host = hostname.replace(/^\[|\]$/g, '');
    const socket = connect({ host, port: Number(port === '' ? 554 : port), noDelay: true });
    this.#socket = socket;
    socket.on('data', (data) => {
      this.#take(data);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#end(`cannot be reached (${error.code ?? 'no connection'})`);
    });
    socket.on('close', () => {
      this.#end('ended the connection');
    });
    const type = { 'Content-Type': 'application/sdp' };
    await this.#ask('ANNOUNCE', this.#url, type, description);
    const transport = 'RTP/AVP/TCP;unicast;interleaved=0-1;mode=record';
    const base = this.#url.replace(/\/$/, '');
    const set = await this.#ask('SETUP', `${base}/streamid=0`, { Transport: transport });
    this.#session = (set.headers.get('session') ?? '').split(';')[0] ?? '';
    await this.#ask('RECORD', this.#url, { Range: 'npt=0.000-' });
    this.#alive = setInterval(() => {
      this.#send('OPTIONS', this.#url, {}, '');
    }, ALIVE_MS);
  }

  packet(packet: Buffer): void {
    const head = Buffer.from([0x24, 0, 0, 0]);
    head.writeUInt16BE(packet.length, 2);
    this.#socket?.write(Buffer.concat([head, packet]));
  }

  close(): void {
    if (this.#session !== '') this.#send('TEARDOWN', this.#url, {}, '');
    this.#over = true;
    clearInterval(this.#alive);
    this.#socket?.end();
    this.#socket?.unref();
  }

  async #ask(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
    body = '',
  ): Promise<Answer> {
    let answer = await this.#exchange(method, url, headers, body);
    const challenge = answer.headers.get('www-authenticate');
    if (answer.status === 401 && challenge !== undefined && this.#login.user !== '') {
      this.#challenge = challenge;
      answer = await this.#exchange(method, url, headers, body);
    }
    if (answer.status >= 200 && answer.status < 300) return answer;
    const why = answer.status === 401 ? 'refuses this user and password' : 'refuses the stream';
    throw this.#end(`${why} (${method}: ${answer.status})`);
  }

  #exchange(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(this.#end(`does not answer (${method})`));
      }, ANSWER_MS);
      this.#answered = (answer) => {
        clearTimeout(timer);
        resolve(answer);
      };
      this.#socket?.once('close', () => {
        clearTimeout(timer);
        reject(this.#end('ended the connection'));
      });
      this.#send(method, url, headers, body);
    });
  }

  #send(method: string, url: string, more: Readonly<Record<string, string>>, body: string): void {
    const login = authorization(this.#challenge, this.#login, method, url);
    const headers = {
      CSeq: String(++this.#sequence),
      'User-Agent': 'relens',
      ...(this.#session === '' ? {} : { Session: this.#session }),
      ...(login === undefined ? {} : { Authorization: login }),
      ...more,
      ...(body === '' ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    this.#socket?.write(`${method} ${url} RTSP/1.0\r\n${lines.join('')}\r\n${body}`);
  }

  /** Answers are read, and what the server sends of RTCP is passed over. */
  #take(data: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, data]);
    for (;;) {
      if (this.#buffer[0] === 0x24) {
        const length = this.#buffer.length < 4 ? Infinity : 4 + this.#buffer.readUInt16BE(2);
        if (this.#buffer.length < length) return;
        this.#buffer = this.#buffer.subarray(length);
        continue;
      }
      const end = this.#buffer.indexOf('\r\n\r\n');
      if (end < 0) return;
      const [first = '', ...rest] = this.#buffer.subarray(0, end).toString().split('\r\n');
      const headers = new Map(
        rest.map((line) => {
          const at = line.indexOf(':');
          return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
        }),
      );
      const length = end + 4 + Number(headers.get('content-length') ?? 0);
      if (this.#buffer.length < length) return;
      this.#buffer = this.#buffer.subarray(length);
      const status = Number(/^RTSP\/1\.0 (\d+)/.exec(first)?.[1] ?? 0);
      this.#answered?.({ status, headers });
      this.#answered = undefined;
    }
  }

  #end(what: string): RelensError {
    const error = new RelensError('PUBLISH', `${this.#address.shown} ${what}`);
    if (!this.#over) {
      this.#over = true;
      clearInterval(this.#alive);
      this.#socket?.destroy();
      this.#fail(error);
    }
    return error;
  }
}
