// Keeps the page's own files, so that it starts without a network. Nothing of a table, and no answer of another server,
// ever goes through here: only the files in the list below are touched.
//
// A version is a list of files with their hashes. It is installed whole or not at all, and serves all files of a page: old
// and new never mix. A new one waits until the page that runs says "take over", or until no page is open.

const SHELL = null;

const SCOPE = new URL(self.registration.scope);
const PREFIX = `cenote ${SCOPE.pathname} `;
const NAME = `${PREFIX}${SHELL?.version}`;
const HASH = 'x-cenote-sha256';
/** What an answer out of the cache must say as the server said it. */
const KEPT = ['content-type', 'content-security-policy', 'cross-origin-opener-policy', 'referrer-policy', 'x-content-type-options'];
const AT_ONCE = 6;

self.addEventListener('install', (event) => event.waitUntil(install()));

self.addEventListener('activate', (event) => event.waitUntil(forget((name) => name !== NAME)));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const path = request.method === 'GET' ? pathOf(request.url) : undefined;
  if (path !== undefined && SHELL && Object.hasOwn(SHELL.files, path)) event.respondWith(ours(path, request));
});

self.addEventListener('message', (event) => {
  if (event.data === 'take over') event.waitUntil(takeOver(event.source));
});

async function install() {
  // A site that was put together without the list has nothing to keep.
  if (!SHELL) return;
  const cache = await caches.open(NAME);
  const before = await Promise.all((await names()).filter((name) => name !== NAME).map((name) => caches.open(name)));
  const left = Object.entries(SHELL.files);
  const work = async () => {
    for (let next = left.pop(); next; next = left.pop()) await keep(cache, before, ...next);
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } catch (error) {
    await caches.delete(NAME);
    throw error;
  }
}

async function keep(cache, before, path, hash) {
  const url = new URL(path, SCOPE).href;
  for (const old of before) {
    const known = await old.match(url);
    if (known?.headers.get(HASH) === hash) return cache.put(url, known);
  }
  const response = await fetch(url, { cache: 'no-cache' });
  const bytes = await response.arrayBuffer();
  // A site that is being replaced serves files of two versions.
  if (!response.ok || (await sha256(bytes)) !== hash) throw new Error(`${path} is not the file of version ${SHELL.version}`);
  const headers = new Headers([[HASH, hash]]);
  for (const name of KEPT) if (response.headers.has(name)) headers.set(name, response.headers.get(name));
  return cache.put(url, new Response(bytes, { headers }));
}

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function ours(path, request) {
  const cache = await caches.open(NAME);
  // The browser may have thrown the cache away.
  return (await cache.match(new URL(path, SCOPE).href)) ?? fetch(request);
}

/** The path of a file below the scope; the folder itself is its index. */
function pathOf(address) {
  const { origin, pathname } = new URL(address);
  if (origin !== SCOPE.origin || !pathname.startsWith(SCOPE.pathname)) return undefined;
  return pathname.slice(SCOPE.pathname.length) || 'index.html';
}

/** Other pages would go on with the old files and load the rest from the new ones: they must be closed first. */
async function takeOver(asking) {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const others = pages.filter(({ id, url }) => id !== asking?.id && pathOf(url) !== undefined).length;
  if (others === 0) await self.skipWaiting();
  else asking?.postMessage({ others });
}

async function names() {
  return (await caches.keys()).filter((name) => name.startsWith(PREFIX) && !name.slice(PREFIX.length).includes(' '));
}

async function forget(choose) {
  await Promise.all((await names()).filter(choose).map((name) => caches.delete(name)));
}
