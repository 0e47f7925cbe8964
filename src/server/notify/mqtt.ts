/** Tells an MQTT broker of states and events. */
import mqtt, { type MqttClient } from 'mqtt';
import { defer, finalize, ignoreElements, merge, tap, type Observable } from 'rxjs';
import type { LiveHub } from '../../frame/live-seams.js';
import type { Logger } from '../../telemetry/logger.js';
import { cameraStates } from '../camera-states.js';

export interface MqttSettings {
  /** `mqtt://user:password@host` or `mqtts://…`; never logged. */
  readonly mqtt: string;
  readonly mqttTopic: string;
}

/** Events that wait for the broker to come back; the oldest are left out. */
const MOST_WAITING = 1000;
const RETRY_MS = 2000;

/**
 * Runs as long as it is subscribed, emits nothing. `TOPIC/status` is `online` or `offline` (kept,
 * also when the process dies), `TOPIC/CAMERA/state` the state (kept), `TOPIC/CAMERA/event` an event.
 */
export function mqttNews(
  hub: LiveHub,
  { mqtt: address, mqttTopic: topic }: MqttSettings,
  logger: Logger,
): Observable<never> {
  return defer(() => {
    const status = `${topic}/status`;
    const kept = { qos: 1, retain: true } as const;
    const client = mqtt.connect(address, {
      reconnectPeriod: RETRY_MS,
      will: { topic: status, payload: Buffer.from('offline'), ...kept },
    });
    const states = new Map<string, string>();
    let waiting: (readonly [topic: string, payload: string])[] = [];
    client.on('connect', () => {
      client.publish(status, 'online', kept);
      for (const [name, state] of states) client.publish(`${topic}/${name}/state`, state, kept);
      for (const [to, payload] of waiting) client.publish(to, payload, { qos: 1 });
      waiting = [];
    });
    complain(client, logger);
    const events$ = hub.events$.pipe(
      tap((event) => {
        const one = [`${topic}/${event.camera}/event`, JSON.stringify(event)] as const;
        if (client.connected) client.publish(...one, { qos: 1 });
        else waiting = [...waiting, one].slice(-MOST_WAITING);
      }),
    );
    const states$ = cameraStates(hub).pipe(
      tap(({ name, state }) => {
        const text = state === undefined ? '' : JSON.stringify(state);
        states.set(name, text);
        // Nothing, kept, is how a topic is forgotten.
        if (client.connected) client.publish(`${topic}/${name}/state`, text, kept);
      }),
    );
    return merge(events$, states$).pipe(
      ignoreElements(),
      finalize(() => {
        if (client.connected) client.publish(status, 'offline', kept);
        client.end();
      }),
    );
  });
}

/** Says once that the broker is away, and once that it is back. */
function complain(client: MqttClient, logger: Logger): void {
  let away = false;
  client.on('error', (error) => {
    if (!away) logger.warn({ why: reasonOf(error) }, 'the MQTT broker cannot be used');
    away = true;
  });
  client.on('connect', () => {
    logger.info(away ? 'the MQTT broker is back' : 'the MQTT broker listens');
    away = false;
  });
}

const reasonOf = (error: Error & { code?: string | number }) => String(error.code ?? error.name);
