// Objects over HTTP, whoever makes their URLs: plain servers, S3 signatures, presigned links.
//
// Never HEAD (presigned links and many gateways refuse it). A 404 is an absent object; a 403 is passed on as it is,
// because only the engine knows whether a neighbour could be read; retries are the engine's too.

import { errorOf } from '../errors.js';
import { diagnose } from './diagnose.js';
import { checkCoding, checkPartial, rangeHeader } from './ranges.js';
import { refused } from './refusals.js';
import { Wholes } from './wholes.js';
import { clamp } from './paths.js';

const WHOLES_LIMIT = 64 << 20;

/** Parts of files larger than this are those of a scan: browsers take long to keep them, and drop what is more useful for it. */
const KEPT_BY_BROWSER = 256 << 10;

/** Files that never change once written may come from the browser's cache; the others are asked for again. */
const CHANGING = /(^|\/)(snapshot|schema|tag|branch|changelog|consumer|_cenote)\//;

/**
 * @typedef {object} Remote
 * @property {string} kind
 * @property {(path: string, method: string, query?: [string, string][], headers?: Record<string, string>) => URL | string | Promise<URL | string>} urlOf
 *   `headers`: those of a conditional request, to be signed
 * @property {URL} [shared] the server without the bucket in its name, to tell a wrong name from a dead server
 * @property {typeof fetch} [fetch]
 * @property {HeadersInit} [headers]
 * @property {RequestCredentials} [credentials]
 * @property {(message: string) => void} [onWarning]
 */

export class FetchStore {
  #remote;
  #fetch;
  #wholes = new Wholes(WHOLES_LIMIT);
  #ignoresRanges = false;

  /** @param {Remote} remote */
  constructor(remote) {
    this.kind = remote.kind;
    this.#remote = remote;
    this.#fetch = remote.fetch ?? ((...args) => globalThis.fetch(...args));
  }

  /** @param {string} path @param {{start?: number, end?: number, suffix?: number, signal?: AbortSignal}} [options] */
  async get(path, { signal, ...asked } = {}) {
    const range = rangeHeader(asked);
    const whole = range && (this.#wholes.get(path) ?? (this.#ignoresRanges ? this.#whole(path, signal) : undefined));
    if (whole) return slice(await whole, asked);

    const isBulk = (asked.end ?? 0) - (asked.start ?? 0) > KEPT_BY_BROWSER;
    const response = await this.request('GET', path, { headers: range ? { Range: range } : {}, signal, isBulk });
    if (response === null) return null;
    if (response.status === 206) checkCoding(response, path);
    const bytes = await body(response, path);
    if (range && response.status === 206) {
      const { size, start } = checkPartial(response, bytes.length, asked, path);
      return { bytes, start, size, ...validators(response) };
    }
    if (range) {
      this.#warnOnce();
      return slice(await this.#wholes.add(path, Promise.resolve({ bytes, size: bytes.length })), asked);
    }
    return { bytes, size: bytes.length, ...validators(response) };
  }

  /**
   * One request; `null` for an absent object. The engine asks again when the error says that it may help.
   * @param {string} method @param {string} path
   * @param {{headers?: Record<string, string>, condition?: Record<string, string>, body?: BodyInit, signal?: AbortSignal, query?: [string, string][], accept?: number[], isBulk?: boolean}} options
   *   `condition`: headers that a signature must cover
   */
  async request(method, path, { headers = {}, condition, body: content, signal, query, accept = [], isBulk = false }) {
    const url = new URL(await this.#remote.urlOf(path, method, query, condition));
    const init = {
      method,
      headers: { ...Object.fromEntries(new Headers(this.#remote.headers)), ...headers, ...condition },
      body: content,
      signal,
      credentials: this.#remote.credentials,
      cache: method !== 'GET' || CHANGING.test(path) ? 'no-cache' : isBulk ? 'no-store' : 'default',
    };
    let response;
    try {
      response = await this.#fetch(url, init);
    } catch (error) {
      if (signal?.aborted || error?.name === 'AbortError') throw error;
      throw await diagnose(error, url, path, this.#fetch, { method, headers: init.headers, shared: this.#remote.shared });
    }
    if (response.ok || accept.includes(response.status)) return isPage(response, path) ? null : response;
    if (response.status === 404 || response.status === 410) return null;
    throw await refused(response, path);
  }

  /** Writes an object. The answer of a write that broke off is unknown: the engine settles it by reading. */
  async put(path, bytes) {
    await this.#write('PUT', path, { body: bytes });
  }

  /** Creates an object only if absent, on servers that know the condition: one that ignores it would overwrite. */
  async putIfAbsent(path, bytes) {
    const response = await this.#write('PUT', path, { body: bytes, condition: { 'If-None-Match': '*' }, accept: [409, 412] });
    // 412: it is there. 409: somebody is just creating it, or has just failed to; the engine looks and tries again.
    return response.ok;
  }

  async delete(path) {
    await this.request('DELETE', path, {});
  }

  async #write(method, path, options) {
    const response = await this.request(method, path, options);
    if (response === null) throw errorOf('not found', 'there is no such bucket or folder to write to', { path });
    return response;
  }

  #whole(path, signal) {
    const fetched = this.request('GET', path, { signal }).then(async (response) => {
      if (response === null) return null;
      const bytes = await body(response, path);
      return { bytes, size: bytes.length };
    });
    return this.#wholes.add(path, fetched);
  }

  #warnOnce() {
    if (this.#ignoresRanges) return;
    this.#ignoresRanges = true;
    const warn = this.#remote.onWarning ?? ((message) => console.warn(`cenote: ${message}`));
    warn('the server ignores Range requests, so whole files are fetched; a server with ranges is much faster');
  }
}

/** A store whose server takes no files: the engine sees that it cannot write. @param {FetchStore} store */
export function readOnly(store) {
  return Object.assign(store, { put: undefined, putIfAbsent: undefined, delete: undefined });
}

function slice(whole, asked) {
  if (whole === null) return null;
  const [start, end] = clamp(whole.size, asked);
  return { bytes: whole.bytes.subarray(start, end), start, size: whole.size };
}

async function body(response, path) {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    if (cause?.name === 'AbortError') throw cause;
    const hint = 'the server or something in between cuts answers short, or compresses parts of files';
    const error = errorOf('unavailable', `the connection broke while reading: ${cause?.message ?? cause}`, { path, cause, hint });
    throw Object.assign(error, { transient: true });
  }
}

function validators(response) {
  const modified = Date.parse(response.headers.get('last-modified') ?? '');
  return { etag: response.headers.get('etag') ?? undefined, modified: Number.isNaN(modified) ? undefined : modified };
}

/** Development servers answer an absent file with their start page: no file of a table is HTML. */
function isPage(response, path) {
  return (response.headers.get('content-type') ?? '').startsWith('text/html') && !path.endsWith('.html');
}
