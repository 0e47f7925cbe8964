/** Shows a hub's cameras: the server, and the news to whoever wants them. */
import { defer, EMPTY, from, merge, mergeMap, type Observable } from 'rxjs';
import { findFfmpeg } from '../src/ffmpeg/find.js';
import type { LiveHub } from '../src/frame/live-seams.js';
import { mqttNews, type MqttSettings } from '../src/server/notify/mqtt.js';
import { webhook, type WebhookSettings } from '../src/server/notify/webhook.js';
import { serve, type Listening } from '../src/server/server.js';
import type { ServerSettings } from '../src/server/settings.js';
import type { Logger } from '../src/telemetry/logger.js';

export interface LiveViewOptions {
  /** As in LiveOptions. */
  readonly ffmpeg?: string;
  readonly server: ServerSettings;
  readonly notify: WebhookSettings & MqttSettings;
  readonly logger: Logger;
}

/** Cold; emits where it listens, and runs until it is unsubscribed. */
export type LiveView = (hub: LiveHub, options: LiveViewOptions) => Observable<Listening>;

export const liveView: LiveView = (hub, { ffmpeg, server, notify, logger }) =>
  defer(() => from(findFfmpeg(ffmpeg))).pipe(
    mergeMap((found) =>
      merge(
        serve(hub, server, { ffmpeg: found, logger }),
        notify.webhook === '' ? EMPTY : webhook(hub.events$, notify, logger),
        notify.mqtt === '' ? EMPTY : mqttNews(hub, notify, logger),
      ),
    ),
  );
