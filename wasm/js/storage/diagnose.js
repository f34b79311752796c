// Why a fetch failed: a browser only says "TypeError". One more request tells a CORS refusal from a dead server.

import { errorOf } from '../errors.js';

/**
 * @param {unknown} cause what fetch threw @param {URL} url @param {string} path
 * @param {typeof fetch} fetchFn @param {string} [method] @returns {Promise<Error>}
 */
export async function diagnose(cause, url, path, fetchFn, method = 'GET') {
  const details = { path, cause };
  if (foreign(url) && (await reachable(url, fetchFn))) {
    const origin = globalThis.location.origin;
    const writes = method !== 'GET';
    const message = `${url.host} does not let pages of ${origin} ${writes ? 'write' : 'read'} its files`;
    return errorOf('cors', message, { ...details, hint: corsPolicy(origin, writes) });
  }
  const reason = cause?.cause?.code ?? cause?.cause?.message ?? cause?.message ?? cause;
  const mixed = globalThis.location?.protocol === 'https:' && url.protocol === 'http:';
  const hint = mixed ? 'a page loaded over https may not read http: serve the files over https' : undefined;
  const error = errorOf('unavailable', `cannot reach ${url.host}: ${reason}`, { ...details, hint });
  return Object.assign(error, { transient: true });
}

function foreign(url) {
  const here = globalThis.location?.origin;
  return here !== undefined && here !== 'null' && here !== url.origin;
}

/** A request that a page may always make, and learns nothing from but that it was answered. */
async function reachable(url, fetchFn) {
  try {
    await fetchFn(url, { mode: 'no-cors', cache: 'no-store', credentials: 'omit' });
    return true;
  } catch {
    return false;
  }
}

/** The policy that lets pages of `origin` use a bucket, in S3's words. @param {string} origin @param {boolean} [writes] */
export function corsPolicy(origin, writes = false) {
  return JSON.stringify(
    [
      {
        AllowedOrigins: [origin],
        AllowedMethods: writes ? ['GET', 'PUT', 'DELETE'] : ['GET'],
        AllowedHeaders: ['*'],
        ExposeHeaders: ['Content-Range', 'Content-Length', 'Content-Encoding', 'ETag'],
        MaxAgeSeconds: 3600,
      },
    ],
    null,
    2,
  );
}
