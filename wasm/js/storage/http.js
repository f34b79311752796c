// Plain HTTP(S) servers. They cannot list: a table is found through its hints and numbering.

import { errorOf } from '../errors.js';
import { FetchStore, readOnly } from './fetch.js';
import { below } from './paths.js';
import { madeBy } from './recipe.js';

/**
 * Files of any HTTP server that serves ranges.
 * @param {{headers?: HeadersInit, credentials?: RequestCredentials, fetch?: typeof fetch, onWarning?: (message: string) => void}} [options]
 */
export function http(options = {}) {
  const open = (location) => readOnly(new HttpStore(httpUrl(location), options));
  return madeBy({ kind: 'http', open }, 'http', [options]);
}

/** What stands in for a listing, below a warehouse or at the top of its server. */
const INDEX = '_cenote/warehouse.json';

class HttpStore extends FetchStore {
  #base;
  #options;

  /** @param {URL} base @param {object} options */
  constructor(base, options) {
    super({ ...options, kind: 'http', urlOf: (path) => below(base, path) });
    this.#base = base;
    this.#options = options;
  }

  /**
   * The list of databases and tables that the server offers, `null` where it offers none: a file below the warehouse, or
   * what `cenote serve` answers for the warehouse at `/wh`.
   * @param {{signal?: AbortSignal}} [options] @returns {Promise<Uint8Array | null>}
   */
  async index({ signal } = {}) {
    const inside = await this.get(INDEX, { signal });
    if (inside || !/^\/wh\/?$/.test(this.#base.pathname)) return inside?.bytes ?? null;
    const top = new HttpStore(new URL('/', this.#base), this.#options);
    return (await top.get(INDEX, { signal }))?.bytes ?? null;
  }
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
