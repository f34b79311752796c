// Whether commits are safe in a store: two writers must not both create the same snapshot.

import { errorOf } from '../errors.js';

/**
 * A store in which everything can be written, as far as that is possible.
 * @param {object} store @param {boolean} [unsafeCommits] go on where the store cannot create a file only if it is absent
 */
export function committable(store, unsafeCommits = false) {
  if (typeof store.putIfAbsent === 'function' || typeof store.put !== 'function' || !unsafeCommits) return store;
  const given = (method) => (typeof store[method] === 'function' ? store[method].bind(store) : undefined);
  return {
    kind: store.kind,
    get: given('get'),
    list: given('list'),
    put: given('put'),
    delete: given('delete'),
    prune: given('prune'),
    index: given('index'),
    putIfAbsent: (path, bytes) => lookThenPut(store, path, bytes),
  };
}

/** Why nothing can be committed in a store; `undefined` where it can. @param {object} store */
export function whyNotWritable(store) {
  if (typeof store.putIfAbsent === 'function' && typeof store.put === 'function') return undefined;
  if (typeof store.put !== 'function') return errorOf('unsupported', 'this store cannot be written to');
  return errorOf('unsupported', 'this store cannot create a file only if it is absent, so two writers could both win', {
    hint: 'pass { unsafeCommits: true } where there is surely only one writer at a time',
  });
}

/** Not one step: whoever comes between the look and the write is overwritten. The look afterwards finds most of it. */
async function lookThenPut(store, path, bytes) {
  if (await store.get(path, {})) return false;
  await store.put(path, bytes);
  const found = (await store.get(path, {}))?.bytes;
  if (found?.length === bytes.length && found.every((byte, index) => byte === bytes[index])) return true;
  throw errorOf('unavailable', 'somebody else wrote the file at the same time', { path });
}
