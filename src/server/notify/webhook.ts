/** Tells an address of every event, by HTTP POST. */
import { createHmac } from 'node:crypto';
import {
  catchError,
  concatMap,
  defer,
  EMPTY,
  filter,
  finalize,
  ignoreElements,
  retry,
  tap,
  timer,
  type Observable,
} from 'rxjs';
import type { CameraEvent } from '../../frame/live-seams.js';
import type { Logger } from '../../telemetry/logger.js';

export interface WebhookSettings {
  /** http or https; may hold a login, and is therefore never logged. */
  readonly webhook: string;
  /** Empty: unsigned. */
  readonly webhookSecret: string;
}

const ANSWER_WITHIN_MS = 5000;
const TRIES = 5;
const FIRST_PAUSE_MS = 500;
/** Events that wait for one that is being delivered; more are left out, and that is logged. */
const MOST_WAITING = 1000;

/** Runs as long as it is subscribed, emits nothing; the order of events is kept. */
export function webhook(
  events$: Observable<CameraEvent>,
  { webhook: address, webhookSecret }: WebhookSettings,
  logger: Logger,
): Observable<never> {
  return defer(() => {
    let waiting = 0;
    return events$.pipe(
      filter(({ id }) => {
        if (waiting < MOST_WAITING) return true;
        logger.warn({ event: id }, 'the webhook is too slow: an event was left out');
        return false;
      }),
      tap(() => waiting++),
      concatMap((event) =>
        deliver(address, webhookSecret, event).pipe(
          catchError((error: unknown) => {
            const { id } = event;
            logger.warn({ event: id, why: reasonOf(error) }, 'the webhook did not take an event');
            return EMPTY;
          }),
          finalize(() => waiting--),
        ),
      ),
      ignoreElements(),
    );
  });
}

function deliver(address: string, secret: string, event: CameraEvent): Observable<unknown> {
  const body = JSON.stringify(event);
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  return defer(async () => {
    const response = await fetch(address, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        ...(secret !== '' && { 'x-relens-signature': `sha256=${signature}` }),
      },
      // What was signed for one address is not for another.
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Refused(response.status);
  }).pipe(
    retry({
      count: TRIES - 1,
      delay: (_, attempt) => timer(FIRST_PAUSE_MS * 2 ** (attempt - 1)),
    }),
  );
}

class Refused extends Error {
  constructor(status: number) {
    super(`it answered ${status}`);
  }
}

/** Without the address, which fetch puts into some of its messages. */
function reasonOf(error: unknown): string {
  if (error instanceof Refused) return error.message;
  const cause =
    error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  return cause?.code ?? (error instanceof Error ? error.name : 'unknown');
}
