/** Streams for viewers that know no H.264: encoded once for each camera, while anybody watches. */
import {
  concatMap,
  defer,
  distinctUntilChanged,
  EMPTY,
  exhaustMap,
  finalize,
  from,
  ignoreElements,
  interval,
  map,
  merge,
  share,
  startWith,
  switchMap,
  tap,
  type Observable,
} from 'rxjs';
import { MPEG1_FPS, startViewEncoder, type ViewEncoder } from '../ffmpeg/encode-view.js';
import type { Ffmpeg } from '../ffmpeg/find.js';
import { MultipartJpeg } from '../ffmpeg/multipart-jpeg.js';
import { colourKey, type ColourTags } from '../frame/colour.js';
import { planesOf, type FrameSize } from '../frame/frame.js';
import type { CameraState, FrameTimes, LiveCamera, LivePicture } from '../frame/live-seams.js';
import { labelView, markPicture } from './mark-picture.js';

export interface Jpeg extends FrameSize {
  readonly data: Buffer;
  readonly seq: number;
  readonly timestamp: number;
  readonly times: FrameTimes;
  readonly passedThrough: boolean;
  readonly trusted: boolean;
}

/** A stream for JSMpeg: the size of the picture, for players that ask for it, and the bytes. */
export interface Mpeg1 extends FrameSize {
  readonly data: Buffer;
}

export interface ViewStreams {
  /** Restored above, original below; nothing while the camera is not live. */
  stacked(camera: LiveCamera): Observable<Jpeg>;
  /** The restored picture; one that says so when the camera is no longer live. */
  restored(camera: LiveCamera): Observable<Buffer>;
  /** The same as an MPEG-1 transport stream of 25 frames a second. */
  mpeg1(camera: LiveCamera): Observable<Mpeg1>;
}

export function viewStreams(ffmpeg: Ffmpeg): ViewStreams {
  return {
    stacked: shared((camera) =>
      ofEachShape(camera, (shape) => stackedJpegs(ffmpeg, camera, shape)),
    ),
    restored: shared((camera) =>
      ofEachShape(camera, (shape) => markedJpegs(ffmpeg, camera, shape)),
    ),
    mpeg1: shared((camera) => ofEachShape(camera, (shape) => mpeg1(ffmpeg, camera, shape))),
  };
}

interface Shape extends FrameSize {
  readonly colour: ColourTags;
}

/** One encoder a camera however many subscribe. */
function shared<T>(
  encode: (camera: LiveCamera) => Observable<T>,
): (camera: LiveCamera) => Observable<T> {
  const running = new WeakMap<LiveCamera, Observable<T>>();
  return (camera) => {
    const stream$ = running.get(camera) ?? encode(camera).pipe(share());
    running.set(camera, stream$);
    return stream$;
  };
}

function ofEachShape<T>(
  camera: LiveCamera,
  encode: (shape: Shape) => Observable<T>,
): Observable<T> {
  return camera.state$.pipe(
    distinctUntilChanged(
      (a, b) =>
        a.width === b.width && a.height === b.height && colourKey(a.colour) === colourKey(b.colour),
    ),
    switchMap(({ width, height, colour }) =>
      width === 0 ? EMPTY : encode({ width, height, colour }),
    ),
  );
}

/** Runs `work` with an encoder that ends with it. */
function withEncoder<T>(
  start: () => Promise<ViewEncoder>,
  work: (encoder: ViewEncoder) => Observable<T>,
): Observable<T> {
  return defer(() => from(start())).pipe(
    switchMap((encoder) => work(encoder).pipe(finalize(() => encoder.kill()))),
  );
}

function stackedJpegs(ffmpeg: Ffmpeg, camera: LiveCamera, size: Shape): Observable<Jpeg> {
  const stack = { width: size.width, height: 2 * size.height };
  return withEncoder(
    () => startViewEncoder(ffmpeg, 'jpeg', stack, size.colour),
    (encoder) => {
      // One image comes out for each picture that went in, in order.
      const inside: Omit<Jpeg, 'data'>[] = [];
      const written$ = camera.pictures$.pipe(
        exhaustMap((picture) => {
          if (!hasSize(picture, size)) return EMPTY;
          const { seq, timestamp } = picture.restored;
          const { times, passedThrough, trusted } = picture;
          inside.push({ ...size, seq, timestamp, times, passedThrough, trusted });
          return from(encoder.write(stackedPlanes(picture, size)));
        }),
        ignoreElements(),
      );
      return merge(
        written$,
        jpegs(encoder).pipe(
          concatMap((data) => {
            const facts = inside.shift();
            return facts === undefined ? EMPTY : [{ ...facts, data }];
          }),
        ),
      );
    },
  );
}

function markedJpegs(ffmpeg: Ffmpeg, camera: LiveCamera, size: Shape): Observable<Buffer> {
  return withEncoder(
    () => startViewEncoder(ffmpeg, 'jpeg', size, size.colour),
    (encoder) =>
      merge(
        shownPictures(camera, size).pipe(
          exhaustMap((data) => encoder.write([data])),
          ignoreElements(),
        ),
        jpegs(encoder),
      ),
  );
}

function mpeg1(ffmpeg: Ffmpeg, camera: LiveCamera, size: Shape): Observable<Mpeg1> {
  return withEncoder(
    () => startViewEncoder(ffmpeg, 'mpeg1', size, size.colour),
    (encoder) => {
      let newest: Uint8Array | undefined;
      const kept$ = shownPictures(camera, size).pipe(tap((data) => (newest = data)));
      const written$ = interval(1000 / MPEG1_FPS).pipe(
        exhaustMap(() => (newest === undefined ? EMPTY : encoder.write([newest]))),
      );
      return merge(
        merge(kept$, written$).pipe(ignoreElements()),
        encoder.output$.pipe(map((data) => ({ ...size, data }))),
      );
    },
  );
}

/** Copies of the restored picture; a marked one, again every second, while the camera is not live. */
function shownPictures(camera: LiveCamera, size: FrameSize): Observable<Uint8Array> {
  let newest: Uint8Array | undefined;
  const marked = (state: CameraState) => markPicture(size, newest, state);
  const pictures$ = camera.pictures$.pipe(
    concatMap((picture) => {
      if (!hasSize(picture, size)) return EMPTY;
      newest = Uint8Array.from(picture.restored.data);
      labelView(size, newest, camera.state());
      return [newest];
    }),
  );
  const marks$ = camera.state$.pipe(
    map(({ status }) => status === 'live'),
    distinctUntilChanged(),
    switchMap((live) =>
      live
        ? EMPTY
        : interval(1000).pipe(
            startWith(0),
            map(() => marked(camera.state())),
          ),
    ),
  );
  return merge(pictures$, marks$);
}

function jpegs(encoder: ViewEncoder): Observable<Buffer> {
  const cutter = new MultipartJpeg();
  return encoder.output$.pipe(concatMap((chunk) => cutter.push(chunk)));
}

const hasSize = ({ restored }: LivePicture, { width, height }: FrameSize) =>
  restored.width === width && restored.height === height;

/** Copies, since the frames are only lent. */
function stackedPlanes({ restored, original }: LivePicture, size: FrameSize): Uint8Array[] {
  const [above, below] = [planesOf(size, restored.data), planesOf(size, original.data)];
  const parts = [above.y, below.y, above.u, below.u, above.v, below.v];
  return [Buffer.concat(parts)];
}
