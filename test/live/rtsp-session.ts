/** One connection of a client to the test camera: requests in, replies and packets out. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import type { Socket } from 'node:net';

export interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export class Session {
  readonly #socket: Socket;
  #udp: { readonly socket: UdpSocket; readonly port: number } | undefined;
  #buffer = Buffer.alloc(0);
  #stop: () => void = () => undefined;

  constructor(socket: Socket, answer: (request: Request) => void) {
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      this.#buffer = Buffer.concat([this.#buffer, data]);
      for (let request = this.#next(); request !== undefined; request = this.#next())
        answer(request);
    });
    socket.on('close', () => {
      this.#stop();
      this.#udp?.socket.close();
    });
  }

  onEnd(stop: () => void): void {
    this.#stop();
    this.#stop = stop;
  }

  end(): void {
    this.#socket.resetAndDestroy();
  }

  send(packet: Buffer): void {
    if (this.#udp !== undefined) {
      this.#udp.socket.send(packet, this.#udp.port, '127.0.0.1');
      return;
    }
    const head = Buffer.from([0x24, 0, 0, 0]);
    head.writeUInt16BE(packet.length, 2);
    this.#socket.write(Buffer.concat([head, packet]));
  }

  setUp(request: Request, tcp: boolean): void {
    const done = (transport: string) =>
      this.reply(request, '200 OK', { Session: '1;timeout=60', Transport: transport });
    if (tcp) {
      done('RTP/AVP/TCP;unicast;interleaved=0-1');
      return;
    }
    const port = Number(/client_port=(\d+)/.exec(request.headers['transport'] ?? '')?.[1]);
    const socket = createSocket('udp4');
    this.#udp = { socket, port };
    socket.bind(0, '127.0.0.1', () => {
      const own = socket.address().port;
      done(`RTP/AVP;unicast;client_port=${port}-${port + 1};server_port=${own}-${own + 1}`);
    });
  }

  reply(
    { headers }: Request,
    status: string,
    more: Readonly<Record<string, string>> = {},
    body = '',
  ): void {
    const lines = [
      ...[`RTSP/1.0 ${status}`, `CSeq: ${headers['cseq'] ?? '0'}`],
      ...Object.entries(more).map(([name, value]) => `${name}: ${value}`),
      ...(body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
    ];
    this.#socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  }

  /** The next whole request in the buffer; what the client sends as RTCP is passed over. */
  #next(): Request | undefined {
    while (this.#buffer[0] === 0x24) {
      if (this.#buffer.length < 4) return undefined;
      const length = 4 + this.#buffer.readUInt16BE(2);
      if (this.#buffer.length < length) return undefined;
      this.#buffer = this.#buffer.subarray(length);
    }
    const end = this.#buffer.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const [first = '', ...rest] = this.#buffer.subarray(0, end).toString().split('\r\n');
    this.#buffer = this.#buffer.subarray(end + 4);
    const [method = '', url = ''] = first.split(' ');
    const headers = Object.fromEntries(
      rest.map((line) => {
        const at = line.indexOf(':');
        return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
      }),
    );
    return { method, url, headers };
  }
}
