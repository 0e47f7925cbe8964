/** Encodes live pictures: the restored one above the original in one stream, or the restored one. */
import type { OperatorFunction } from 'rxjs';
import { startLiveEncoder, type LiveEncoder, type RunningEncoder } from '../ffmpeg/encode-live.js';
import type { Ffmpeg } from '../ffmpeg/find.js';
import { through } from '../flow/through.js';
import { colourKey, type ColourTags } from '../frame/colour.js';
import { planesOf, type FrameSize } from '../frame/frame.js';
import { nowMs, type AccessUnit, type LivePicture } from '../frame/live-seams.js';

export interface LiveUnitsOptions {
  readonly ffmpeg: Ffmpeg;
  readonly encoder: LiveEncoder;
  readonly passthrough: readonly string[];
  /** `stacked` as in AccessUnit; `restored`: one picture. */
  readonly layout: 'stacked' | 'restored';
  /** Of the pictures that come now. */
  readonly colour: () => ColourTags;
  /** The encoder died; another one is started a second later. */
  readonly onFailed: (error: Error) => void;
}

/** After an encoder died, for whatever killed it may kill the next one too. */
const REST_MS = 1000;

type About = Omit<AccessUnit, 'key' | 'data' | 'codec'>;

/** The pictures are lent: they are cloned for as long as the encoder reads them. */
export function liveUnits(options: LiveUnitsOptions): OperatorFunction<LivePicture, AccessUnit> {
  return through((emit) => {
    let running: { readonly encoder: RunningEncoder<About>; readonly shape: string } | undefined;
    let notBeforeMs = 0;
    const encoderFor = (size: FrameSize): RunningEncoder<About> => {
      const colour = options.colour();
      const shape = `${size.width}x${size.height} ${colourKey(colour)}`;
      if (running?.shape === shape) return running.encoder;
      running?.encoder.kill();
      const height = options.layout === 'stacked' ? 2 * size.height : size.height;
      const encoder = startLiveEncoder<About>({
        ...options,
        colour,
        size: { width: size.width, height },
        onUnit: ({ about, encodedMs, ...unit }) => {
          emit({ ...about, ...unit, times: { ...about.times, encodedMs } });
        },
        onFailed: (error) => {
          running = undefined;
          notBeforeMs = nowMs() + REST_MS;
          options.onFailed(error);
        },
      });
      running = { encoder, shape };
      return encoder;
    };
    return {
      write: ({ original, restored, times, passedThrough, trusted }) => {
        if (nowMs() < notBeforeMs) return;
        const { width, height, seq, timestamp } = original;
        const above = restored.clone();
        const below = original.clone();
        const [top, bottom] = [planesOf(above, above.data), planesOf(below, below.data)];
        encoderFor(original).write({
          parts:
            options.layout === 'stacked'
              ? [top.y, bottom.y, top.u, bottom.u, top.v, bottom.v]
              : [above.data],
          timestamp,
          about: { width, height, seq, timestamp, times, passedThrough, trusted },
          done: () => {
            above.close();
            below.close();
          },
        });
      },
      close: () => running?.encoder.kill(),
    };
  });
}
