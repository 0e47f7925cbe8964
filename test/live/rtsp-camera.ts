/** A pretend camera for tests: RTSP over TCP or UDP, with a login and with faults on demand. */
import { createHash } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { accessUnits, nalType, type Clip, type Coding, type Unit } from './access-units.js';
import { Packetizer, PAYLOAD_TYPE, RTP_CLOCK } from './rtp.js';
import { Session, type Request } from './rtsp-session.js';

export interface RtspCameraOptions {
  readonly clips: readonly Clip[];
  /** The same again, for a camera that comes back; default: any free one. */
  readonly port?: number;
  readonly auth?: 'none' | 'basic' | 'digest';
  /** Of user `cam`. */
  readonly password?: string;
  /** Refuses TCP or UDP with 461. */
  readonly refuses?: 'tcp' | 'udp';
  /** Named in the SDP in place of the true one. */
  readonly codec?: string;
}

const REALM = 'test camera';
const NONCE = '5f2c7bd0c1';
const md5 = (text: string) => createHash('md5').update(text).digest('hex');

export class RtspCamera {
  /** Share of RTP packets that are lost on the way, 0–1. */
  loss = 0;
  /** No packet leaves any more, and nothing is answered; the connection stays. */
  frozen = false;
  /** Seconds added to the RTP clock. */
  clockOffset = 0;
  /** Which of the clips is played. */
  playing = 0;
  /** DESCRIBE requests answered or refused, by status. */
  readonly described: number[] = [];

  readonly #options: RtspCameraOptions;
  readonly #units: readonly (readonly Unit[])[];
  readonly #coding: Coding;
  readonly #sessions = new Set<Session>();
  #server: Server | undefined;
  #random = 1;

  constructor(options: RtspCameraOptions) {
    this.#options = options;
    this.#units = options.clips.map(accessUnits);
    this.#coding = options.clips[0]!.coding;
  }

  get port(): number {
    return (this.#server?.address() as AddressInfo).port;
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  url(login = ''): string {
    return `rtsp://${login === '' ? '' : `${login}@`}127.0.0.1:${this.port}/stream`;
  }

  async start(port = this.#options.port ?? 0): Promise<this> {
    const server = createServer((socket) => this.#accept(socket));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    return this;
  }

  /** As a camera whose plug is pulled: all connections are reset, the port is closed. */
  async kill(): Promise<void> {
    for (const session of this.#sessions) session.end();
    const server = this.#server;
    await new Promise<void>((resolve) =>
      server === undefined ? resolve() : server.close(() => resolve()),
    );
  }

  #accept(socket: Socket): void {
    const session = new Session(socket, (request) => this.#answer(session, request));
    this.#sessions.add(session);
    socket.on('close', () => this.#sessions.delete(session));
  }

  #answer(session: Session, request: Request): void {
    if (this.frozen) return;
    const { method, headers } = request;
    if (method !== 'OPTIONS' && !this.#allowed(request)) {
      if (method === 'DESCRIBE') this.described.push(401);
      const scheme =
        this.#options.auth === 'basic'
          ? `Basic realm="${REALM}"`
          : `Digest realm="${REALM}", nonce="${NONCE}"`;
      session.reply(request, '401 Unauthorized', { 'WWW-Authenticate': scheme });
      return;
    }
    switch (method) {
      case 'OPTIONS':
        session.reply(request, '200 OK', {
          Public: 'DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER',
        });
        return;
      case 'DESCRIBE':
        if (!new URL(request.url).pathname.startsWith('/stream')) {
          this.described.push(404);
          session.reply(request, '404 Not Found');
          return;
        }
        this.described.push(200);
        session.reply(
          request,
          '200 OK',
          { 'Content-Base': `${request.url}/`, 'Content-Type': 'application/sdp' },
          this.#sdp(),
        );
        return;
      case 'SETUP': {
        const tcp = headers['transport']?.includes('TCP') === true;
        if (this.#options.refuses === (tcp ? 'tcp' : 'udp')) {
          session.reply(request, '461 Unsupported Transport');
          return;
        }
        session.setUp(request, tcp);
        return;
      }
      case 'PLAY':
        session.reply(request, '200 OK', { Session: '1', Range: 'npt=0.000-' });
        this.#play(session);
        return;
      default:
        session.reply(request, '200 OK', { Session: '1' });
    }
  }

  #play(session: Session): void {
    const { rate } = this.#options.clips[0]!;
    const packetizer = new Packetizer(this.#coding);
    const began = performance.now();
    let sent = 0;
    let clip = this.playing;
    let at = 0;
    const timer = setInterval(() => {
      const due = ((performance.now() - began) / 1000) * rate;
      for (; sent < due; sent++) {
        if (clip !== this.playing) [clip, at] = [this.playing, 0];
        const units = this.#units[clip]!;
        const unit = units[at++ % units.length]!;
        if (this.frozen) continue;
        const ticks = Math.round((sent / rate + this.clockOffset) * RTP_CLOCK);
        for (const packet of packetizer.packets(unit, ticks)) {
          if (!this.#lost()) session.send(packet);
        }
      }
    }, 500 / rate);
    session.onEnd(() => clearInterval(timer));
  }

  /** The same packets in each run: a linear congruential generator (Park and Miller, 1988). */
  #lost(): boolean {
    this.#random = (this.#random * 48271) % 2147483647;
    return this.#random / 2147483647 < this.loss;
  }

  #allowed({ method, headers }: Request): boolean {
    const { auth = 'none', password = '' } = this.#options;
    if (auth === 'none') return true;
    const given = headers['authorization'] ?? '';
    if (auth === 'basic') {
      return given === `Basic ${Buffer.from(`cam:${password}`).toString('base64')}`;
    }
    const fields = Object.fromEntries(
      [...given.matchAll(/(\w+)="?([^",]*)"?/g)].map(([, key, value]) => [key!, value!]),
    );
    const [secret, asked] = [md5(`cam:${REALM}:${password}`), md5(`${method}:${fields['uri']}`)];
    return fields['response'] === md5(`${secret}:${NONCE}:${asked}`);
  }

  #sdp(): string {
    const name = this.#options.codec ?? (this.#coding === 'hevc' ? 'H265' : 'H264');
    return [
      ...[
        'v=0',
        'o=- 1 1 IN IP4 127.0.0.1',
        's=camera',
        'c=IN IP4 0.0.0.0',
        't=0 0',
        'a=control:*',
      ],
      ...[`m=video 0 RTP/AVP ${PAYLOAD_TYPE}`, `a=rtpmap:${PAYLOAD_TYPE} ${name}/${RTP_CLOCK}`],
      ...[`a=fmtp:${PAYLOAD_TYPE} ${this.#parameters()}`, 'a=control:track0', ''],
    ].join('\r\n');
  }

  #parameters(): string {
    const unit = this.#units[this.playing]![0]!;
    const set = (type: number) =>
      unit.find((nal) => nalType(nal, this.#coding) === type)?.toString('base64') ?? '';
    return this.#coding === 'hevc'
      ? `sprop-vps=${set(32)}; sprop-sps=${set(33)}; sprop-pps=${set(34)}`
      : `packetization-mode=1; sprop-parameter-sets=${set(7)},${set(8)}`;
  }
}
