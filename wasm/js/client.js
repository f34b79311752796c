// The page's side of `worker.js`: `createEngine()` from another thread.

import { errorOf, typed } from './errors.js';

/**
 * Starts the engine in a worker.
 * @param {Worker} [worker] one made by the caller, where the bundler needs that
 * @returns {{call: (method: string, params?: object, options?: {signal?: AbortSignal, onProgress?: Function}) => Promise<any>, close: () => void}}
 */
export function createWorkerEngine(worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })) {
  const waiting = new Map();
  let last = 0;

  worker.addEventListener('message', ({ data: { id, ok, err, progress } }) => {
    const call = waiting.get(id);
    if (!call) return;
    if (progress !== undefined) return call.onProgress?.(progress);
    waiting.delete(id);
    if (err) call.reject(typed(err));
    else call.resolve(ok);
  });
  worker.addEventListener('error', (event) => {
    const error = errorOf('internal', `the engine's worker failed: ${event.message ?? 'it could not be loaded'}`);
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  });

  return {
    call(method, params = {}, { signal, onProgress } = {}) {
      if (signal?.aborted) return Promise.reject(signal.reason);
      last += 1;
      const id = last;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject, onProgress });
        signal?.addEventListener('abort', () => worker.postMessage({ cancel: id }), { once: true });
        worker.postMessage({ id, method, params });
      });
    },
    close() {
      worker.terminate();
    },
  };
}
