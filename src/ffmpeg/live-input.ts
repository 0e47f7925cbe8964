/** How ffmpeg is told of a camera: its address in secret, its options, and what it may speak. */
import { arrives, type LiveAddress } from '../frame/live-address.js';

/** What ffmpeg may speak for each kind, and nothing else: an answer can name other addresses. */
const PROTOCOLS: Record<LiveAddress['kind'], string> = {
  rtsp: 'pipe,rtsp,rtp,tcp,udp,tls',
  http: 'pipe,http,https,tcp,tls',
  hls: 'pipe,http,https,tcp,tls,crypto,data',
  file: 'pipe,file',
};

/** One input of ffmpeg: options up to `-i`, and what is written to its stdin. */
export interface LiveInput {
  readonly args: readonly string[];
  readonly stdin: string;
}

/** Found while it connects; more than this a camera does not need, and each frame counts. */
const PROBE = ['-probesize', '500000', '-analyzeduration', '200000', '-fpsprobesize', '0'];

/**
 * The address goes by an ffconcat list on stdin, for arguments are seen by everybody on the machine.
 * Where frames come as they happen they are stamped with the time at which they came, so that no
 * clock of a camera can upset ours; a playlist and a file are played at their own speed.
 * @param ownSpeed the options for that; see abilities
 */
export function liveInput(
  address: LiveAddress,
  transport: 'auto' | 'tcp' | 'udp',
  ownSpeed: readonly string[],
): LiveInput {
  const { kind, secret } = address;
  const options = [
    ...(kind === 'rtsp' && transport === 'auto' ? ['rtsp_flags prefer_tcp'] : []),
    ...(kind === 'rtsp' && transport !== 'auto' ? [`rtsp_transport ${transport}`] : []),
    ...(kind === 'rtsp' ? ['max_delay 200000'] : []),
    ...['probesize 500000', 'analyzeduration 200000', 'fpsprobesize 0'],
  ];
  const list = [
    'ffconcat version 1.0',
    `file '${secret.replaceAll("'", String.raw`'\''`)}'`,
    ...options.map((option) => `option ${option}`),
    '',
  ].join('\n');
  const clock = arrives(address) ? ['-use_wallclock_as_timestamps', '1'] : ownSpeed;
  return {
    args: [
      ...[...clock, ...PROBE, '-f', 'concat', '-safe', '0'],
      ...['-protocol_whitelist', PROTOCOLS[kind], '-i', 'pipe:0'],
    ],
    stdin: list,
  };
}
