/** Understands what a live decoder prints: how far it is, what it sees, why it failed. */
import type { ColourTags } from '../frame/colour.js';
import type { FrameSize } from '../frame/frame.js';
import type { LiveAddress } from '../frame/live-address.js';
import { TrustLog } from './trust-log.js';

/** How far a connection has come. */
export type LiveStage = 'starting' | 'connected' | 'described' | 'opened';

export interface LiveFailure {
  readonly status: 'unauthorised' | 'failed';
  /** A sentence for a person, without secrets. */
  readonly reason: string;
  /** `login`: not to be tried often. `soon`: may be gone the next second. */
  readonly patience: 'soon' | 'login';
}

/** Names that ffmpeg prints and takes alike; others are left out. */
const SPACES = /^(bt709|fcc|bt470bg|smpte170m|smpte240m|bt2020nc)$/;
const PRIMARIES = /^(bt709|bt470m|bt470bg|smpte170m|smpte240m|bt2020)$/;
const TRANSFERS = /^(bt709|bt470m|bt470bg|smpte170m|smpte240m|linear|iec61966-2-1|bt2020-1[02])$/;

/** Fed with the lines of ffmpeg at `-loglevel repeat+level+verbose`. Keeps no line. */
export class LiveLog {
  stage: LiveStage = 'starting';
  /** As ffmpeg names it, for example `h264`. */
  codec = '';
  /** As the stream announces it; 0 when it does not. */
  frameRate = 0;
  /** Of the pictures that come now. */
  colour: ColourTags & { readonly range: 'tv' | 'pc' } = { range: 'tv' };
  /** Of the decoded pictures, before our filters; the newest last. */
  readonly sizes: FrameSize[] = [];
  /** Errors printed once pictures were coming. */
  decodeErrors = 0;
  /** A picture came whose lines were taken at two moments. */
  interlaced = false;
  readonly #address: LiveAddress;
  #unknownCodec: string | undefined;
  #failure: LiveFailure | undefined;
  readonly #trust = new TrustLog();

  constructor(address: LiveAddress) {
    this.#address = address;
  }

  push(line: string): void {
    if (this.stage === 'starting' && line.includes('Successfully connected')) {
      this.stage = 'connected';
    } else if (/^\[rtsp @ .*SDP:/.test(line)) {
      this.stage = 'described';
    } else if (/^(\[info\] )?Input #0/.test(line)) {
      this.stage = 'opened';
    }
    const named = /^a=rtpmap:\d+ ([\w.-]+)\/90000/.exec(line)?.[1];
    if (named !== undefined) this.#unknownCodec = named;
    if (this.codec === '') this.#stream(line);
    const graph = /^\[graph -?\d+ input .*w:(\d+) h:(\d+) pixfmt:(\w+)/.exec(line);
    if (graph !== null) this.#graph(line, Number(graph[1]), Number(graph[2]), graph[3] ?? '');
    if (this.sizes.length > 0) this.#picture(line);
    this.#failure ??= this.#failureOf(line);
  }

  /**
   * Whether nothing was lost of the picture `index` (from 0), nor of those that it was predicted from.
   * Undefined when it has not been told yet: it is printed before the picture is written.
   */
  trusts(index: number): boolean | undefined {
    return this.#trust.of(index);
  }

  /** Why the connection ended or never came about. */
  failure(): LiveFailure {
    if (this.#failure !== undefined) return this.#failure;
    const lost = this.stage === 'opened' && this.sizes.length > 0;
    return failed(
      lost
        ? `the connection to ${this.#address.shown} was lost`
        : silenceReason(this.#address, this.stage),
    );
  }

  #picture(line: string): void {
    const isError = / \[error\] /.test(line);
    if (isError) this.decodeErrors++;
    if (isError || line.includes('corrupt decoded frame')) this.#trust.error();
    else if (/RTP: missed \d+ packets/.test(line)) this.#trust.loss();
    if (line.includes('] color_range:')) this.#tags(line);
    const shown = /\bi:([PTB]) iskey:([01])/.exec(line);
    if (shown === null) return;
    this.#trust.shown(shown[2] === '1');
    this.interlaced ||= shown[1] !== 'P';
  }

  #tags(line: string): void {
    const tag = (name: string, known: RegExp) => {
      const value = new RegExp(`${name}:([\\w-]+)`).exec(line)?.[1] ?? '';
      return known.test(value) ? value : undefined;
    };
    const range = tag('color_range', /^(tv|pc)$/) === 'pc' ? 'pc' : undefined;
    const space = tag('color_space', SPACES);
    const primaries = tag('color_primaries', PRIMARIES);
    const transfer = tag('color_trc', TRANSFERS);
    this.colour = {
      range: range ?? this.colour.range,
      ...(space !== undefined && { space }),
      ...(primaries !== undefined && { primaries }),
      ...(transfer !== undefined && { transfer }),
    };
  }

  #stream(line: string): void {
    const video = /Stream #0:\d+.*: Video: (\w+)/.exec(line)?.[1];
    if (video === undefined || video === 'none') return;
    this.codec = video;
    this.frameRate = Number(/, ([\d.]+) fps/.exec(line)?.[1] ?? 0);
    if (/\bpc\b|yuvj/.test(line)) this.colour = { range: 'pc' };
  }

  #graph(line: string, width: number, height: number, pixelFormat: string): void {
    this.sizes.push({ width, height });
    if (this.sizes.length > 4) this.sizes.shift();
    const isFull = pixelFormat.startsWith('yuvj') || /range:(pc|full)/.test(line);
    if (isFull) this.colour = { ...this.colour, range: 'pc' };
  }

  #failureOf(line: string): LiveFailure | undefined {
    const host = nameOf(this.#address);
    if (/\b401 \(?Unauthorized/.test(line)) {
      const reason = this.#address.hasLogin
        ? 'the camera refuses this user and password: correct them'
        : 'the camera asks for a user and a password: put them into its address';
      return { status: 'unauthorised', reason, patience: 'login' };
    }
    if (/\b403 \(?Forbidden/.test(line)) {
      const reason = 'the camera forbids this user to watch: give the user the right to';
      return { status: 'unauthorised', reason, patience: 'login' };
    }
    if (/\b404 /.test(line)) {
      return failed(`${host} has no stream at this address: check the path`);
    }
    if (/Failed to resolve hostname/.test(line)) {
      return failed(reachReason(this.#address, 'unknown'));
    }
    if (/Connection refused/.test(line)) {
      return failed(reachReason(this.#address, 'refused'));
    }
    if (/No route to host|Network is unreachable|Connection timed out/.test(line)) {
      return failed(reachReason(this.#address, 'unreachable'));
    }
    if (/\b461 |Unsupported transport|Nonmatching transport/i.test(line)) {
      return failed('the camera does not offer this transport: set transport to auto');
    }
    if (
      /unknown codec|Unsupported codec|Decoder .* not found|no decoder|contain any stream/.test(
        line,
      )
    ) {
      const name = this.#unknownCodec ?? this.codec;
      const what =
        name === '' ? 'no video that ffmpeg can decode' : `${name}, which ffmpeg cannot decode`;
      return failed(`the camera sends ${what}: set it to H.264, HEVC or MJPEG`);
    }
    const status = /(?:Server returned|HTTP error|failed:) ([45]\d\d) ?([\w ]*)/.exec(line);
    if (status !== null)
      return failed(`${host} answers ${status[1] ?? ''} ${status[2] ?? ''}`.trim());
    if (/Invalid data found when processing input/.test(line) && this.sizes.length === 0) {
      return failed(`what comes from ${this.#address.shown} is no video`);
    }
    if (/No such file or directory/.test(line)) {
      return failed(`${this.#address.shown} is not there: check the path`);
    }
    if (/Protocol .* not on whitelist/.test(line)) {
      return failed('the camera points to an address of another kind, which is not followed');
    }
    return undefined;
  }
}

/** Why nobody answers at an address. */
export type Unreachable = 'refused' | 'unknown' | 'unreachable' | 'silent';

/** What to say of it. */
export function reachReason(address: LiveAddress, why: Unreachable): string {
  const name = nameOf(address);
  switch (why) {
    case 'refused':
      return `${name} refuses the connection: it is starting, or the port is wrong`;
    case 'unknown':
      return `the name ${name} is not known: check the spelling and the DNS server`;
    case 'unreachable':
      return `${name} cannot be reached: check the network and the camera's power`;
    case 'silent':
      return silenceReason(address, 'starting');
  }
}

/** What to say of a connection that came as far as `stage`, and gave no picture. */
export function silenceReason(address: LiveAddress, stage: LiveStage): string {
  const name = nameOf(address);
  switch (stage) {
    case 'starting':
      return `${name} does not answer: check its address, its power and its cable`;
    case 'connected':
      return `${name} accepted the connection and then said nothing`;
    case 'described':
    case 'opened':
      return 'the camera announced its stream and then sent no picture';
  }
}

function nameOf({ host, shown }: LiveAddress): string {
  return host === '' ? shown : host;
}

function failed(reason: string): LiveFailure {
  return { status: 'failed', reason, patience: 'soon' };
}
