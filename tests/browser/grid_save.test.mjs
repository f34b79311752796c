// Exports through the browser's dialog for saving. Headless Chromium shows none: in its place stands a function that gives a file of
// the page's private file system, which is written as one on disk is.

import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { withBrowser } from './chromium.mjs';
import { cenote, csv, noErrors, rowCells, skip, withSite, withWarehouse } from './table_site.mjs';

const ROWS = 60_000;
const SCHEMA = 'id BIGINT NOT NULL, half INT, name STRING';

/** What the dialog does is said by `window.dialog`: save, cancel, refuse, or give a file that is gone. */
function fakeDialog() {
  window.dialog = 'save';
  window.asked = [];
  window.showSaveFilePicker = async ({ suggestedName }) => {
    window.asked.push(suggestedName);
    if (!navigator.userActivation.isActive) throw new DOMException('Must be handling a user gesture', 'SecurityError');
    if (window.dialog === 'cancel') throw new DOMException('The user aborted a request.', 'AbortError');
    if (window.dialog === 'refuse') throw new DOMException('Cross origin sub frames are not allowed', 'SecurityError');
    const root = await navigator.storage.getDirectory();
    if (window.dialog !== 'gone') return root.getFileHandle(suggestedName, { create: true });
    const folder = await root.getDirectoryHandle('gone', { create: true });
    const handle = await folder.getFileHandle(suggestedName, { create: true });
    await root.removeEntry('gone', { recursive: true });
    return handle;
  };
}

test('exports are saved where the dialog says', { skip, timeout: 300_000 }, async (t) => {
  await withWarehouse(async (warehouse) => {
    const file = join(warehouse, 'rows.csv');
    csv(file, 'id,half,name', ROWS, (row) => `${row},${row >> 1},n${row % 1000}`);
    cenote('table', 'create', 'big.rows', '--warehouse', warehouse, '--schema', SCHEMA);
    cenote('write', 'big.rows', file, '--warehouse', warehouse);
    rmSync(file);
    const expected = cenote('read', 'big.rows', '--warehouse', warehouse, '--output', 'csv');
    await withSite(['serve', '--warehouse', warehouse], (url) => withBrowser(async (browser) => {
      const context = await browser.newContext();
      await context.addInitScript(fakeDialog);
      const page = await context.newPage();
      const [errors, downloads] = [[], []];
      page.on('pageerror', (error) => errors.push(String(error)));
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      page.on('download', (download) => downloads.push(download));
      await page.goto(`${url}#/demo/big/rows/data`);
      await page.locator('#cell-0-0').waitFor();

      const dialog = (does) => page.evaluate((does) => { window.dialog = does; window.asked = []; }, does);
      const asked = () => page.evaluate(() => window.asked);
      const press = async (label) => {
        // A menu whose dialog was cancelled is still open.
        if (!(await page.locator('.export-menu').evaluate((menu) => menu.open))) await page.locator('.export-menu summary').click();
        await page.locator('.export-formats').getByRole('button', { name: label, exact: true }).click();
      };
      const told = async (pattern) => {
        await page.locator('.toast', { hasText: pattern }).waitFor({ timeout: 60_000 });
        return page.locator('.toast').innerText();
      };
      /** Bytes of a file that was saved. */
      const saved = async (name) => Buffer.from(await page.evaluate(async (name) => {
        const handle = await (await navigator.storage.getDirectory()).getFileHandle(name);
        const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
        let text = '';
        for (let at = 0; at < bytes.length; at += 30_000) text += String.fromCharCode(...bytes.subarray(at, at + 30_000));
        return btoa(text);
      }, name), 'base64');
      /** The grid is there and can be used. */
      const usable = async () => {
        await page.locator('.export-menu').waitFor();
        assert.equal(await page.locator('.exporting').count(), 0);
        assert.deepEqual(await rowCells(page, 1), ['0', '0', 'n0']);
        await page.locator('#cell-0-0').click();
        assert.equal(await page.locator('.grid-cell.on').innerText(), '0');
      };

      await t.test('CSV has the bytes of the command line', async () => {
        await press('CSV');
        assert.match(await told(/rows\.csv/), /60,000 rows/);
        assert.deepEqual(await asked(), ['rows.csv']);
        assert.ok((await saved('rows.csv')).toString() === expected, 'the file differs');
        await usable();
      });

      await t.test('Parquet has the same rows', async () => {
        await press('Parquet');
        assert.match(await told(/rows\.parquet/), /60,000 rows/);
        const bytes = await saved('rows.parquet');
        assert.deepEqual([bytes.subarray(0, 4).toString(), bytes.subarray(-4).toString()], ['PAR1', 'PAR1']);
        const again = join(warehouse, 'again.parquet');
        writeFileSync(again, bytes);
        cenote('table', 'create', 'big.again', '--warehouse', warehouse, '--schema', SCHEMA);
        cenote('write', 'big.again', again, '--warehouse', warehouse);
        rmSync(again);
        assert.ok(cenote('read', 'big.again', '--warehouse', warehouse, '--output', 'csv') === expected, 'the rows differ');
        await usable();
      });

      await t.test('a dialog that is cancelled changes nothing', async () => {
        await dialog('cancel');
        await press('CSV');
        await page.waitForFunction(() => window.asked.length === 1);
        await page.waitForTimeout(300);
        assert.equal(await page.locator('.toast', { hasText: /failed|rows\.csv/ }).count(), 0);
        await usable();
        await dialog('save');
        await press('NDJSON');
        await told(/rows\.ndjson/);
        assert.equal((await saved('rows.ndjson')).toString().split('\n').length, ROWS + 1);
      });

      await t.test('a file that cannot be written is told', async () => {
        await dialog('gone');
        await press('CSV');
        assert.match(await told(/Export failed/), /Export failed: .{10,}/);
        await usable();
      });

      await t.test('a disk that is full is told, and nothing half is left', async () => {
        await dialog('save');
        const session = await context.newCDPSession(page);
        const { origin } = new URL(url);
        await page.evaluate(async () => (await navigator.storage.getDirectory()).removeEntry('rows.csv').catch(() => {}));
        const { usage } = await session.send('Storage.getUsageAndQuota', { origin });
        await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: usage + 100_000 });
        await press('CSV');
        assert.match(await told(/Export failed/), /Export failed: .{10,}/);
        assert.equal((await saved('rows.csv')).length, 0, 'what was written is dropped');
        await usable();
        await session.send('Storage.overrideQuotaForOrigin', { origin });
        await press('CSV');
        await told(/60,000 rows/);
        assert.ok((await saved('rows.csv')).toString() === expected, 'the file differs');
      });

      await t.test('where no dialog may be shown, the file is downloaded', async () => {
        assert.equal(downloads.length, 0);
        await dialog('refuse');
        const [download] = await Promise.all([page.waitForEvent('download', { timeout: 60_000 }), press('CSV')]);
        assert.equal(download.suggestedFilename(), 'rows.csv');
        await usable();
      });
      noErrors(errors);
    }));
  });
});
