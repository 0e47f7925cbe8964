/** The worker of one live camera: looks at its frames and remembers, so that the event loop is free. */
import { parentPort, workerData } from 'node:worker_threads';
import { openCameraEvents } from '../src/detectors/events/camera-events.js';
import { DAZZLED, DirtyLens, LIGHT_IN_LENS } from '../src/detectors/events/dirty-lens.js';
import { RelensError } from '../src/errors.js';
import type { CameraEvent } from '../src/frame/camera-event.js';
import { cellGrid } from '../src/frame/frame.js';
import type { EngineResult } from '../src/inference/engine.js';
import type { Tensors } from '../src/inference/tensors.js';
import { fillPolygons } from '../src/masks/polygon.js';
import { LiveWork } from '../src/restorers/live-work.js';
import { StageTimes } from '../src/telemetry/stage-times.js';
import type { DetectionNetworks } from './detection-networks.js';
import { openInspection } from './inspection.js';
import { inBackground, LIVE_NETWORKS } from './live-networks.js';
import { movable, type FromWorker, type LaneSettings, type ToWorker } from './live-messages.js';

const port = parentPort;
if (port === null) throw new Error('live-worker.ts runs in a worker thread only');

const settings = workerData as LaneSettings;
const { lane, size, frameRate, card, masks } = settings;
const grid = cellGrid(size);
const repair = fillPolygons(grid, masks.damaged);
const leave = fillPolygons(grid, masks.keep);
const drawn = { ...(repair && { repair }), ...(leave && { leave }) };
const info = { lane, ...size, frameRate };
const watch = openCameraEvents(size);
const lenses = [new DirtyLens(settings.dirt), new DirtyLens(DAZZLED, LIGHT_IN_LENS)];
const asked = new Map<
  number,
  { readonly resolve: (result: EngineResult) => void; readonly reject: (error: Error) => void }
>();
let runs = 0;
let decodeErrors = 0;

const say = (message: FromWorker, moved: ArrayBuffer[] = []) => port.postMessage(message, moved);

/** Networks run elsewhere, in turn with other cameras. */
const ask = (feeds: Tensors, message: (run: number, feeds: Tensors) => FromWorker) =>
  new Promise<EngineResult>((resolve, reject) => {
    const run = runs++;
    asked.set(run, { resolve, reject });
    const { tensors, moved } = movable(feeds);
    say(message(run, tensors), moved);
  });

const engineFor = (id: number) => ({
  card,
  run: (given: Tensors) => ask(given, (run, feeds) => ({ type: 'run', run, id, feeds })),
});

const networks: Pick<DetectionNetworks, 'open'> = {
  open: (about) =>
    LIVE_NETWORKS[settings.networks].map((detector) => {
      const { model } = detector;
      const session = detector.open(about, (given) =>
        ask(given, (run, feeds) => ({ type: 'detect', run, model, feeds })),
      );
      const stays = session.current !== undefined;
      return { detector, session: stays ? inBackground(session, detector, grid) : session };
    }),
};

const work = new LiveWork({
  ...settings,
  open: () => {
    const errors = () => decodeErrors;
    const session = openInspection(info, new StageTimes(), errors, networks, masks.osd);
    return {
      inspect: (frame) => session.inspect({ frame, ...drawn }, []),
      noise: (inspection) => session.noise(inspection),
      mask: (inspection) => session.mask(inspection),
    };
  },
});

async function restore(message: ToWorker & { readonly type: 'frame' }): Promise<void> {
  const { id, trusted, seq, timestamp, discontinuity, data } = message;
  decodeErrors = message.decodeErrors;
  const frame = { lane, ...size, seq, timestamp, discontinuity, data };
  const tell = (events: readonly CameraEvent[]) => {
    if (events.length > 0) say({ type: 'events', id, events });
  };
  tell(watch.inspect(frame));
  const restored = await work.restore({
    ...{ frame, trusted, engine: engineFor(id) },
    told: (maps) => {
      for (const lens of lenses) {
        const event = lens.inspect(maps, frame, Object.values(drawn));
        if (event !== undefined) tell([event]);
      }
    },
  });
  say({ type: 'done', id, restored }, [restored.data.buffer]);
}

port.on('message', (message: ToWorker) => {
  if (message.type === 'frame') {
    restore(message).catch((error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      say({ type: 'failed', id: message.id, message: text });
    });
    return;
  }
  const waiting = asked.get(message.run);
  asked.delete(message.run);
  if (message.type === 'ran') waiting?.resolve(message.result);
  else {
    waiting?.reject(new RelensError(message.aborted ? 'ABORTED' : 'INFERENCE', message.message));
  }
});
