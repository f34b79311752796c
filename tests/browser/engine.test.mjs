// The engine in a worker of a real browser: golden rows, figures of a cold open, cancelling, CORS.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { failures, summary } from '../node/golden.mjs';
import { GOLDEN, PACKAGE, ROOT } from '../node/package.mjs';
import { serve } from '../node/server.mjs';
import { openPage, withBrowser } from './chromium.mjs';

const skip = GOLDEN ? false : 'no golden tables beside this checkout';
const folders = { '': join(ROOT, 'tests/browser'), node: join(ROOT, 'tests/node'), package: PACKAGE, golden: GOLDEN };

async function withPage(run, how) {
  const site = await serve(folders, how);
  try {
    await withBrowser(async (browser) => {
      const { page, errors } = await openPage(browser, `${site.url}/engine.html`);
      await page.waitForFunction('window.ready');
      await run(page, site, errors);
    });
  } finally {
    await site.close();
  }
}

test('golden tables read the same in a worker', { skip }, async (context) => {
  await withPage(async (page, site, errors) => {
    const names = readdirSync(GOLDEN).filter((name) => /^[a-z]\w+$/.test(name));
    const results = await page.evaluate(([url, names]) => checkGolden(url, names), [`${site.url}/golden`, names]);
    context.diagnostic(summary(results));
    assert.equal(failures(results), '');
    assert.ok(results.length > 0);
    // Absent hints and probes are 404s, which Chromium logs; anything else is ours.
    assert.deepEqual(errors.filter((error) => !/404/.test(error)), []);
  });
});

test('a cold open and the first 100 rows take few requests', { skip }, async (context) => {
  await withPage(async (page, site) => {
    const url = `${site.url}/golden/large_append/warehouse/golden.db/large_append`;
    const figures = await page.evaluate(async (url) => {
      const begin = performance.now();
      const fresh = await cenote.inWorker();
      const table = await fresh.openTable(url);
      const opened = performance.now() - begin;
      const { rows } = await (await table.cursor()).rows(100);
      return { opened, firstRows: performance.now() - begin, rows: rows.length, io: table.io() };
    }, url);
    const { totals, requests } = figures.io;
    context.diagnostic(`cold open ${figures.opened.toFixed(0)} ms, first ${figures.rows} rows ${figures.firstRows.toFixed(0)} ms, `
      + `${totals.requests} requests, ${totals.bytes} bytes`);
    context.diagnostic(requests.map(({ path, start, end, outcome }) => `${path.split('/').slice(-2).join('/')}${start === null ? '' : `[${start}..${end}]`} ${outcome}`).join(', '));
    assert.equal(figures.rows, 100);
    const names = (match) => new Set(requests.filter(({ path }) => match.test(path)).map(({ path }) => path)).size;
    const allowed = 6 + names(/manifest\//) + 2 * names(/\.parquet$/);
    assert.ok(totals.requests <= allowed, `${totals.requests} requests, at most ${allowed}`);
  });
});

test('a page without permission learns the policy to paste', { skip }, async () => {
  const bucket = await serve({ '': GOLDEN }, { cors: false });
  await withPage(async (page) => {
    const error = await page.evaluate(async (url) => engine.openTable(url).then(() => null, (error) => {
      const { kind, message, hint } = error;
      return { kind, message, hint, isCors: error instanceof cenote.CorsError };
    }), `${bucket.url}/pk_dedup/warehouse/golden.db/pk_dedup`);
    assert.ok(error.isCors, 'an error of a worker is of its class');
    assert.equal(error.kind, 'cors', error.message);
    assert.match(error.hint, /AllowedOrigins/);
  });
  await bucket.close();
});

test('a call can be cancelled', { skip }, async () => {
  await withPage(async (page, site) => {
    const outcome = await page.evaluate(async (url) => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 30);
      return engine.openTable(url, { signal: controller.signal }).then(() => 'opened', ({ name }) => name);
    }, `${site.url}/golden/pk_dedup/warehouse/golden.db/pk_dedup`);
    assert.equal(outcome, 'AbortError');
  }, { delayMillis: 20 });
});

test('picked files and the private file system are read in a worker', async () => {
  await withPage(async (page) => {
    const seen = await page.evaluate(async () => {
      const warehouse = await engine.openWarehouse('opfs:/picked');
      const made = await warehouse.createTable('db', 't', { fields: { id: 'INT' } });
      const writer = await made.write();
      await writer.append([{ id: 1 }, { id: 2 }]);
      await writer.commit();
      await writer.abort();
      const idsOf = async (table) => {
        const ids = [];
        for await (const { id } of table.scan().rows()) ids.push(id);
        table.close();
        return ids;
      };
      // As an <input webkitdirectory> or a drop gives them: files with their paths.
      const walk = async (folder, path) => {
        const found = [];
        for await (const [name, entry] of folder.entries()) {
          if (entry.kind === 'directory') found.push(...(await walk(entry, `${path}/${name}`)));
          else found.push(Object.assign(await entry.getFile(), { path: `${path}/${name}` }));
        }
        return found;
      };
      const top = await navigator.storage.getDirectory();
      const list = await walk(await (await (await top.getDirectoryHandle('picked')).getDirectoryHandle('db.db')).getDirectoryHandle('t'), '');
      const fromFiles = await engine.openTable(list);
      const refusal = await fromFiles.write().catch(({ name }) => name);
      return { opfs: await idsOf(await engine.openTable('opfs:/picked/db.db/t')), files: await idsOf(fromFiles), refusal, count: list.length };
    });
    assert.deepEqual(seen, { opfs: [1, 2], files: [1, 2], refusal: 'UnsupportedError', count: seen.count });
    assert.ok(seen.count >= 4);
  });
});
