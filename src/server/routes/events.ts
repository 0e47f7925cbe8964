/** REST: what happened to the cameras. */
import { RelensError } from '../../errors.js';
import type { LiveHub } from '../../frame/live-seams.js';
import { atOnce, sendJson, type Route } from '../exchange.js';

const DEFAULT_LIMIT = 200;

/** The newest `limit` events after the id `after`, of one camera or of all, oldest first. */
export function eventRoutes(hub: LiveHub): Route[] {
  return [
    {
      method: 'GET',
      path: '/api/events',
      handle: atOnce(({ response, url }) => {
        const camera = url.searchParams.get('camera');
        const after = wholeNumber(url, 'after', 0);
        const limit = wholeNumber(url, 'limit', DEFAULT_LIMIT);
        const events = hub
          .events()
          .filter((event) => event.id > after && (camera === null || event.camera === camera));
        sendJson(response, { events: limit === 0 ? [] : events.slice(-limit) });
      }),
    },
  ];
}

function wholeNumber(url: URL, name: string, otherwise: number): number {
  const text = url.searchParams.get(name);
  if (text === null) return otherwise;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new RelensError('USAGE', `expected a whole number for "${name}", got something else`);
}
