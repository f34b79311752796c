// Around the grid: the filter and what it costs, columns, copying, the requests, system tables; on the demo and on golden tables of
// all types.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { GOLDEN } from '../node/package.mjs';
import { openPage, withBrowser } from './chromium.mjs';
import { noErrors, rowCells, skip, withSite } from './table_site.mjs';

/** A view of the demo. */
async function withDemo(route, run) {
  await withSite(['demo'], (url) => withBrowser(async (browser) => {
    const { page, errors } = await openPage(browser, `${url}#/demo/demo/${route}`);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await run(page, url);
    noErrors(errors);
  }));
}

const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());

test('a filter is completed, asked, drawn as a funnel, and its errors have their place', { skip, timeout: 300_000 }, async (t) => {
  await withDemo('flights/data', async (page) => {
    await page.locator('#cell-0-0').waitFor();
    const filter = page.getByRole('combobox', { name: 'Filter rows' });
    await filter.pressSequentially('carr');
    await page.getByRole('option', { name: /carrier/ }).first().waitFor();
    await page.keyboard.press('Tab');
    assert.equal(await filter.inputValue(), 'carrier ');
    await page.getByRole('option', { name: /^=/ }).waitFor();
    await filter.pressSequentially("= 'UA' and month = 3");
    await page.keyboard.press('Enter');
    await page.getByText(/This filter reads \d+ of \d+ files/).waitFor();
    t.diagnostic(await page.locator('.cost-text').innerText());
    await page.getByRole('button', { name: 'How' }).click();
    const table = page.locator('.funnel-table table');
    await table.waitFor();
    assert.ok((await table.locator('tbody tr').count()) >= 1);
    assert.equal(await page.locator('.funnel-svg path').count(), await table.locator('tbody tr').count());
    // Bytes of each step: the last one leaves what is read.
    const steps = () => table.locator('tbody tr').evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.innerText)));
    const size = /^[\d.]+ (B|KB|MB|GB)$/;
    const planned = await steps();
    for (const [step, , , kept, all] of planned) assert.ok(size.test(kept) && size.test(all), `${step}: ${kept} of ${all}`);
    const left = await page.locator('.funnel-table .note', { hasText: 'Left to read' }).innerText();
    assert.ok(left.includes(`, ${planned.at(-1)[3]}, `), `${left}: ${planned.at(-1)}`);
    await page.getByRole('button', { name: 'Count within files, too' }).click();
    await page.getByText('Counted while the rows were read.').waitFor({ timeout: 60_000 });
    const read = (await steps()).find(([step]) => step === 'rows');
    assert.match(read[2], /^[\d,]+ rows$/);
    assert.equal(read[3], '–', 'rows have no bytes of their own');
    assert.match(page.url(), /f\.funnel=read/);

    await filter.fill('carrier = 5');
    await page.keyboard.press('Enter');
    await page.locator('.filter-place mark').waitFor();
    assert.equal(await page.locator('.filter-place mark').innerText(), '5');
    assert.equal(await filter.getAttribute('aria-invalid'), 'true');
  });
});

test('cells are copied, filtered by, and lead to the row\'s history', { skip, timeout: 300_000 }, async () => {
  await withDemo('flights/data', async (page) => {
    await page.locator('#cell-0-0').click();
    await page.locator('#grid').focus();
    const first = await page.locator('#cell-0-0').innerText();
    await page.keyboard.press('Control+c');
    await page.getByText('Copied').waitFor();
    assert.equal(await clipboard(page), first);
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Control+c');
    await page.waitForFunction(async () => (await navigator.clipboard.readText()).includes('\n'));
    const lines = (await clipboard(page)).split('\n').map((line) => line.split('\t'));
    assert.deepEqual(lines.map((line) => line.length), [2, 2, 2]);
    assert.deepEqual(lines[1][0], first);
    const inspector = page.getByRole('complementary', { name: 'Inspector' });
    await inspector.getByRole('button', { name: 'SQL' }).first().click();
    await page.waitForFunction(async () => !(await navigator.clipboard.readText()).includes('\n'));
    await inspector.getByRole('button', { name: 'Filter by this value' }).click();
    await page.waitForFunction(() => document.getElementById('filter').value.includes(' = '));
    await page.locator('#cell-0-0').click();
    await inspector.getByRole('button', { name: 'Why this value?' }).click();
    await page.waitForFunction(() => location.hash.includes('f.row='));
  });
});

test('columns are pinned, moved, hidden and made wider; their menu counts what is loaded', { skip, timeout: 300_000 }, async () => {
  await withDemo('flights/data', async (page) => {
    await page.locator('#cell-0-0').waitFor();
    const titles = () => page.locator('.grid-head .title-button b').allInnerTexts();
    const menu = page.getByRole('dialog');
    await page.locator('.grid-head .title-button').nth(2).click();
    await menu.getByRole('button', { name: 'Pin' }).click();
    await page.locator('.grid-head .grid-pins b', { hasText: 'day' }).waitFor();
    assert.equal((await titles())[0], 'day');
    assert.match(page.url(), /f\.pin=day/);
    await page.keyboard.press('Escape');
    await menu.waitFor({ state: 'detached' });
    await page.evaluate(() => { document.getElementById('grid').scrollLeft = 1e6; });
    await page.waitForFunction(() => document.querySelector('.grid-head .grid-pins b').getBoundingClientRect().left < 400);
    await page.locator('.grid-head .title-button').first().click();
    await menu.getByText('Most frequent').waitFor();
    assert.match(await menu.innerText(), /in the \d+ rows loaded/i);
    const before = await titles();
    await menu.getByRole('button', { name: 'Hide' }).click();
    await page.waitForFunction((name) => document.querySelector('.grid-head b') && ![...document.querySelectorAll('.grid-head b')].some((b) => b.innerText === name), before[0]);
    assert.match(page.url(), /columns=/);
    // The grid of the other columns is there, and stands still.
    await page.locator('#cell-0-0').waitFor();
    // Back to the left: an edge that is scrolled away cannot be dragged.
    await page.evaluate(() => { document.getElementById('grid').scrollLeft = 0; });
    await page.locator('.grid-head b', { hasText: 'year' }).waitFor();
    const grip = page.locator('.grid-head .grip').first();
    const width = async () => Number(await grip.getAttribute('aria-valuenow'));
    const old = await width();
    const inSight = () => page.locator('.grid-head .grip').count();
    const columns = await inSight();
    await grip.evaluate((element) => { element.mark = 'the same'; });
    const box = await grip.boundingBox();
    const near = (wanted) => page.waitForFunction((wanted) => Math.abs(Number(document.querySelector('.grip').getAttribute('aria-valuenow')) - wanted) < 3, wanted);
    await page.mouse.move(box.x + 4, box.y + 10);
    await page.mouse.down();
    await page.mouse.move(box.x + 84, box.y + 10, { steps: 8 });
    await near(old + 80);
    // On and on, over other elements, while columns leave the sight and come back.
    await page.mouse.move(box.x + 404, box.y + 300, { steps: 20 });
    await near(old + 400);
    assert.ok((await inSight()) < columns, 'no column left the sight');
    await page.mouse.move(box.x + 84, box.y + 10, { steps: 20 });
    await page.mouse.up();
    await near(old + 80);
    assert.equal(await grip.evaluate((element) => element.mark), 'the same', 'the edge was made anew');
    // Let go is let go.
    await page.mouse.move(box.x + 204, box.y + 10, { steps: 4 });
    await page.waitForTimeout(100);
    assert.ok(Math.abs((await width()) - old - 80) < 3);
    await grip.focus();
    await page.keyboard.press('ArrowLeft');
    await near(old + 64);
    await grip.dblclick();
    await near(old);
  });
});

test('the requests of a view: kinds, clicks, totals, an archive', { skip, timeout: 300_000 }, async () => {
  await withDemo('flights/data', async (page) => {
    await page.locator('#cell-0-0').waitFor();
    await page.waitForTimeout(400);
    await page.keyboard.press('i');
    const panel = page.getByRole('dialog', { name: 'Requests' });
    await panel.locator('.waterfall tbody tr').first().waitFor();
    const all = await panel.locator('.io-totals').innerText();
    assert.match(all, /\d+ requests? · /);
    await panel.getByRole('button', { name: 'Session' }).click();
    await panel.getByRole('button', { name: /^manifest \d/ }).click();
    await panel.locator('.waterfall tbody tr').filter({ hasNotText: 'manifest-' }).first().waitFor({ state: 'detached' });
    const names = await panel.locator('.waterfall tbody td:first-child').allInnerTexts();
    assert.ok(names.length > 0 && names.every((name) => name.startsWith('manifest-')), names.join());
    await panel.getByRole('button', { name: 'Copy as HAR' }).click();
    await page.getByText('Copied').waitFor();
    const archive = JSON.parse(await clipboard(page));
    assert.equal(archive.log.entries.length, names.length);
  });
});

test('every system table opens in the grid, the warehouse\'s too', { skip, timeout: 300_000 }, async () => {
  await withDemo('flights/system', async (page) => {
    const names = await page.locator('.system-list button .mono').allInnerTexts();
    assert.ok(names.includes('sys.tables') && names.length === 23);
    for (const name of names) {
      await page.locator('.system-list').getByRole('button', { name: new RegExp(`^${name.replace('.', '\\.')}\\b`) }).first().click();
      await page.locator('.data-tools b', { hasText: name }).waitFor();
      await page.locator('#cell-0-0, .empty, .problem').first().waitFor({ timeout: 30_000 });
    }
    await page.locator('.system-list').getByRole('button', { name: /^sys\.tables/ }).click();
    await page.locator('#cell-0-0').waitFor();
    assert.ok((await rowCells(page, 1)).length > 5);
  });
});

test('values of all types are told apart', { skip: skip || (GOLDEN ? false : 'no golden tables beside this checkout'), timeout: 300_000 }, async () => {
  for (const name of ['types_parquet', 'types_orc', 'types_avro']) {
    await withSite(['serve', '--warehouse', join(GOLDEN, name, 'warehouse')], (url) => withBrowser(async (browser) => {
      const { page, errors } = await openPage(browser, `${url}#/demo/golden/${name}/data`);
      await page.locator('#cell-0-0').waitFor();
      assert.ok((await page.locator('.grid-cell .null').count()) > 0, 'null is not the empty text');
      const count = Number(await page.locator('#grid').getAttribute('aria-colcount'));
      await page.locator('#cell-0-0').click();
      await page.locator('#grid').focus();
      await page.keyboard.press('End');
      await page.waitForFunction((last) => document.querySelector('.grid-cell.on')?.getAttribute('aria-colindex') === String(last), count);
      const inspector = page.getByRole('complementary', { name: 'Inspector' });
      await inspector.getByRole('heading', { name: 'Cell' }).waitFor();
      noErrors(errors);
    }));
  }
});
