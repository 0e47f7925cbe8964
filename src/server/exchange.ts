/** One request and its answer. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  defer,
  EMPTY,
  fromEvent,
  map,
  merge,
  take,
  type Observable,
  type ObservableInput,
} from 'rxjs';
import { RelensError, isRelensError, type ErrorCode } from '../errors.js';

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  /** What stood in the braces of the route. */
  readonly params: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** For example `/api/cameras/{name}`. */
  readonly path: string;
  /** `open`: for everybody; `address`: the token may stand in the address; default: neither. */
  readonly access?: 'open' | 'address';
  /** Answers; what it emits is not looked at. Unsubscribed when the caller goes away. */
  readonly handle: (exchange: Exchange) => ObservableInput<unknown>;
}

/** For a route that has nothing to wait for. */
export function atOnce(answer: (exchange: Exchange) => void): Route['handle'] {
  return (exchange) =>
    defer(() => {
      answer(exchange);
      return EMPTY;
    });
}

/** Emits once, when nobody is there any more to be answered. */
export function gone(response: ServerResponse): Observable<void> {
  return merge(fromEvent(response, 'close'), fromEvent(response, 'error')).pipe(
    take(1),
    map(() => undefined),
  );
}

export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  const text = Buffer.from(`${JSON.stringify(body)}\n`);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': text.length,
    'cache-control': 'no-store',
  });
  response.end(text);
}

export function sendBytes(
  response: ServerResponse,
  type: string,
  body: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(200, {
    'content-type': type,
    'content-length': body.byteLength,
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(body);
}

/** What is said of an error to the outside: its stable code and a sentence without secrets. */
export function sendProblem(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
): void {
  if (response.headersSent) response.destroy();
  else sendJson(response, { error: { code, message } }, status);
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  USAGE: 400,
  CONFIG: 400,
  OUTPUT_WRITE: 400,
  CAMERA_EXISTS: 409,
  CAMERA_NOT_FOUND: 404,
  CAMERA_NOT_LIVE: 503,
};

export function sendError(response: ServerResponse, error: unknown): void {
  if (isRelensError(error)) {
    sendProblem(response, STATUS[error.code] ?? 500, error.code, error.message);
  } else {
    sendProblem(response, 500, 'UNEXPECTED', 'something unexpected went wrong; see the log');
  }
}

const MAX_BODY = 64 * 1024;

/** @throws RelensError USAGE for what is too long or of another type */
export async function readBody(request: IncomingMessage, type: string): Promise<string> {
  // A form of a foreign page cannot have this type without asking first.
  const given = (request.headers['content-type'] ?? 'nothing').split(';')[0]?.trim();
  if (given !== type) {
    throw new RelensError('USAGE', `expected a body of type ${type}, got ${given ?? 'nothing'}`);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY) {
      throw new RelensError('USAGE', `expected a body of at most ${MAX_BODY} bytes, got more`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** @throws RelensError USAGE */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const text = await readBody(request, 'application/json');
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new RelensError('USAGE', 'expected JSON, got something else', { cause });
  }
}
