// Why a fetch failed: a browser only says "TypeError". A few more requests tell apart what a page can tell apart.

import { errorOf } from '../errors.js';

/**
 * @param {unknown} cause what fetch threw @param {URL} url @param {string} path @param {typeof fetch} fetchFn
 * @param {{method?: string, headers?: Record<string, string>, shared?: URL}} [request] `shared`: the server without the
 *   bucket that is part of the host's name
 * @returns {Promise<Error>}
 */
export async function diagnose(cause, url, path, fetchFn, { method = 'GET', headers = {}, shared } = {}) {
  const details = { path, cause };
  if (isMixed(url)) {
    const message = `a page loaded over https may not read from ${url.origin}`;
    return errorOf('unavailable', message, { ...details, hint: 'serve the files over https, or open a Cenote that was loaded over http' });
  }
  if (globalThis.navigator?.onLine === false && !isThisMachine(url)) {
    const hint = 'folders of this machine can be opened without one';
    return transient(errorOf('unavailable', `cannot reach ${url.host}: this machine has no network`, { ...details, hint }));
  }
  if (isForeign(url) && (await answers(url, fetchFn, { mode: 'no-cors' }))) return kept(url, fetchFn, method, headers, details);
  if (isOwn(url) && (await answers(url, fetchFn, {}))) return unusable(url, details);
  const reason = cause?.cause?.code ?? cause?.cause?.message ?? cause?.message ?? cause;
  const hint = await unreachable(url, fetchFn, shared);
  return transient(errorOf('unavailable', `cannot reach ${url.host}: ${reason}`, { ...details, hint }));
}

/** The server answers, and the browser keeps the answer from the page. */
async function kept(url, fetchFn, method, headers, details) {
  const { origin } = globalThis.location;
  const writes = method !== 'GET';
  const hint = corsPolicy(origin, writes);
  if (await answers(url, fetchFn, {})) {
    const asked = asksFirst(method, headers);
    if (!asked) return unusable(url, details);
    const message = `${url.host} lets pages of ${origin} read, but refuses the question that a browser asks before ${asked} (the preflight, OPTIONS)`;
    return errorOf('cors', message, { ...details, hint });
  }
  return errorOf('cors', `${url.host} does not let pages of ${origin} ${writes ? 'write' : 'read'} its files`, { ...details, hint });
}

/** The server answers and this page may read it; the answer itself is the trouble. */
function unusable(url, details) {
  const hint = 'the server, or something in between, breaks answers off or compresses parts of files; the network panel of the browser names the fault';
  return transient(errorOf('unavailable', `the browser cannot use what ${url.host} answered: ${details.cause?.message ?? details.cause}`, { ...details, hint }));
}

/** What makes a browser ask before it sends a request; nothing for plain ones. */
function asksFirst(method, headers) {
  if (method !== 'GET' && method !== 'POST') return method;
  const plain = (name, value) => name.toLowerCase() === 'range' && /^bytes=\d+-\d*$/.test(value);
  return Object.entries(headers).find(([name, value]) => !plain(name, value))?.[0];
}

/** What may be wrong with a server that cannot be seen at all. A page is told nothing, so it is a list. */
async function unreachable(url, fetchFn, shared) {
  if (shared && shared.host !== url.host && (await answers(shared, fetchFn, { mode: 'no-cors' }))) {
    return `${shared.host} answers, ${url.host} does not: put the bucket into the path (pathStyle)`;
  }
  if (!globalThis.location) return undefined;
  if (isThisMachine(url)) {
    const allow = isForeign(url) ? ` --allow-origin ${globalThis.location.origin}` : '';
    return `is the server running on this port? \`cenote serve --warehouse <folder> --port ${url.port || 80}${allow}\` is one`;
  }
  const certificate = url.protocol === 'https:' ? ', its certificate is not trusted (open the address in a tab to see)' : '';
  return `the name is wrong, the server is down or out of reach (VPN, firewall)${certificate}, or an extension of the browser blocks it`;
}

function isForeign(url) {
  const here = globalThis.location?.origin;
  return here !== undefined && here !== 'null' && here !== url.origin;
}

function isOwn(url) {
  return globalThis.location?.origin === url.origin;
}

function isThisMachine({ hostname }) {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || /^127\./.test(hostname) || hostname === '[::1]';
}

function isMixed(url) {
  return globalThis.location?.protocol === 'https:' && url.protocol === 'http:' && !isThisMachine(url);
}

function transient(error) {
  return Object.assign(error, { transient: true });
}

/** Whether a request gets an answer at all; its body is not waited for. @param {RequestInit} init */
async function answers(url, fetchFn, init) {
  const enough = new AbortController();
  try {
    await fetchFn(url, { ...init, cache: 'no-store', credentials: 'omit', signal: enough.signal });
    return true;
  } catch {
    return false;
  } finally {
    enough.abort();
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
