// Why a fetch failed: a browser only says "TypeError". One more request tells a CORS refusal from a dead server.

import { errorOf } from '../errors.js';

/**
 * @param {unknown} cause what fetch threw @param {URL} url @param {string} path
 * @param {typeof fetch} fetchFn @returns {Promise<Error>}
 */
export async function diagnose(cause, url, path, fetchFn) {
  const details = { path, cause };
  if (foreign(url) && (await reachable(url, fetchFn))) {
    const origin = globalThis.location.origin;
    return errorOf('cors', `${url.host} does not let pages of ${origin} read its files`, { ...details, hint: corsPolicy(origin) });
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

/** The policy that lets pages of `origin` read a bucket, in S3's words. @param {string} origin */
export function corsPolicy(origin) {
  return JSON.stringify(
    [
      {
        AllowedOrigins: [origin],
        AllowedMethods: ['GET'],
        AllowedHeaders: ['*'],
        ExposeHeaders: ['Content-Range', 'Content-Length', 'Content-Encoding', 'ETag'],
        MaxAgeSeconds: 3600,
      },
    ],
    null,
    2,
  );
}
