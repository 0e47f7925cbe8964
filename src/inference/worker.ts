/** The inference worker: `session.run` is synchronous native code and would stop the event loop. */
import { parentPort } from 'node:worker_threads';
import { openSession, runSession, type Session } from './onnx.js';
import type { EngineReply, EngineRequest, Tensors } from './tensors.js';

const port = parentPort;
if (port === null) throw new Error('worker.ts runs in a worker thread only');

let session: Session | undefined;

function reply(message: EngineReply): void {
  const moved: ArrayBuffer[] = [];
  if (message.type === 'done') {
    for (const tensors of [message.results, message.feeds]) {
      for (const { data } of Object.values(tensors)) moved.push(data.buffer);
    }
  }
  port?.postMessage(message, moved);
}

async function handle(request: EngineRequest): Promise<void> {
  switch (request.type) {
    case 'open':
      session = await openSession(request.path, request.device, request.threads);
      reply({ type: 'opened' });
      return;
    case 'run': {
      if (session === undefined) throw new Error('run before open');
      const began = performance.now();
      const results: Tensors = await runSession(session, request.feeds);
      const ms = performance.now() - began;
      reply({ type: 'done', id: request.id, results, feeds: request.feeds, ms });
      return;
    }
    case 'close':
      await session?.release();
      port?.close();
  }
}

// One at a time, in the order of arrival: one session, one set of cores.
let last: Promise<void> = Promise.resolve();
port.on('message', (request: EngineRequest) => {
  last = last.then(() =>
    handle(request).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      reply({ type: 'failed', message, ...(request.type === 'run' ? { id: request.id } : {}) });
    }),
  );
});
