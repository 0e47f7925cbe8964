/** What Prometheus reads: every camera's state and figures, the viewers, and this process. */
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { CameraFigures, LiveHub } from '../frame/live-seams.js';

export type ViewerKind = 'page' | 'video' | 'jsmpeg' | 'mjpeg';

export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  /** Counts a viewer until the returned function is called. */
  viewer(kind: ViewerKind): () => void;
  /** A picture that a viewer was too slow for. */
  viewerDropped(kind: ViewerKind): void;
  request(status: number): void;
  event(kind: string): void;
}

type Read = (figures: CameraFigures) => number;

const GAUGES: readonly (readonly [name: string, help: string, read: Read])[] = [
  ['fps', 'Frames a second that leave the restorer', (f) => f.fps],
  ['noise_grey_levels', 'Noise of the newest frame', (f) => f.noise],
  ['repaired_share', 'Share of cells repaired in the newest frame', (f) => f.repairedShare],
  ['passed_through_share', 'Share of frames let through unrestored', (f) => f.passedThroughShare],
];

const COUNTERS: readonly (readonly [name: string, help: string, read: Read])[] = [
  ['frames_total', 'Frames that left the restorer', (f) => f.frames],
  ['dropped_frames_total', 'Frames thrown away because the lane was full', (f) => f.dropped],
  ['passed_through_frames_total', 'Frames let through unrestored', (f) => f.passedThrough],
  ['distrusted_frames_total', 'Frames after errors, before a key frame', (f) => f.distrusted],
  ['reconnects_total', 'Connections lost', (f) => f.reconnects],
  ['decode_errors_total', 'Errors the decoder reported', (f) => f.decodeErrors],
];

export function createMetrics(hub: LiveHub): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'relens_' });
  cameraMetrics(hub, registers);
  const viewers = new Gauge({
    name: 'relens_viewers',
    help: 'Viewers that are connected',
    labelNames: ['kind'],
    registers,
  });
  const counter = <Label extends string>(name: string, help: string, label: Label) =>
    new Counter({ name: `relens_${name}`, help, labelNames: [label], registers });
  const dropped = counter('viewer_dropped_total', 'Pictures viewers were too slow for', 'kind');
  const requests = counter('http_requests_total', 'Requests answered, by status', 'status');
  const events = counter('events_total', 'Events of all cameras, by kind', 'kind');
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    viewer: (kind) => {
      viewers.inc({ kind });
      return () => {
        viewers.dec({ kind });
      };
    },
    viewerDropped: (kind) => {
      dropped.inc({ kind });
    },
    request: (status) => {
      requests.inc({ status });
    },
    event: (kind) => {
      events.inc({ kind });
    },
  };
}

/** Read from the cameras when they are asked for, so that there is one truth. */
function cameraMetrics(hub: LiveHub, registers: Registry[]): void {
  const labelNames = ['camera'] as const;
  for (const [name, help, read] of GAUGES) {
    new Gauge({
      ...{ name: `relens_camera_${name}`, help, labelNames, registers },
      collect() {
        this.reset();
        for (const one of hub.cameras()) this.set({ camera: one.name }, read(one.figures()));
      },
    });
  }
  for (const [name, help, read] of COUNTERS) {
    new Counter({
      ...{ name: `relens_camera_${name}`, help, labelNames, registers },
      collect() {
        this.reset();
        for (const one of hub.cameras()) this.inc({ camera: one.name }, read(one.figures()));
      },
    });
  }
  new Gauge({
    name: 'relens_camera_status',
    help: '1 for the status that the camera has',
    labelNames: ['camera', 'status'],
    registers,
    collect() {
      this.reset();
      for (const one of hub.cameras()) {
        this.set({ camera: one.name, status: one.state().status }, 1);
      }
    },
  });
  new Gauge({
    name: 'relens_camera_view_trouble',
    help: '1 for what is wrong with the view: covered, moved, frozen …',
    labelNames: ['camera', 'kind'],
    registers,
    collect() {
      this.reset();
      for (const one of hub.cameras()) {
        for (const { kind } of one.state().view) this.set({ camera: one.name, kind }, 1);
      }
    },
  });
  new Gauge({
    name: 'relens_camera_latency_seconds',
    help: 'From the packet received to the frame restored or encoded, of the last ten seconds',
    labelNames: ['camera', 'until', 'quantile'],
    registers,
    collect() {
      this.reset();
      for (const camera of hub.cameras()) {
        const { latency, encodedLatency } = camera.figures();
        for (const [until, ms] of [
          ['restored', latency],
          ['encoded', encodedLatency],
        ] as const) {
          const labels = { camera: camera.name, until };
          this.set({ ...labels, quantile: '0.5' }, ms.p50 / 1000);
          this.set({ ...labels, quantile: '0.99' }, ms.p99 / 1000);
        }
      }
    },
  });
}
