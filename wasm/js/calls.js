// Calls into the engine: cancelled by an AbortSignal, failing with typed errors.

import { errorOf, typed } from './errors.js';

/**
 * Runs `start(aborted)`; `aborted` is a promise that is kept when `signal` fires.
 * @template T
 * @param {AbortSignal | undefined} signal @param {(aborted: Promise<void> | undefined) => Promise<T> | T} start
 * @returns {Promise<T>}
 */
export async function guarded(signal, start) {
  signal?.throwIfAborted();
  let release;
  const aborted = signal && new Promise((resolve) => {
    release = () => resolve();
    signal.addEventListener('abort', release, { once: true });
  });
  try {
    return await start(aborted);
  } catch (error) {
    throw signal?.aborted ? signal.reason : typed(error);
  } finally {
    if (signal) {
      signal.removeEventListener('abort', release);
      release();
    }
  }
}

/** An object of the engine that is open and has `method`, which the build that only reads may lack. @param {object} raw @param {string} method */
export function able(raw, method) {
  // The binding sets the pointer to 0 when an object is freed.
  if (raw === undefined || raw.__wbg_ptr === 0) throw errorOf('invalid', 'this was closed: open it again');
  if (typeof raw[method] === 'function') return raw;
  throw errorOf('unsupported', 'this build of the engine only reads');
}

/** For JSON.stringify: the engine takes long integers as digits. */
export function longAsText(_, value) {
  return typeof value === 'bigint' ? String(value) : value;
}
