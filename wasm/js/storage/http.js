// Plain HTTP(S) servers. They cannot list: a table is found through its hints and numbering.

import { errorOf } from '../errors.js';
import { FetchStore } from './fetch.js';
import { below } from './paths.js';

/**
 * Files of any HTTP server that serves ranges.
 * @param {{headers?: HeadersInit, credentials?: RequestCredentials, fetch?: typeof fetch, onWarning?: (message: string) => void}} [options]
 */
export function http(options = {}) {
  return {
    kind: 'http',
    open(location) {
      const base = httpUrl(location);
      return new FetchStore({ ...options, kind: 'http', urlOf: (path) => below(base, path) });
    },
  };
}

/** @param {string | URL} location */
function httpUrl(location) {
  let url;
  try {
    url = new URL(location, globalThis.location?.href);
  } catch (cause) {
    throw errorOf('invalid', `${location} is no URL`, { cause });
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw errorOf('invalid', `${url.protocol}// is not http`, { path: String(location) });
  }
  return url;
}
