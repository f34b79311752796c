// The engine off the main thread, with the same API.

import { nodeModule } from './load.js';
import { errorOf } from './errors.js';
import { opener } from './open.js';
import { Line } from './remote/line.js';
import { placeRemotely } from './remote/place.js';
import { remoteEngine } from './remote/raw.js';
import { unmoved } from './unbundled.js';

/**
 * An engine in a worker of its own: `openTable` and `openWarehouse` as on this thread, with all that they give.
 *
 * The worker ends `idleMillis` after the last thing opened with it is closed, which gives all its memory back, and is started
 * anew when something is opened again.
 * @param {{worker?: () => Worker, module?: Source, fullModule?: Source, full?: boolean, idleMillis?: number}} [options]
 *   `worker`: makes the worker, where the default (`worker.js` beside this file) is not right; `module`, `fullModule`, `full`: as for
 *   `load`
 * @typedef {URL | string | BufferSource | WebAssembly.Module} Source
 */
export async function inWorker({ worker = ourWorker, module, fullModule, full = false, idleMillis = 1000 } = {}) {
  const sent = (source) => (source instanceof URL ? source.href : source);
  const settings = { module: sent(module), fullModule: sent(fullModule), full };
  const line = new Line((told) => thread(worker(), told), { idleMillis, settings });
  const host = {
    engine: async () => remoteEngine(line),
    place: (location, storage, unsafeCommits) => placeRemotely(line, location, storage, unsafeCommits),
  };
  await line.begin();
  const close = async () => line.end();
  return {
    ...opener(host),
    get isRunning() {
      return line.isRunning;
    },
    memory: async () => (line.isRunning ? line.ask('memory', {}) : 0),
    close,
    ...(Symbol.asyncDispose ? { [Symbol.asyncDispose]: close } : {}),
  };
}

/** Bundlers know the words `new Worker(new URL(…))` and bring the file along. */
function ourWorker() {
  // Bundlers need not see that this is the same file.
  const here = import.meta.url;
  if (typeof Worker !== 'function') return workerOfNode(new URL('./worker.js', here));
  const served = unmoved(new URL('./worker.js', here));
  if (served) return new Worker(served, { type: 'module', name: 'cenote' });
  try {
    return new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'cenote' });
  } catch (error) {
    if (error?.name !== 'SecurityError') throw error;
    return workerFromElsewhere(new URL('./worker.js', here));
  }
}

function workerOfNode(url) {
  const threads = nodeModule('node:worker_threads');
  if (!threads) throw errorOf('unsupported', 'there are no workers here: use openTable and openWarehouse of the package itself');
  return new threads.Worker(url, { name: 'cenote' });
}

/** A worker must be of the page's origin, what it imports need not be: so a CDN works. @param {URL} url */
function workerFromElsewhere(url) {
  const own = URL.createObjectURL(new Blob([`import ${JSON.stringify(url.href)};`], { type: 'text/javascript' }));
  try {
    return new Worker(own, { type: 'module', name: 'cenote' });
  } finally {
    // The worker has fetched it by then, or is about to: browsers keep it until it has.
    setTimeout(() => URL.revokeObjectURL(own), 10_000);
  }
}

/**
 * Workers of browsers and of Node with one face.
 * @param {any} worker @param {{message: (message: object) => void, failed: (error: Error) => void}} told
 * @returns {import('./remote/line.js').Thread}
 */
function thread(worker, { message, failed }) {
  const end = () => worker.terminate();
  const broken = (cause) => failed(errorOf('internal', `the engine's worker failed: ${cause?.message ?? 'it could not be loaded'}`, {
    cause, hint: 'a bundler that leaves worker.js behind needs it as an entry of its own; a CSP needs worker-src',
  }));
  if (typeof worker.on === 'function') {
    worker.on('message', message);
    worker.on('error', broken);
    worker.on('exit', () => failed(errorOf('internal', "the engine's worker ended by itself")));
    return { post: (data, transfer) => worker.postMessage(data, transfer), end, hold: (busy) => (busy ? worker.ref() : worker.unref()) };
  }
  worker.addEventListener('message', ({ data }) => message(data));
  worker.addEventListener('error', broken);
  worker.addEventListener('messageerror', broken);
  return { post: (data, transfer) => worker.postMessage(data, transfer ?? []), end };
}
