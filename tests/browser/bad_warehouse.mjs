// A warehouse in memory behind a server that can be made to misbehave, file by file.

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { load } from '../node/package.mjs';

/** Files of a folder by their paths. @returns {Map<string, Buffer>} */
export function filesOf(folder, prefix = '') {
  const found = new Map();
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) for (const [inside, bytes] of filesOf(path, `${prefix}${name}/`)) found.set(inside, bytes);
    else found.set(`${prefix}${name}`, readFileSync(path));
  }
  return found;
}

/** Rows of the table that `wide` makes. */
const WIDE_ROWS = 60_000;

/** A table `golden.wide` whose one file is so large that it is read by ranges. @returns {Promise<Map<string, Buffer>>} */
export async function wide() {
  const { openWarehouse } = await load();
  const folder = mkdtempSync(join(tmpdir(), 'cenote-wide-'));
  try {
    const options = { bucket: -1, 'file.compression': 'none' };
    const warehouse = await openWarehouse(folder);
    const table = await warehouse.createTable('golden', 'wide', { fields: { id: 'BIGINT', text: 'STRING' }, options });
    const writer = await table.write();
    let seed = 1;
    const word = () => (seed = (seed * 48_271) % 2_147_483_647).toString(36);
    await writer.append(Array.from({ length: WIDE_ROWS }, (_, id) => ({ id, text: word() + word() + word() + word() + word() })));
    await writer.commit();
    table.close();
    warehouse.close();
    return filesOf(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Serves `files` with ranges and leave for all pages. `twist` gets each answer before it goes and may change it.
 * @typedef {{status: number, headers: Record<string, string>, body: Buffer, cut?: boolean, delay?: number, hang?: boolean}} Answer
 *   `cut`: the connection dies after the body; `hang`: it stays open and nothing more comes
 * @param {Map<string, Buffer>} files
 * @param {(answer: Answer, request: {path: string, method: string, range?: string, headers: object}) => void} [twist]
 */
export async function badWarehouse(files, twist = () => {}) {
  const log = [];
  const state = { files, twist };
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://test').pathname).slice(1);
    const { method, headers } = request;
    log.push(path);
    const answer = soundAnswer(state.files.get(path), method, headers.range);
    state.twist(answer, { path, method, range: headers.range, headers });
    if (answer.delay) await new Promise((resolve) => setTimeout(resolve, answer.delay));
    if (response.destroyed) return;
    response.writeHead(answer.status, answer.headers);
    if (answer.hang) response.write(answer.body);
    else if (answer.cut) response.write(answer.body, () => response.destroy());
    else response.end(answer.body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const close = () => new Promise((resolve) => {
    server.closeAllConnections();
    server.close(resolve);
  });
  return { url: `http://127.0.0.1:${server.address().port}`, log, state, close };
}

function soundAnswer(file, method, range) {
  const headers = {
    'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': '*', 'Cache-Control': 'no-store',
    'Access-Control-Expose-Headers': 'Content-Range, Content-Length, Content-Encoding, ETag',
  };
  if (method === 'OPTIONS') return { status: 204, headers, body: Buffer.alloc(0) };
  if (!file) return { status: 404, headers, body: Buffer.from('absent') };
  headers['Content-Type'] = 'application/octet-stream';
  const match = /^bytes=(\d*)-(\d*)$/.exec(range ?? '');
  const size = file.length;
  if (!match) return { status: 200, headers, body: file };
  const start = match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = match[1] === '' || match[2] === '' ? size : Math.min(Number(match[2]) + 1, size);
  if (start >= size) return { status: 416, headers: { ...headers, 'Content-Range': `bytes */${size}` }, body: Buffer.alloc(0) };
  return { status: 206, headers: { ...headers, 'Content-Range': `bytes ${start}-${end - 1}/${size}` }, body: file.subarray(start, end) };
}
