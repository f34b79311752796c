// What a cold open and the first rows of a large table take: which requests, in which order, and how many bytes.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { makeTable } from '../figures/tables.mjs';
import { PACKAGE, ROOT } from '../node/package.mjs';
import { serve } from '../node/server.mjs';
import { openPage, withBrowser } from './chromium.mjs';

/** A request without the names that differ from run to run. */
function told({ path, status, range }) {
  const name = path.split('/').slice(2).join('/').replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, '*');
  return `${status} ${name}${range ? ' (part)' : ''}`;
}

// No listing, no HEAD: the newest snapshot and schema are those that have none after them. Of the data file the footer and
// the page index come in one or two requests, then the pages of the first rows.
const EXPECTED = [
  '200 snapshot/LATEST',
  '200 snapshot/snapshot-1',
  '404 snapshot/snapshot-2',
  '200 schema/schema-0',
  '404 schema/schema-1',
  '200 manifest/manifest-list-*-0',
  '200 manifest/manifest-list-*-2',
  '200 manifest/manifest-*-1',
  '206 bucket-0/data-*-0.parquet (part)',
  '206 bucket-0/data-*-0.parquet (part)',
];

test('a cold open and the first 100 rows take few requests and few bytes', async () => {
  const warehouse = mkdtempSync(join(tmpdir(), 'cenote-cold-'));
  const cli = process.env.CENOTE_CLI;
  assert.ok(cli, 'CENOTE_CLI names the CLI that makes the table');
  try {
    const size = makeTable(cli, warehouse, 'wide', 60 << 20);
    const site = await serve({ '': join(ROOT, 'tests/browser'), node: join(ROOT, 'tests/node'), package: PACKAGE, wh: warehouse }, { delayMillis: 50 });
    await withBrowser(async (browser) => {
      const { page } = await openPage(browser, `${site.url}/engine.html`);
      await page.waitForFunction('window.ready');
      const before = site.log.length;
      const { rows, millis } = await page.evaluate(async (url) => {
        const begin = performance.now();
        const table = await engine.openTable(url);
        let rows = 0;
        for await (const row of table.scan({ limit: 100 }).rows()) rows += row === undefined ? 0 : 1;
        return { rows, millis: performance.now() - begin };
      }, `${site.url}/wh/d.db/wide`);
      assert.equal(rows, 100);
      const log = site.log.slice(before).filter(({ path }) => path.startsWith('wh/'));
      const table = log.map((entry) => ({ ...entry, path: entry.path.replace(/^wh\//, '') }));
      const bytes = table.reduce((sum, entry) => sum + entry.bytes, 0);
      console.log(`first 100 rows of ${size} bytes over 50 ms: ${table.length} requests, ${bytes} bytes, ${millis.toFixed(0)} ms`);
      const found = table.map(told);
      assert.deepEqual(found.slice(0, EXPECTED.length), EXPECTED);
      const rest = found.slice(EXPECTED.length);
      assert.ok(rest.length <= 4 && rest.every((one) => one === EXPECTED.at(-1)), rest.join('\n'));
      assert.ok(bytes < 2 << 20, `${bytes} bytes for 100 rows`);
    });
    await site.close();
  } finally {
    rmSync(warehouse, { recursive: true, force: true });
  }
});
