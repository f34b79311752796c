// The engine in a worker, of a browser or of Node: what `inWorker()` starts.

import { nodeModule } from './load.js';
import { serve } from './remote/serve.js';

const parent = nodeModule('node:worker_threads')?.parentPort;
if (parent) {
  const port = serve((message, transfer) => parent.postMessage(message, transfer));
  parent.on('message', (message) => port.receive(message));
} else {
  const port = serve((message, transfer) => globalThis.postMessage(message, transfer ?? []));
  globalThis.addEventListener('message', ({ data }) => port.receive(data));
}
