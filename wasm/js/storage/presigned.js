// Links that someone else signs: the page holds no credentials at all.

import { errorOf } from '../errors.js';
import { diagnose } from './diagnose.js';
import { FetchStore, readOnly } from './fetch.js';
import { join } from './paths.js';
import { madeBy } from './recipe.js';

/**
 * A store whose URLs come from `sign`, such as a call to your own backend.
 * @param {(path: string, options: {method: string, headers: Record<string, string>}) => string | URL | Promise<string | URL>} sign
 *   the URL of `path` (below the opened location, not URL-encoded); `headers` must be signed, too
 * @param {{write?: boolean, fetch?: typeof fetch, cacheMillis?: number, onWarning?: (message: string) => void}} [options]
 *   `write`: links for PUT and DELETE are signed as well; `cacheMillis`: how long a link may be used again, 60 s unless said
 */
export function presigned(sign, { write = false, cacheMillis = 60_000, ...options } = {}) {
  const open = (location) => {
    const prefix = /^[a-z][a-z0-9+.-]*:/i.test(String(location ?? '')) ? '' : String(location ?? '');
    const signed = new Map();
    const urlOf = (path, method, query, headers = {}) => {
      const key = `${method} ${path} ${JSON.stringify(headers)}`;
      const known = signed.get(key);
      if (known && known.until > Date.now()) return known.url;
      const url = Promise.resolve(sign(join(prefix, path), { method, headers }));
      url.catch(() => signed.delete(key));
      if (signed.size > 1000) signed.clear();
      signed.set(key, { url, until: Date.now() + cacheMillis });
      return url;
    };
    const store = new FetchStore({ ...options, kind: 'presigned', urlOf });
    // Signed links cannot list: the list of tables is a file, if it is there.
    store.index = async ({ signal } = {}) => (await store.get('_cenote/warehouse.json', { signal }))?.bytes ?? null;
    return write ? store : readOnly(store);
  };
  return madeBy({ kind: 'presigned', open }, 'presigned', [sign, { write, cacheMillis, ...options }]);
}

/** More characters than a signed link has. */
const LONGEST_LINK = 16_384;

/**
 * Links that an address signs: it is sent `{path, method}` by POST, or in the query by GET, and answers with the link as
 * text, or as JSON in `url`.
 * @param {string | URL} address
 * @param {{by?: 'POST' | 'GET', headers?: HeadersInit, credentials?: RequestCredentials, fetch?: typeof fetch}} [options]
 *   `headers`: such as `Authorization`, sent to `address` alone
 * @returns {(path: string, options: {method: string}) => Promise<string>} what `presigned` takes
 */
export function signedBy(address, { by = 'POST', headers, credentials = 'same-origin', fetch: fetchFn = (...args) => globalThis.fetch(...args) } = {}) {
  return async (path, { method }) => {
    const url = new URL(address, globalThis.location?.href);
    const init = { method: by, credentials, cache: 'no-store', headers: { ...Object.fromEntries(new Headers(headers)) } };
    if (by === 'POST') {
      init.headers['content-type'] = 'application/json';
      init.body = JSON.stringify({ path, method });
    } else {
      url.searchParams.set('path', path);
      url.searchParams.set('method', method);
    }
    let response;
    try {
      response = await fetchFn(url, init);
    } catch (error) {
      throw await diagnose(error, url, path, fetchFn, { method: by, headers: init.headers });
    }
    if (response.ok) return linkIn(await response.text(), url, path);
    const kind = response.status === 401 || response.status === 403 ? 'forbidden' : 'unavailable';
    throw errorOf(kind, `${url.host} answered ${response.status} when it was asked to sign`, {
      path, hint: 'the signing address decides who may read what: see its own log',
    });
  };
}

function linkIn(text, address, path) {
  const fail = (found) => errorOf('unavailable', `${address.host} answered ${found} when it was asked to sign`, {
    path, hint: 'expected the signed link as text, or as JSON: {"url": "https://…"}',
  });
  let link = text.trim();
  if (link.startsWith('{') || link.startsWith('"')) {
    try {
      const told = JSON.parse(link);
      link = typeof told === 'string' ? told : told.url;
    } catch {
      throw fail('broken JSON');
    }
  }
  if (typeof link !== 'string' || link.length > LONGEST_LINK || !/^https?:\/\//i.test(link)) throw fail('no link');
  return link;
}
