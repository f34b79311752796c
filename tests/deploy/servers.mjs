// The servers of docs/deploy.md with the lines that stand there: what they send, and that a page opens a table through them.
//
//   node tests/deploy/servers.mjs [nginx] [caddy]      both unless said; one that is not installed is a failure
//
// Not part of `cargo xtask test`: its machines need not have these servers. It needs the explorer in dist/explorer (or CENOTE_EXPLORER),
// the golden tables, and Chromium.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, constants, gunzipSync, gzipSync } from 'node:zlib';

import { withBrowser } from '../browser/chromium.mjs';
import { SITE } from '../browser/explorer.mjs';
import { explorer, shown } from '../browser/explorer_page.mjs';
import { GOLDEN, ROOT } from '../node/package.mjs';

const GUIDE = readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8');
const TABLE = 'golden.db/pk_dedup';

/** How a server is started with lines of the guide. */
const SERVERS = {
  nginx: {
    config: (port, lines, folder) => `
      daemon off; master_process off; pid ${folder}/nginx.pid; error_log stderr warn;
      events { }
      http {
        access_log off;
        ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')}
        server { listen 127.0.0.1:${port}; ${lines} }
      }`,
    command: (file, folder) => ['nginx', ['-c', file, '-p', folder, '-e', 'stderr']],
  },
  caddy: {
    config: (port, lines) => `{\n  admin off\n  auto_https off\n}\nhttp://127.0.0.1:${port}, http://localhost:${port} {\n${lines}\n}\n`,
    command: (file) => ['caddy', ['run', '--config', file, '--adapter', 'caddyfile']],
  },
};

/** The lines of the guide for a server, with its folders where ours are. */
function linesOf(name, folder) {
  const found = new RegExp(`\`\`\`${name}\n([\\s\\S]*?)\`\`\``).exec(GUIDE);
  assert.ok(found, `the guide has lines for ${name}`);
  return found[1].replaceAll('/srv/', `${folder}/`);
}

/** The headers that the guide wants for the page. */
function wantedHeaders() {
  const lines = /```text\n(Content-Security-Policy:[\s\S]*?)```/.exec(GUIDE)[1].trim().split('\n');
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
}

/** The explorer as it is built for hosts, with compressed files beside the others, and a warehouse. */
function prepare() {
  const folder = mkdtempSync(join(tmpdir(), 'cenote-deploy-'));
  cpSync(SITE, join(folder, 'cenote'), { recursive: true });
  for (const file of readdirSync(join(folder, 'cenote'), { recursive: true }).map((name) => join(folder, 'cenote', String(name)))) {
    if (!/\.(html|js|css|wasm|json|svg|webmanifest)$/.test(file) || statSync(file).isDirectory()) continue;
    const bytes = readFileSync(file);
    writeFileSync(`${file}.gz`, gzipSync(bytes));
    writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }));
  }
  cpSync(join(GOLDEN, 'pk_dedup/warehouse'), join(folder, 'warehouse'), { recursive: true, dereference: true });
  mkdirSync(join(folder, 'warehouse/_cenote'));
  writeFileSync(join(folder, 'warehouse/_cenote/warehouse.json'), JSON.stringify({ databases: [{ name: 'golden', tables: ['pk_dedup'] }] }));
  return folder;
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** One request as it is: nothing is decoded. */
function ask(port, path, headers = {}, method = 'GET') {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, headers, method }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

async function started(name, folder) {
  const port = await freePort();
  const file = join(folder, `${name}.conf`);
  writeFileSync(file, SERVERS[name].config(port, linesOf(name, folder), folder));
  const [program, args] = SERVERS[name].command(file, folder);
  const server = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder } });
  let told = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (data) => (told += data));
  const ended = new Promise((_, reject) => {
    server.on('error', (error) => reject(new Error(`${name} does not start: ${error.message}`)));
    server.on('exit', (code) => reject(new Error(`${name} ended with ${code}: ${told}`)));
  });
  ended.catch(() => undefined);
  const up = async () => {
    for (;;) {
      if (await ask(port, '/').then(() => true, () => false)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  await Promise.race([up(), ended]);
  return { port, stop: () => server.kill() };
}

async function checkPage(port) {
  const moved = await ask(port, '/tools/cenote');
  assert.ok([301, 302, 308].includes(moved.status) && moved.headers.location.endsWith('/tools/cenote/'), `the folder without a slash: ${moved.status}`);
  const index = await ask(port, '/tools/cenote/');
  assert.deepEqual([index.status, index.body.toString()], [200, readFileSync(join(SITE, 'index.html'), 'utf8')]);
  for (const [name, value] of Object.entries(wantedHeaders())) assert.equal(index.headers[name], value, name);
  assert.equal(index.headers['cache-control'], 'no-cache');
  assert.ok(index.headers.etag);
  assert.equal((await ask(port, '/tools/cenote/', { 'If-None-Match': index.headers.etag })).status, 304);
  const types = {
    'index.html': 'text/html', 'boot.js': 'text/javascript', 'tokens.css': 'text/css', 'cenote-explorer_bg.wasm': 'application/wasm',
    'icon.svg': 'image/svg+xml', 'icons/192.png': 'image/png', 'manifest.webmanifest': 'application/manifest+json', '_cenote/warehouse.json': 'application/json',
  };
  for (const [file, type] of Object.entries(types)) {
    const { status, headers } = await ask(port, `/tools/cenote/${file}`);
    assert.deepEqual([status, headers['content-type']?.split(';')[0]], [200, type], file);
  }
  const small = await ask(port, '/tools/cenote/cenote-explorer_bg.wasm', { 'Accept-Encoding': 'gzip' });
  assert.deepEqual([small.headers['content-encoding'], small.headers['content-type']], ['gzip', 'application/wasm']);
  assert.ok(gunzipSync(small.body).equals(readFileSync(join(SITE, 'cenote-explorer_bg.wasm'))));
  assert.equal((await ask(port, '/tools/cenote/none.js')).status, 404);
}

async function checkWarehouse(port) {
  const path = `/warehouse/${TABLE}/schema/schema-0`;
  const whole = await ask(port, path, { 'Accept-Encoding': 'gzip, br' });
  assert.deepEqual([whole.status, whole.headers['content-encoding'], whole.headers['accept-ranges']], [200, undefined, 'bytes']);
  const size = whole.body.length;
  for (const [range, from, to] of [['bytes=2-9', 2, 10], ['bytes=-8', size - 8, size], [`bytes=${size - 3}-`, size - 3, size]]) {
    const part = await ask(port, path, { Range: range, Origin: 'https://explorer.example', 'Accept-Encoding': 'gzip, br' });
    assert.deepEqual([part.status, part.headers['content-range']], [206, `bytes ${from}-${to - 1}/${size}`], range);
    assert.ok(part.body.equals(whole.body.subarray(from, to)), range);
    assert.equal(part.headers['access-control-allow-origin'], '*');
    assert.match(part.headers['access-control-expose-headers'], /Content-Range.*ETag/);
  }
  assert.equal((await ask(port, path, { 'If-None-Match': whole.headers.etag })).status, 304);
  const absent = await ask(port, `/warehouse/${TABLE}/snapshot/snapshot-999`, { Origin: 'https://explorer.example' });
  assert.deepEqual([absent.status, absent.headers['access-control-allow-origin']], [404, '*'], 'a page must see that a file is absent');
  const preflight = await ask(port, path, { Origin: 'https://explorer.example', 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'range' }, 'OPTIONS');
  assert.deepEqual([preflight.status, preflight.headers['access-control-allow-origin']], [204, '*']);
  assert.match(preflight.headers['access-control-allow-headers'], /range/i);
}

/** A page that shows the rows of a table, of its own origin and of another. */
async function checkInBrowser(port) {
  await withBrowser(async (browser) => {
    for (const data of [`http://127.0.0.1:${port}`, `http://localhost:${port}`]) {
      const at = await explorer(browser, `http://127.0.0.1:${port}/tools/cenote/`, { allowed: [data] });
      await at.go(`#/t/${encodeURIComponent(`${data}/warehouse/${TABLE}`)}/data`);
      await shown(at.page);
      await at.page.waitForFunction(() => document.querySelectorAll('[role=gridcell][id$="-0"]').length >= 20, null, { timeout: 20_000 });
      await at.page.evaluate(async () => (await navigator.serviceWorker.ready).active);
      assert.deepEqual([at.strange(), at.seen.violations, at.foreign()], [[], [], []]);
      await at.close();
    }
  });
}

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(SERVERS);
const folder = prepare();
try {
  for (const name of names) {
    const server = await started(name, folder);
    try {
      await checkPage(server.port);
      await checkWarehouse(server.port);
      await checkInBrowser(server.port);
      console.log(`${name}: page, headers, ranges, CORS and a table in Chromium are right`);
    } finally {
      server.stop();
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
