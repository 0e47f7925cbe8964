/** A camera by its name, though it be changed, removed and added again. */
import { concat, defer, filter, map, type Observable } from 'rxjs';
import type { LiveCamera, LiveHub } from '../frame/live-seams.js';

/** Emits the camera of that name now, and again whenever it has changed; undefined without one. */
export function currentCamera(hub: LiveHub, name: string): Observable<LiveCamera | undefined> {
  const now$ = defer(() => [hub.camera(name)]);
  const changes$ = hub.changes$.pipe(
    filter((change) => change.name === name),
    map(() => hub.camera(name)),
  );
  return concat(now$, changes$);
}
