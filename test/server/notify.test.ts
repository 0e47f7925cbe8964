/** Events reach a webhook and an MQTT broker, also when those were away for a while. */
import { createHmac } from 'node:crypto';
import type { Subscription } from 'rxjs';
import { expect, it } from 'vitest';
import { mqttNews } from '../../src/server/notify/mqtt.js';
import { webhook } from '../../src/server/notify/webhook.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { Terminal } from '../../src/telemetry/terminal.js';
import {
  afterwards,
  broker,
  endListeners,
  freePort,
  NO_BROKER,
  receiver,
} from '../live/listeners.js';
import { TestHub } from './test-hub.js';

const log: string[] = [];
const logger = createLogger(new Terminal({ write: (text: string) => log.push(text) }), 'trace');
endListeners();

function hubOf(...names: string[]): TestHub {
  const hub = new TestHub(...names);
  afterwards(() => hub.close());
  return hub;
}

const run = (one: Subscription) => afterwards(() => one.unsubscribe());

it('a webhook is told, in order, signed, and again after a refusal', async () => {
  const hub = hubOf('door');
  const { got, posts, url } = await receiver(500);
  run(webhook(hub.events$, { webhook: url, webhookSecret: 'shared' }, logger).subscribe());
  hub.happen('door', 'stalled', 'no picture came');
  hub.happen('door', 'live', 'the picture is back');
  await got('the picture is back');
  const kinds = posts.map(({ body }) => (JSON.parse(body) as { kind: string }).kind);
  expect(kinds).toEqual(['stalled', 'stalled', 'live']);
  const { body, signature } = posts[0]!;
  const wanted = createHmac('sha256', 'shared').update(body).digest('hex');
  expect(signature).toBe(`sha256=${wanted}`);
});

it('an MQTT broker is told states and events, also those of before it came', async (context) => {
  if (NO_BROKER !== undefined) context.skip(NO_BROKER);
  const hub = hubOf('door');
  const port = await freePort();
  const settings = { mqtt: `mqtt://user:hidden@127.0.0.1:${port}`, mqttTopic: 'relens' };
  const news = mqttNews(hub, settings, logger).subscribe();
  run(news);
  hub.happen('door', 'stalled', 'no picture came');
  const { hear } = await broker(port);
  await hear('relens/status', 'online');
  await hear('relens/door/event', 'no picture came');
  await hear('relens/door/state', '"status":"live"');
  hub.camera('door')!.stall('gone');
  await hear('relens/door/state', 'gone');
  news.unsubscribe();
  await hear('relens/status', 'offline');
  expect(log.join()).not.toContain('hidden');
});
