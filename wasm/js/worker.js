// The engine in a worker: `new Worker(new URL('cenote/worker.js', …), { type: 'module' })`.
//
//   -> {id, method, params}      <- {id, ok} | {id, err: {kind, message, path, hint}} | {id, progress}
//   -> {cancel: id}

import { createEngine } from './engine.js';
import { plain } from './errors.js';

const engine = createEngine();
/** @type {Map<number, AbortController>} calls under way */
const running = new Map();

globalThis.addEventListener('message', ({ data }) => {
  if (data?.cancel !== undefined) running.get(data.cancel)?.abort();
  else if (data?.method !== undefined) answer(data);
});

async function answer({ id, method, params }) {
  const controller = new AbortController();
  running.set(id, controller);
  const onProgress = (progress) => globalThis.postMessage({ id, progress });
  try {
    const ok = await engine.call(method, params ?? {}, { signal: controller.signal, onProgress });
    globalThis.postMessage({ id, ok });
  } catch (error) {
    globalThis.postMessage({ id, err: plain(error) });
  } finally {
    running.delete(id);
  }
}
