// A file server for tests, as good or as bad as asked.

import { createServer } from 'node:http';
import { open, stat } from 'node:fs/promises';
import { join, normalize } from 'node:path';

const TYPES = { html: 'text/html', js: 'text/javascript', mjs: 'text/javascript', wasm: 'application/wasm', json: 'application/json', css: 'text/css' };

/**
 * Serves folders by the first segment of the path: `{ '': site, golden: '/data' }`.
 * @param {Record<string, string>} folders
 * @param {object} [how]
 * @param {boolean} [how.ranges] false: whole files, whatever is asked
 * @param {number} [how.missing] status for absent files
 * @param {boolean} [how.cors] false: no CORS headers
 * @param {number} [how.delayMillis] before each answer
 * @param {Record<string, string>} [how.headers] with each answer
 * @param {(path: string, request: object) => undefined | {status?: number, headers?: object, body?: Buffer | string}} [how.instead]
 *   an answer of its own for some paths
 */
export async function serve(folders, { ranges = true, missing = 404, cors = true, delayMillis = 0, headers = {}, instead } = {}) {
  const log = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://test');
    const path = decodeURIComponent(url.pathname).slice(1);
    const entry = { method: request.method, path, range: request.headers.range ?? null, bytes: 0, status: 0 };
    log.push(entry);
    if (delayMillis > 0) await new Promise((resolve) => setTimeout(resolve, delayMillis));
    if (cors) {
      response.setHeader('Access-Control-Allow-Origin', '*');
      response.setHeader('Access-Control-Allow-Headers', '*');
      response.setHeader('Access-Control-Expose-Headers', 'Content-Range, Content-Length, Content-Encoding, ETag');
    }
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const answer = instead?.(path, request) ?? (await fileAnswer(folders, path, ranges ? request.headers.range : undefined, missing));
    entry.status = answer.status ?? 200;
    entry.bytes = answer.body?.length ?? 0;
    response.writeHead(request.method === 'OPTIONS' ? 204 : entry.status, { 'Cache-Control': 'no-store', ...answer.headers });
    if (answer.cut) response.write(answer.body, () => response.destroy());
    else response.end(request.method === 'OPTIONS' ? undefined : answer.body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A test that fails before it closes its server must not hang the run.
  server.unref();
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    log,
    close: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(resolve);
    }),
  };
}

async function fileAnswer(folders, path, range, missing) {
  const [first, ...rest] = path.split('/');
  const file = normalize(first in folders && first !== '' ? join(folders[first], ...rest) : join(folders[''] ?? '/nowhere', path));
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) return { status: missing, body: missing === 403 ? '<Code>AccessDenied</Code>' : 'absent' };
  const headers = { 'Content-Type': TYPES[file.split('.').pop()] ?? 'application/octet-stream' };
  const match = /^bytes=(\d*)-(\d*)$/.exec(range ?? '');
  if (!match) return { headers, body: await read(file, 0, found.size) };
  const start = match[1] === '' ? Math.max(0, found.size - Number(match[2])) : Number(match[1]);
  const end = match[1] === '' || match[2] === '' ? found.size : Math.min(Number(match[2]) + 1, found.size);
  if (start >= found.size) return { status: 416, headers: { 'Content-Range': `bytes */${found.size}` }, body: '' };
  const body = await read(file, start, end);
  return { status: 206, headers: { ...headers, 'Content-Range': `bytes ${start}-${end - 1}/${found.size}` }, body };
}

async function read(file, start, end) {
  const handle = await open(file);
  try {
    const bytes = Buffer.alloc(end - start);
    await handle.read(bytes, 0, bytes.length, start);
    return bytes;
  } finally {
    await handle.close();
  }
}
