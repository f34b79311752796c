// Memory of a page in a real browser: what its process holds before, while and after a table is open on the page's own thread.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { fixture, project, ROOT } from './projects.mjs';

process.env.CENOTE_PACKAGE = join(await project('memory', fixture('node')), 'node_modules/cenote');
const { ROWS, withBigTable } = await import('../node/big_table.mjs');
const { serve } = await import('../node/server.mjs');
const { openPage, resident, withBrowser } = await import('../browser/chromium.mjs');

const MB = 1 << 20;
const mb = (bytes) => `${(bytes / MB).toFixed(0)} MB`;

test("a page gets the engine's memory back when its tables are closed, without a worker", (context) => withBigTable(async (folder) => {
  const site = await serve({ '': join(ROOT, 'tests/browser'), node: join(ROOT, 'tests/node'), package: process.env.CENOTE_PACKAGE, data: folder });
  await withBrowser(async (browser) => {
    const { page, errors } = await openPage(browser, `${site.url}/engine.html`);
    await page.waitForFunction('window.ready');
    await page.evaluate(async () => {
      await engine.close();
      window.bytes = cenote.engineBytes;
      await cenote.load({ idleMillis: 20 });
    });
    for (let round = 1; round <= 3; round += 1) {
      const before = await resident(browser, page);
      const used = await page.evaluate(async ([url, rows]) => {
        window.table = await cenote.openTable(url);
        window.cursor = await table.cursor();
        const given = (await cursor.rows(rows)).rows.length;
        if (given !== rows) throw new Error(`${given} rows`);
        return bytes();
      }, [`${site.url}/data/db.db/t`, ROWS]);
      const open = await resident(browser, page);
      const left = await page.evaluate(async () => {
        cursor.close();
        table.close();
        for (let turn = 0; turn < 250 && cenote.loaded().length > 0; turn += 1) await new Promise((resolve) => setTimeout(resolve, 20));
        return bytes();
      });
      assert.equal(left, 0);
      const after = await resident(browser, page);
      context.diagnostic(`round ${round}: engine ${mb(used)}; page ${mb(before)} before, ${mb(open)} open, ${mb(after)} closed`);
      assert.ok(used > 50 * MB, `the engine took ${mb(used)}`);
      assert.ok(open - after > 0.6 * used, `${mb(open - after)} of ${mb(used)} came back`);
    }
    assert.deepEqual(errors.filter((error) => !/404/.test(error)), []);
  });
  await site.close();
}));
