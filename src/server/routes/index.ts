/** The registry of routes; src/server/openapi.yaml describes them, and a test holds one to the other. */
import type { Access } from '../access.js';
import type { DoorSpec } from '../door.js';
import type { Route } from '../exchange.js';
import type { Guard } from '../guard.js';
import { cameraRoutes } from './cameras.js';
import { eventRoutes } from './events.js';
import { healthRoutes } from './health.js';
import { loginRoutes } from './login.js';
import { mediaRoutes } from './media.js';
import { pageRoutes } from './pages.js';

export function allRoutes(
  { hub, ffmpeg, views, metrics }: DoorSpec,
  access: Access,
  guard: Guard,
): readonly Route[] {
  return [
    ...cameraRoutes(hub),
    ...eventRoutes(hub),
    ...mediaRoutes(hub, ffmpeg, views),
    ...healthRoutes(hub, metrics),
    ...loginRoutes(access, guard.guesses),
    ...pageRoutes(),
  ];
}
