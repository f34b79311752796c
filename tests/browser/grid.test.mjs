// The grid over ten million rows: any of them is right, scrolling is smooth, memory is bounded; exports of a million are those of the
// command line.

import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { openPage, renderers, withBrowser } from './chromium.mjs';
import { cenote, csv, noErrors, rowCells, skip, withSite, withWarehouse } from './table_site.mjs';

const ROWS = 10_000_000;
const cells = (row) => [String(row), String(Math.floor(row / 2)), `n${row % 1000}`];

/** A table of `rows` rows that hold their own number. */
function makeTable(warehouse, name, rows, options = []) {
  const file = join(warehouse, 'rows.csv');
  csv(file, 'id,half,name', rows, (row) => cells(row).join(','));
  const schema = 'id BIGINT NOT NULL, half INT, name STRING';
  cenote('table', 'create', name, '--warehouse', warehouse, '--schema', schema, ...options);
  cenote('write', name, file, '--warehouse', warehouse);
  rmSync(file);
}

/** Puts the scroll bar at a share of its way. */
function drag(page, share) {
  return page.evaluate((share) => {
    const grid = document.getElementById('grid');
    grid.scrollTop = (grid.scrollHeight - grid.clientHeight) * share;
  }, share);
}

/** Numbers and cells of the rows in sight, once they are there. */
async function inSight(page) {
  const look = () => {
    const box = document.getElementById('grid').getBoundingClientRect();
    const rows = [...document.querySelectorAll('.grid-row')].filter((row) => {
      const { top, bottom } = row.getBoundingClientRect();
      return top >= box.top + 44 && bottom <= box.bottom;
    });
    const read = rows.map((row) => ({
      number: Number(row.getAttribute('aria-rowindex')) - 1,
      cells: [...row.querySelectorAll('[role=gridcell]')].map((cell) => cell.innerText),
    }));
    return read.length > 5 && read.every(({ cells }) => cells.length === 3) ? read : null;
  };
  return (await page.waitForFunction(look, undefined, { timeout: 60_000 })).jsonValue();
}

/** Rows in sight hold their own number, and there is no gap between them. */
async function checkSight(page) {
  const rows = await inSight(page);
  for (const { number, cells: found } of rows) assert.deepEqual(found, cells(number - 1));
  assert.ok(rows.every(({ number }, index) => number === rows[0].number + index));
  return rows[0].number - 1;
}

const heap = (session) => session.send('Runtime.evaluate', { expression: 'gc()', includeCommandLineAPI: true })
  .catch(() => {}).then(() => session.send('Runtime.getHeapUsage')).then(({ usedSize }) => usedSize);

/** Memory of the processes that draw pages and run their workers, wasm included. */
const residentBytes = async (browser) => (await renderers(browser)).reduce((sum, bytes) => sum + bytes, 0);

test('ten million rows', { skip, timeout: 600_000 }, async (t) => {
  await withWarehouse(async (warehouse) => {
    makeTable(warehouse, 'big.rows', ROWS);
    await withSite(['serve', '--warehouse', warehouse], (url) => withBrowser(async (browser) => {
      const { page, errors } = await openPage(browser, `${url}#/demo/big/rows/data`);
      await page.locator('#cell-0-0').waitFor();
      assert.equal(await page.locator('#grid').getAttribute('aria-rowcount'), String(ROWS + 1));
      const session = await page.context().newCDPSession(page);
      const before = await heap(session);
      const residentBefore = await residentBytes(browser);

      await t.test('the bar reaches every part, and rows hold their own numbers', async () => {
        for (const share of [0.5, 1, 0.25, 0.9, 0.1, 0]) {
          await drag(page, share);
          const begin = Date.now();
          const first = await checkSight(page);
          t.diagnostic(`at ${share}: row ${first} after ${Date.now() - begin} ms`);
          assert.ok(Math.abs(first - share * ROWS) < 2000, `${share}: ${first}`);
        }
        await drag(page, 1);
        await rowCells(page, ROWS);
      });

      await t.test('the wheel skips no row in the middle, and frames come in time', async () => {
        await drag(page, 0.5);
        await checkSight(page);
        await page.waitForTimeout(400);
        const from = await checkSight(page);
        const box = await page.locator('#grid').boundingBox();
        await page.mouse.move(box.x + 200, box.y + 200);
        await page.evaluate(() => {
          window.gaps = [];
          let last = performance.now();
          const frame = (now) => {
            window.gaps.push(now - last);
            last = now;
            requestAnimationFrame(frame);
          };
          requestAnimationFrame(frame);
        });
        for (let step = 0; step < 150; step += 1) {
          await page.mouse.wheel(0, 112);
          await page.waitForTimeout(16);
        }
        const gaps = (await page.evaluate(() => window.gaps)).slice(1).sort((a, b) => a - b);
        const p95 = gaps[Math.floor(gaps.length * 0.95)];
        t.diagnostic(`frame gaps: median ${gaps[gaps.length >> 1].toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, longest ${gaps.at(-1).toFixed(1)} ms`);
        assert.ok(p95 < 50, `p95 ${p95} ms`);
        await page.waitForTimeout(500);
        // 150 steps of 112 pixels are 600 rows of 28.
        assert.ok(Math.abs((await checkSight(page)) - from - 600) < 25);
      });

      await t.test('keys, a row by its number, and links to it', async () => {
        await page.locator('#grid').focus();
        await page.keyboard.press('Control+Home');
        assert.equal(await page.locator('.grid-cell.on').innerText(), '0');
        await page.keyboard.press('Control+End');
        await page.waitForFunction(() => document.querySelector('.grid-cell.on')?.innerText === 'n999');
        await page.keyboard.press('Home');
        await page.keyboard.press('PageUp');
        assert.ok(Number(await page.locator('.grid-cell.on').innerText()) < ROWS - 5);
        const input = page.getByRole('textbox', { name: 'Go to row number' });
        await input.fill('7,654,321');
        await input.press('Enter');
        assert.deepEqual(await rowCells(page, 7_654_321), cells(7_654_320));
        assert.match(page.url(), /f\.n=7654321/);
        const { page: other, errors: wrong } = await openPage(browser, page.url());
        assert.deepEqual(await rowCells(other, 7_654_321), cells(7_654_320));
        noErrors(wrong);
        await other.close();
      });

      await t.test('memory stays', async () => {
        for (let place = 0; place < 60; place += 1) {
          await drag(page, (place * 37 % 60) / 60);
          await checkSight(page);
        }
        const grown = (await heap(session)) - before;
        t.diagnostic(`JS heap of the page: ${(before / 1e6).toFixed(1)} MB, after going about ${((before + grown) / 1e6).toFixed(1)} MB`);
        assert.ok(grown < 64e6, `${grown} bytes more`);
        const resident = await residentBytes(browser);
        t.diagnostic(`renderers with wasm memory: ${(residentBefore / 1e6).toFixed(0)} MB, after going about ${(resident / 1e6).toFixed(0)} MB`);
        assert.ok(resident - residentBefore < 300e6, `${resident - residentBefore} bytes more`);
      });
      noErrors(errors);
    }));
  });
});

test('exports of a million rows are those of the command line', { skip, timeout: 600_000 }, async (t) => {
  await withWarehouse(async (warehouse) => {
    makeTable(warehouse, 'big.million', 1_000_000);
    await withSite(['serve', '--warehouse', warehouse], (url) => withBrowser(async (browser) => {
      const { page, errors } = await openPage(browser, `${url}#/demo/big/million/data`);
      await page.locator('#cell-0-0').waitFor();
      // Headless Chromium has no dialog to save with: the way through a Blob is the one of other browsers.
      await page.evaluate(() => delete globalThis.showSaveFilePicker);
      const saved = async (label) => {
        await page.locator('.export-menu summary').click();
        const [download] = await Promise.all([page.waitForEvent('download', { timeout: 120_000 }), page.locator('.export-formats').getByRole('button', { name: label, exact: true }).click()]);
        return download.path();
      };
      const expected = Object.fromEntries(['csv', 'ndjson'].map((format) => [format, cenote('read', 'big.million', '--warehouse', warehouse, '--output', format)]));
      for (const format of ['csv', 'ndjson', 'arrow', 'parquet']) {
        const begin = Date.now();
        const label = { csv: 'CSV', ndjson: 'NDJSON', arrow: 'Arrow', parquet: 'Parquet' }[format];
        const path = await saved(label);
        const bytes = readFileSync(path);
        t.diagnostic(`${label}: ${(bytes.length / 1e6).toFixed(1)} MB in ${Date.now() - begin} ms`);
        if (format in expected) {
          assert.ok(bytes.toString() === expected[format], `${label} differs`);
        } else {
          // Written into a table of its own, the file gives the same rows.
          const file = join(warehouse, `again.${format}`);
          writeFileSync(file, bytes);
          cenote('table', 'create', `big.${format}`, '--warehouse', warehouse, '--schema', 'id BIGINT NOT NULL, half INT, name STRING');
          cenote('write', `big.${format}`, file, '--warehouse', warehouse);
          assert.ok(cenote('read', `big.${format}`, '--warehouse', warehouse, '--output', 'csv') === expected.csv, `${label} differs`);
        }
      }

      await t.test('an export can be cancelled', async () => {
        await page.locator('.export-menu summary').click();
        await page.locator('.export-formats').getByRole('button', { name: 'CSV' }).click();
        await page.locator('.exporting').getByRole('button', { name: 'Cancel' }).click();
        await page.getByText('Export cancelled').waitFor();
        await page.locator('.export-menu').waitFor();
      });
      noErrors(errors);
    }));
  });
});

test('a merged table tells its total once it is read, and its far rows are right', { skip, timeout: 300_000 }, async () => {
  await withWarehouse(async (warehouse) => {
    makeTable(warehouse, 'big.keyed', 300_000, ['--primary-key', 'id', '--option', 'bucket=2']);
    // A second run in each bucket, so that keys must be merged.
    const file = join(warehouse, 'more.csv');
    csv(file, 'id,half,name', 1000, (row) => `${row * 300},${row},again`);
    cenote('write', 'big.keyed', file, '--warehouse', warehouse);
    await withSite(['serve', '--warehouse', warehouse], (url) => withBrowser(async (browser) => {
      const { page, errors } = await openPage(browser, `${url}#/demo/big/keyed/data`);
      await page.locator('#cell-0-0').waitFor();
      assert.equal(await page.locator('#grid').getAttribute('aria-rowcount'), '-1');
      assert.match(await page.locator('.grid-foot').innerText(), /so far/);
      await page.locator('#grid').focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Control+End');
      await page.waitForFunction(() => document.getElementById('grid').getAttribute('aria-rowcount') === '300001', undefined, { timeout: 60_000 });
      await rowCells(page, 300_000);
      const all = cenote('read', 'big.keyed', '--warehouse', warehouse, '--output', 'csv').trim().split('\n').slice(1);
      const input = page.getByRole('textbox', { name: 'Go to row number' });
      for (const number of [150_000, 3, 299_990, 151_000]) {
        await input.fill(String(number));
        await input.press('Enter');
        const row = page.locator(`.grid-row[aria-rowindex="${number + 1}"] [role=gridcell]`);
        await row.first().waitFor();
        assert.equal((await row.allInnerTexts()).join(','), all[number - 1]);
      }
      noErrors(errors);
    }));
  });
});
