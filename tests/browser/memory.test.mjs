// Memory of a page in a real browser: what its process holds before, while and after a table is open in a worker.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { ROWS, withBigTable } from '../node/big_table.mjs';
import { PACKAGE, ROOT } from '../node/package.mjs';
import { serve } from '../node/server.mjs';
import { openPage, resident, withBrowser } from './chromium.mjs';

const MB = 1 << 20;
const mb = (bytes) => `${(bytes / MB).toFixed(0)} MB`;

test('a page gets the memory of its worker back when its tables are closed', (context) => withBigTable(async (folder) => {
  const site = await serve({ '': join(ROOT, 'tests/browser'), node: join(ROOT, 'tests/node'), package: PACKAGE, data: folder });
  await withBrowser(async (browser) => {
    const { page } = await openPage(browser, `${site.url}/engine.html`);
    await page.waitForFunction('window.ready');
    await page.evaluate(() => engine.close());
    for (let round = 1; round <= 2; round += 1) {
      const before = await resident(browser, page);
      const used = await page.evaluate(async ([url, rows]) => {
        window.fresh = await cenote.inWorker({ idleMillis: 20 });
        window.table = await fresh.openTable(url);
        window.cursor = await table.cursor();
        await cursor.rows(rows);
        return fresh.memory();
      }, [`${site.url}/data/db.db/t`, ROWS]);
      const open = await resident(browser, page);
      const isRunning = await page.evaluate(async () => {
        cursor.close();
        table.close();
        for (let turn = 0; turn < 250 && fresh.isRunning; turn += 1) await new Promise((resolve) => setTimeout(resolve, 20));
        return fresh.isRunning;
      });
      assert.equal(isRunning, false);
      const after = await resident(browser, page);
      context.diagnostic(`round ${round}: engine ${mb(used)}; page ${mb(before)} before, ${mb(open)} open, ${mb(after)} closed`);
      assert.ok(used > 50 * MB, `the engine took ${mb(used)}`);
      assert.ok(open - after > 0.6 * used, `${mb(open - after)} of ${mb(used)} came back`);
    }
  });
  await site.close();
}));
