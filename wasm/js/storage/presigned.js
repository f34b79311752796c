// Links that someone else signs: the page holds no credentials at all.

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
      const url = sign(join(prefix, path), { method, headers });
      if (signed.size > 1000) signed.clear();
      signed.set(key, { url, until: Date.now() + cacheMillis });
      return url;
    };
    const store = new FetchStore({ ...options, kind: 'presigned', urlOf });
    return write ? store : readOnly(store);
  };
  return madeBy({ kind: 'presigned', open }, 'presigned', [sign, { write, cacheMillis, ...options }]);
}
