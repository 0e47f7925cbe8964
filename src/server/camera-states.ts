/** The state of each camera as long as it is there, and that it is gone when it is. */
import {
  defer,
  distinct,
  filter,
  from,
  map,
  merge,
  mergeMap,
  of,
  switchMap,
  type Observable,
} from 'rxjs';
import type { CameraState, LiveHub } from '../frame/live-seams.js';
import { currentCamera } from './current-camera.js';

export interface NamedState {
  readonly name: string;
  /** Undefined: the camera was removed. */
  readonly state: CameraState | undefined;
}

export function cameraStates(hub: LiveHub): Observable<NamedState> {
  const there$ = defer(() => from(hub.cameras().map(({ name }) => name)));
  const added$ = hub.changes$.pipe(
    filter(({ kind }) => kind === 'added'),
    map(({ name }) => name),
  );
  return merge(there$, added$).pipe(
    distinct(),
    mergeMap((name) =>
      currentCamera(hub, name).pipe(
        switchMap((camera): Observable<NamedState> => {
          if (camera === undefined) return of({ name, state: undefined });
          return camera.state$.pipe(map((state) => ({ name, state })));
        }),
      ),
    ),
  );
}
