// The chooser of a state: by number, kind, tag, time and watermark, with the keyboard alone, and what it says where nothing is there.

import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';

import { withBrowser } from './chromium.mjs';
import { cenote, noErrors, rowCells, skip, withSite, withWarehouse } from './table_site.mjs';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
/** More than the page asks for at once. */
const COMMITS = 106;
const FIRST = Date.UTC(2026, 0, 31, 12, 0, 0);
const MINUTE = 60_000;

/** A table with a row for each commit, one a minute, each with a watermark of the minute before; the first three are expired. */
function makeTable(warehouse) {
  const file = join(warehouse, 'rows.csv');
  cenote('table', 'create', 'h.t', '--warehouse', warehouse, '--schema', 'id BIGINT NOT NULL', '--option', 'bucket=-1', '--option', 'write-only=true', '--option', 'snapshot.num-retained.min=1000', '--option', 'snapshot.num-retained.max=1000');
  for (let id = 1; id <= COMMITS; id += 1) {
    writeFileSync(file, `id\n${id}\n`);
    cenote('write', 'h.t', file, '--warehouse', warehouse);
    const path = join(warehouse, `h.db/t/snapshot/snapshot-${id}`);
    // As text: numbers beyond 2^53 must stay.
    const times = `"timeMillis": ${FIRST + id * MINUTE}, "watermark": ${FIRST + (id - 1) * MINUTE}`;
    const text = readFileSync(path, 'utf8').replace(/"watermark"\s*:\s*[^,}]+,/, '');
    writeFileSync(path, text.replace(/"timeMillis"\s*:\s*\d+/, times));
  }
  rmSync(file);
  cenote('tag', 'create', 'h.t', 'july', '--snapshot', '50', '--warehouse', warehouse);
  cenote('tag', 'create', 'h.t', 'release-1', '--snapshot', '5', '--warehouse', warehouse);
  cenote('tag', 'create', 'h.t', 'weekly', '--snapshot', '50', '--retain', '7d', '--warehouse', warehouse);
  for (const id of [1, 2, 3]) rmSync(join(warehouse, `h.db/t/snapshot/snapshot-${id}`));
  writeFileSync(join(warehouse, 'h.db/t/snapshot/EARLIEST'), '4');
}

test('travel in time', { skip, timeout: 300_000 }, async (t) => {
  await withWarehouse(async (warehouse) => {
    makeTable(warehouse);
    await withSite(['serve', '--warehouse', warehouse], (url) => withBrowser(async (browser) => {
      const context = await browser.newContext({ timezoneId: 'Europe/Berlin' });
      await context.addInitScript({ path: AXE });
      const page = await context.newPage();
      const errors = [];
      page.on('pageerror', (error) => errors.push(String(error)));
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      await page.goto(`${url}#/demo/h/t/data`);
      await page.locator('#cell-0-0').waitFor();
      const dialog = page.getByRole('dialog', { name: 'Travel in time' });
      const search = dialog.getByRole('combobox');
      const open = async () => {
        await page.locator('#grid').focus();
        await page.keyboard.press('t');
        await dialog.waitFor();
      };
      const by = (name) => dialog.getByRole('tab', { name }).click();
      /** The state with so many rows is shown, and the address says how it was chosen. */
      const at = async (rows, link) => {
        await dialog.waitFor({ state: 'detached' });
        await page.waitForFunction((rows) => document.getElementById('grid')?.getAttribute('aria-rowcount') === String(rows + 1), rows);
        await rowCells(page, 1);
        assert.ok(decodeURIComponent(page.url()).includes(link), page.url());
      };

      await t.test('the newest are listed with kind, rows and age; the keyboard is in the search', async () => {
        await open();
        await page.waitForFunction(() => document.activeElement.id === 'travel-search');
        await dialog.getByRole('option').first().waitFor();
        assert.equal(await dialog.getByRole('option').count(), 100);
        assert.match(await dialog.getByRole('option').first().innerText(), /#106\s+append\s+106 rows/);
        assert.match(await dialog.locator('.travel-now').innerText(), /Shown: the newest state\s+#106 · append/);
        assert.equal(await dialog.getByRole('button', { name: /Back to the newest/ }).count(), 0);
        await page.keyboard.press('ArrowDown');
        await page.keyboard.press('ArrowDown');
        assert.equal(await search.getAttribute('aria-activedescendant'), 'travel-option-1');
        await page.keyboard.press('Enter');
        await at(105, 'at=snapshot:105');
      });

      await t.test('one click leads back', async () => {
        await open();
        assert.match(await dialog.locator('.travel-now').innerText(), /Shown: snapshot #105/);
        assert.equal(await dialog.locator('[aria-current=true]').innerText().then((text) => text.split(/\s/)[0]), '#105');
        await dialog.getByRole('button', { name: 'Back to the newest, #106' }).click();
        await dialog.waitFor({ state: 'detached' });
        await page.waitForFunction(() => document.getElementById('grid')?.getAttribute('aria-rowcount') === '107');
        assert.ok(!page.url().includes('at='));
      });

      await t.test('any number is found, listed or not; one that is not there is told', async () => {
        await open();
        await search.fill('5');
        await dialog.getByRole('option', { name: /^#5\b/ }).waitFor();
        await search.fill('2');
        await dialog.locator('#travel-note', { hasText: /no snapshot #2/i }).or(dialog.getByRole('option', { name: /^#2\d/ }).first()).first().waitFor();
        assert.equal(await dialog.getByRole('option', { name: /^#2\b/ }).count(), 0);
        await search.fill('777');
        await dialog.getByText('There is no snapshot #777: those kept are #4 to #106.').waitFor();
        await search.fill('compact');
        await dialog.getByText('No snapshot that is known has that.').waitFor();
        await search.fill('#6');
        await dialog.getByRole('option', { name: /^#6\b/ }).waitFor();
        await page.keyboard.press('ArrowDown');
        await page.keyboard.press('Enter');
        await at(6, 'at=snapshot:6');
      });

      await t.test('a tag', async () => {
        await open();
        await by('Tag');
        await search.fill('weekly');
        await dialog.getByRole('option', { name: /weekly.*#50.*expires in \d+ days/ }).waitFor();
        await search.fill('rel');
        await dialog.getByRole('option', { name: /release-1.*#5/ }).waitFor();
        assert.doesNotMatch(await dialog.getByRole('option').innerText(), /expire/, 'this one is kept until somebody deletes it');
        await page.keyboard.press('Enter');
        await at(5, 'at=tag:release-1');
        await open();
        assert.equal(await dialog.getByRole('tab', { name: 'Tag' }).getAttribute('aria-selected'), 'true');
        await search.fill('nothing');
        await dialog.getByText('No tag has that in its name.').waitFor();
        await page.keyboard.press('Escape');
      });

      const input = dialog.locator('#travel-time');
      await t.test('a time by the clock of the browser, which is named, and by UTC', async () => {
        await open();
        await by('Time');
        assert.match(await dialog.getByRole('combobox', { name: 'Clock' }).innerText(), /Europe\/Berlin \(UTC\+01:00\)/);
        await input.fill('2026-01-31T14:00:30');
        await dialog.locator('#travel-leads', { hasText: '2026-01-31 13:00:30 UTC' }).waitFor();
        assert.match(await dialog.locator('#travel-leads').innerText(), /#60\s+append/);
        await dialog.getByRole('combobox', { name: 'Clock' }).selectOption('utc');
        assert.match(await input.inputValue(), /^2026-01-31T13:00:30/);
        await dialog.getByRole('button', { name: 'Go there' }).click();
        await at(60, 'at=time:1769864430000');
      });

      await t.test('a time that is older than those listed, and one before all', async () => {
        await open();
        await dialog.getByRole('combobox', { name: 'Clock' }).selectOption('utc');
        await input.fill('2026-01-31T12:05:59');
        await dialog.getByText('older than those listed').waitFor();
        await dialog.getByRole('button', { name: 'Go there' }).click();
        await at(5, 'at=time:');
        await open();
        await dialog.getByRole('combobox', { name: 'Clock' }).selectOption('utc');
        await input.fill('2026-01-31T12:03:59');
        await input.press('Enter');
        await dialog.getByRole('alert').filter({ hasText: 'No snapshot is as old: the oldest, #4, is of 2026-01-31 12:04:00 UTC.' }).waitFor();
        assert.equal(await input.getAttribute('aria-invalid'), 'true');
        await input.fill('');
        await dialog.getByRole('button', { name: 'Go there' }).click();
        await dialog.getByRole('alert').filter({ hasText: 'Say a date and a time.' }).waitFor();
        await page.keyboard.press('Escape');
      });

      await t.test('a link to a time before all says so, and shows no other state', async () => {
        await page.evaluate(() => { location.hash = '#/demo/h/t/data?at=time:1000'; });
        await page.locator('.problem', { hasText: 'no snapshot is as old' }).waitFor();
        await page.locator('header').getByRole('button', { name: 'Back to the newest snapshot' }).click();
        await at(106, '#/demo/h/t/data');
      });

      await t.test('a watermark', async () => {
        await open();
        await by('Watermark');
        await dialog.getByRole('combobox', { name: 'Clock' }).selectOption('utc');
        await input.fill('2026-01-31T12:29:30');
        await dialog.locator('#travel-leads', { hasText: '#31' }).waitFor();
        await input.press('Enter');
        await at(31, 'at=watermark:');
        await open();
        await dialog.getByRole('combobox', { name: 'Clock' }).selectOption('utc');
        await input.fill('2027-01-01T00:00');
        await input.press('Enter');
        await dialog.getByRole('alert').filter({ hasText: 'No snapshot has reached it' }).waitFor();
      });

      await t.test('tabs are turned through by the arrow keys', async () => {
        await dialog.getByRole('tab', { name: 'Watermark' }).focus();
        await page.keyboard.press('ArrowRight');
        assert.equal(await page.evaluate(() => document.activeElement.id), 'travel-by-snapshot');
        assert.equal(await dialog.getByRole('tab', { name: 'Snapshot' }).getAttribute('aria-selected'), 'true');
        await page.keyboard.press('Escape');
        await dialog.waitFor({ state: 'detached' });
      });
      await t.test('axe finds nothing serious in any of them, light and dark, wide and narrow', async () => {
        for (const [scheme, width] of [['light', 1280], ['dark', 390]]) {
          await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
          await page.setViewportSize({ width, height: 844 });
          await page.evaluate(() => { location.hash = '#/demo/h/t/data?at=snapshot:90'; });
          await page.waitForFunction(() => document.getElementById('grid')?.getAttribute('aria-rowcount') === '91');
          await open();
          for (const name of ['Snapshot', 'Tag', 'Time', 'Watermark']) {
            await by(name);
            await dialog.locator('#travel-panel').locator('input').first().waitFor();
            const found = await dialog.evaluate((element) => window.axe.run(element, { resultTypes: ['violations'] }));
            const serious = found.violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
            assert.deepEqual(serious.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), [], `${scheme} ${width} ${name}`);
            assert.ok(await dialog.evaluate((element) => element.scrollWidth <= element.clientWidth + 1), `${name} is wider than its box`);
          }
          await page.keyboard.press('Escape');
        }
      });
      noErrors(errors);
    }));
  });
});
