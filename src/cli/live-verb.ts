/** `relens live`: cameras from addresses and a config file, until it is told to stop. */
import type { Command } from 'commander';
import {
  concat,
  defer,
  EMPTY,
  endWith,
  fromEvent,
  ignoreElements,
  merge,
  mergeMap,
  of,
  takeUntil,
  tap,
  type Observable,
} from 'rxjs';
import { readFileSync } from 'node:fs';
import type { Live, LiveOptions } from '../../pipelines/live.js';
import type { LiveView, LiveViewOptions } from '../../pipelines/live-view.js';
import { readCamera, readCameras } from '../config/cameras.js';
import { loadConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { fileChanges } from '../config/watch-config.js';
import { RelensError } from '../errors.js';
import type { CameraConfig, CameraEvent, LiveHub } from '../frame/live-seams.js';
import { checkSettings } from '../server/settings.js';
import type { Logger } from '../telemetry/logger.js';
import { errorLine, EXIT } from './error-line.js';
import { addCommonOptions, addConfigOptions, configOverrides, numberOr } from './options.js';
import type { Context, Verb } from './verb.js';

interface LiveFlags {
  readonly config?: string;
  readonly set?: readonly string[];
  readonly transport?: string;
  readonly maxWidth?: unknown;
  readonly record?: string;
  readonly publish?: string;
  readonly tokenFile?: string;
}

/** Builds the verb around the pipeline that runs the cameras and the one that shows them. */
export function liveVerb(live: Live, view: LiveView): Verb {
  return (program, choose) => {
    const command = program
      .command('live')
      .description('restore cameras while they film')
      .argument('[address...]', 'rtsp, rtsps, http, https or a file, besides those of the config')
      .option('--transport <name>', 'auto, tcp or udp, for the cameras named here')
      .option('--max-width <pixels>', 'scale wider pictures down before restoring', numberOr)
      .option('--record <folder>', 'keep the original and the restored picture, in segments')
      .option('--publish <address>', 'send the restored picture to an rtsp server')
      .option('--host <address>', 'what the page listens on; any but 127.0.0.1 needs a token')
      .option('--port <n>', 'the port of the page, 0 for any free one', numberOr)
      .option('--token-file <file>', 'holds the token that callers must show')
      .option('--tls-certificate <file>', 'PEM file, for https')
      .option('--tls-key <file>', 'PEM file, for https')
      .option('--model <name>', 'a model of models/ or the path of an .onnx file')
      .option('--device <name>', 'auto, cpu, cuda or webgpu')
      .option('--threads <n>', 'threads of the network, 0 for all cores', numberOr)
      .option('--strength <n>', '0 to 1: how much of the noise is taken away', numberOr)
      .option('--no-synthesis', 'leave damaged what the camera never saw');
    addCommonOptions(addConfigOptions(command)).action((addresses: string[]) => {
      choose((context) => defer(() => run(addresses, command, live, view, context)));
    });
  };
}

function run(
  addresses: readonly string[],
  command: Command,
  live: Live,
  view: LiveView,
  { signal, logger, print }: Context,
): Observable<number> {
  const flags = command.opts<LiveFlags>();
  const load = () =>
    loadConfig({ file: flags.config, set: flags.set, overrides: configOverrides(command) });
  const config = load();
  const shown = viewSettings(config, flags);
  // Before any camera is asked for a picture.
  checkSettings(shown.server);
  const named = namedHere(addresses, flags);
  const camerasOf = ({ cameras }: Config) => [...readCameras(cameras, flags.config), ...named];
  const first = camerasOf(config);
  if (first.length === 0) {
    throw new RelensError('USAGE', 'expected the address of a camera, or --config with cameras');
  }
  const reloaded$ = flags.config === undefined ? EMPTY : fileChanges(flags.config);
  const cameras$ = concat(
    of(first),
    reloaded$.pipe(mergeMap(() => reload(() => camerasOf(load()), logger))),
  );
  const stopped$ = signal.aborted ? of(true) : fromEvent(signal, 'abort');
  return live({ ...liveSettings(config), cameras$, logger }).pipe(
    mergeMap((hub) =>
      merge(
        tell(hub, logger),
        view(hub, { ...shown, logger }).pipe(
          tap(({ url }) => {
            print(`watch at ${url}`);
          }),
        ),
      ),
    ),
    takeUntil(stopped$),
    ignoreElements(),
    endWith(EXIT.done),
  );
}

/** A config that cannot be used is refused, and the cameras go on as they are. */
function reload(
  load: () => readonly CameraConfig[],
  logger: Logger,
): Observable<readonly CameraConfig[]> {
  try {
    const cameras = load();
    logger.info(`the config was read again: ${cameras.length} cameras`);
    return of(cameras);
  } catch (error) {
    logger.error(`the changed config is refused, the old one stays: ${errorLine(error)}`);
    return EMPTY;
  }
}

function tell(hub: LiveHub, logger: Logger): Observable<CameraEvent> {
  return hub.events$.pipe(
    tap(({ camera, kind, text, end }) => {
      if (end === undefined) logger.info({ camera }, kind === text ? kind : `${kind}: ${text}`);
    }),
  );
}

/** One address is called `camera`, several `camera-1`, `camera-2` … */
function namedHere(addresses: readonly string[], flags: LiveFlags): CameraConfig[] {
  const { transport, maxWidth, record, publish } = flags;
  if (publish !== undefined && addresses.length > 1) {
    throw new RelensError('USAGE', '--publish is for one camera: give each its own in --config');
  }
  return addresses.map((url, index) =>
    readCamera(addresses.length === 1 ? 'camera' : `camera-${index + 1}`, {
      url,
      ...(transport !== undefined && { transport }),
      ...(maxWidth !== undefined && { maxWidth }),
      ...(record !== undefined && { record }),
      ...(publish !== undefined && { publish }),
    }),
  );
}

function liveSettings({
  ffmpeg,
  inference,
  input,
  repair,
  masks,
  live,
}: Config): Omit<LiveOptions, 'cameras$' | 'logger'> {
  return {
    ...(ffmpeg !== 'auto' && { ffmpeg }),
    ...inference,
    ...input,
    ...repair,
    masks,
    ...live,
    dirt: { share: live.dirtyShare, seconds: live.dirtySeconds },
  };
}

/** The token: of its file, else of the environment, else of the config. */
function viewSettings(
  { ffmpeg, server, notify }: Config,
  { tokenFile }: LiveFlags,
): Omit<LiveViewOptions, 'logger'> {
  const { RELENS_TOKEN = '' } = process.env;
  const kept = RELENS_TOKEN === '' ? server.token : RELENS_TOKEN;
  const token = tokenFile === undefined ? kept : readToken(tokenFile);
  return { ...(ffmpeg !== 'auto' && { ffmpeg }), server: { ...server, token }, notify };
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new RelensError('USAGE', `${file}: expected a file with the token, it cannot be read`, {
      cause,
    });
  }
}
