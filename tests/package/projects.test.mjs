// The packed tarball in fresh projects: bundlers, a page without any, and Node; on the main thread and in a worker.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';

import { build } from 'esbuild';

import { openPage, withBrowser } from '../browser/chromium.mjs';
import { parseExact } from '../node/golden.mjs';
import { GOLDEN } from '../node/package.mjs';
import { serve } from '../node/server.mjs';
import { fixture, node, project, tarball, tool } from './projects.mjs';

const skip = GOLDEN ? false : 'no golden tables beside this checkout';
const TABLE = 'golden/pk_dedup/warehouse/golden.db/pk_dedup';
const expected = skip ? [] : parseExact(readFileSync(join(GOLDEN, 'pk_dedup/expect.json'), 'utf8')).latest.rows.map((row) => JSON.stringify(row)).sort();

before(() => tarball());

test('the tarball holds the package and nothing else', async (context) => {
  const { files, size, unpackedSize, source } = await tarball();
  context.diagnostic(`packed ${source.split('/').slice(-2).join('/')}: ${files.length} files, ${size} bytes, ${unpackedSize} unpacked`);
  const paths = files.map(({ path }) => path);
  assert.ok(paths.includes('index.js') && paths.includes('index.d.ts') && paths.includes('worker.js') && paths.includes('README.md'));
  assert.deepEqual(paths.filter((path) => !/\.(js|d\.ts|wasm|md|json)$|^(LICENSE|NOTICE)$/.test(path)), []);
});

/** Opens a page that reads the table, and checks what it found. */
async function checkPage(url, site) {
  await withBrowser(async (browser) => {
    const { page, errors } = await openPage(browser, `${url}?table=${encodeURIComponent(`${site.url}/${TABLE}`)}`);
    await page.waitForFunction('window.outcome');
    const outcome = await page.evaluate('window.outcome');
    check(outcome, errors);
    // Absent hints and probes are 404s, which Chromium logs; anything else is ours.
    assert.deepEqual(errors.filter((error) => !/404/.test(error)), []);
  });
}

function check({ here, there, written, arrow, problem, ended, error }, errors = []) {
  assert.equal(error, undefined, errors.join('\n'));
  assert.deepEqual(here, expected, 'on the main thread');
  assert.deepEqual(there, expected, 'in a worker');
  assert.deepEqual(written, [2, 2], 'rows written on the main thread and in a worker');
  assert.ok(arrow > 0 && problem && ended, JSON.stringify({ arrow, problem, ended }));
}

/** What a bundled page needs, and no more. */
const STRICT = {
  'Content-Security-Policy': "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; img-src data:",
};

async function withBuilt(name, build, folders, headers = STRICT) {
  const folder = await project(name);
  await build(folder);
  const site = await serve({ '': folders(folder), golden: GOLDEN }, { headers });
  try {
    await checkPage(`${site.url}/index.html`, site);
  } finally {
    await site.close();
  }
}

test('Vite builds it', { skip }, () => withBuilt('vite', (folder) => node(folder, tool('vite/bin/vite.js'), 'build', '--logLevel', 'warn'), (folder) => join(folder, 'dist')));

test('webpack builds it', { skip }, () => withBuilt('webpack', (folder) => node(folder, 'build.js'), (folder) => join(folder, 'dist')));

test('esbuild builds it', { skip }, () => withBuilt('esbuild', (folder) => node(folder, 'build.js'), (folder) => join(folder, 'dist')));

test('a page needs no bundler', { skip }, () => withBuilt('script', async () => undefined, (folder) => folder, {}));

test('a page may take it from another origin, such as a CDN', { skip }, async () => {
  const folder = await project('cdn', fixture('script'));
  const cdn = await serve({ '': join(folder, 'node_modules') });
  const page = readFileSync(join(folder, 'index.html'), 'utf8').replace('./node_modules/cenote/index.js', `${cdn.url}/cenote/index.js`);
  const html = { headers: { 'Content-Type': 'text/html' }, body: page };
  const site = await serve({ '': folder, golden: GOLDEN }, { instead: (path) => (path === 'index.html' ? html : undefined) });
  try {
    await checkPage(`${site.url}/index.html`, site);
    assert.ok(cdn.log.some(({ path }) => path.endsWith('worker.js')) && site.log.every(({ path }) => !path.startsWith('node_modules')));
  } finally {
    await site.close();
    await cdn.close();
  }
});

test("Vite's development server serves it", { skip }, async () => {
  const folder = await project('vite-dev', fixture('vite'));
  const site = await serve({ golden: GOLDEN });
  const server = await developmentServer(folder);
  try {
    await checkPage(`${server.url}/`, site);
  } finally {
    server.close();
    await site.close();
  }
});

test('so do those of Vite before 8, which move the code of packages but not their files', { skip }, async () => {
  const moved = (folder) => build({
    stdin: { contents: "export * from 'cenote'", resolveDir: folder },
    outfile: join(folder, 'node_modules/.vite/deps/cenote.js'),
    bundle: true, format: 'esm', logLevel: 'warning',
  });
  const folder = await project('moved', fixture('script'));
  await moved(folder);
  const page = readFileSync(join(folder, 'index.html'), 'utf8').replace('./node_modules/cenote/index.js', './node_modules/.vite/deps/cenote.js?v=1');
  const site = await serve({ '': folder, golden: GOLDEN }, { instead: (path) => (path === 'index.html' ? { headers: { 'Content-Type': 'text/html' }, body: page } : undefined) });
  try {
    await checkPage(`${site.url}/index.html`, site);
    assert.ok(site.log.some(({ path }) => path.endsWith('.vite/deps/cenote.js')));
  } finally {
    await site.close();
  }
});

/** Vite for development, which serves sources and bundles packages ahead of time. */
async function developmentServer(folder) {
  const server = spawn(process.execPath, [tool('vite/bin/vite.js'), '--port', '0', '--host', '127.0.0.1'], { cwd: folder });
  let told = '';
  const url = await new Promise((resolve, reject) => {
    const listen = (data) => {
      told += data;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(told.replace(/\u001b\[\d+m/g, ''));
      if (found) resolve(found[0]);
    };
    server.stdout.on('data', listen);
    server.stderr.on('data', listen);
    server.on('exit', () => reject(new Error(`vite ended: ${told}`)));
  });
  return { url, close: () => server.kill() };
}

test('Node runs it, over HTTP and on the disk', { skip }, async () => {
  const folder = await project('node');
  const site = await serve({ golden: GOLDEN });
  for (const place of [`${site.url}/${TABLE}`, join(GOLDEN, '..', TABLE)]) check(JSON.parse(await node(folder, 'main.js', place)));
  await site.close();
});
