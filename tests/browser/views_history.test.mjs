// Sizes of the history, until when tags are kept, and long questions that tell how far they are and stop.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withBrowser } from './chromium.mjs';
import { goldenWarehouse, settled, show, watchedPage } from './explorer.mjs';
import { cenote, skip, withSite } from './table_site.mjs';

/** A table with 34 snapshots and two tags. */
async function withHistory(run) {
  const warehouse = goldenWarehouse(['pk_lsm_levels']);
  const at = ['--warehouse', warehouse.folder];
  cenote('tag', 'create', 'golden.pk_lsm_levels', 'weekly', '--snapshot', '2', '--retain', '7d', ...at);
  cenote('tag', 'create', 'golden.pk_lsm_levels', 'release', '--snapshot', '3', ...at);
  try {
    await withSite(['serve', ...at], (url) => withBrowser((browser) => run(browser, url, at)));
  } finally {
    warehouse.remove();
  }
}

/** Lets manifests come `millis` late from now on. */
function slow(context, millis) {
  return context.route('**/manifest/**', async (route) => {
    await new Promise((resolve) => { setTimeout(resolve, millis); });
    await route.continue().catch(() => undefined);
  });
}

test('the history tells bytes when they are asked for, and stops when told to', { skip }, async () => {
  await withHistory(async (browser, url, at) => {
    const { page, context, faults } = await watchedPage(browser, url);
    let manifests = 0;
    context.on('request', (request) => { manifests += /\/manifest\//.test(request.url()) ? 1 : 0; });
    await show(page, url, 'pk_lsm_levels', 'snapshots');
    const before = manifests;
    assert.ok(before < 12, `${before} manifests are read without being asked for`);
    await slow(context, 250);
    await page.getByRole('button', { name: 'Size', exact: true }).click();
    const told = page.locator('.running');
    await told.getByText(/^[1-9]\d* of 34 states read$/).waitFor();
    await told.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped reading sizes.').waitFor();
    const stopped = manifests;
    await page.waitForTimeout(700);
    assert.ok(manifests - stopped <= 8, 'nothing more is asked after the stop');
    assert.ok(manifests < 60, `${manifests}: it had not read all`);
    await context.unrouteAll({ behavior: 'ignoreErrors' });
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.waitForFunction(() => /Size of snapshots 1 to 34: .* at #1, .* at #34/.test(document.querySelector('.history-picture')?.getAttribute('aria-label')));
    await settled(page);
    // What the last state takes is what its files take.
    const files = JSON.parse(`[${cenote('read', 'golden.pk_lsm_levels$files', ...at, '-o', 'ndjson').trim().split('\n').join(',')}]`);
    const bytes = files.reduce((sum, file) => sum + Number(file.file_size_in_bytes), 0);
    const label = await page.locator('.history-picture').getAttribute('aria-label');
    const shown = /([\d.]+) KB at #34/.exec(label)[1];
    assert.equal(Number(shown).toFixed(2), (bytes / 1024).toFixed(2));
    await page.getByRole('button', { name: 'Growth' }).click();
    assert.equal(await page.locator('.history-picture .bars-down').count(), 1);
    assert.deepEqual(faults, []);
  });
});

test('tags say until when they are kept, and who keeps what tells how far it is', { skip }, async () => {
  await withHistory(async (browser, url) => {
    const { page, context, faults } = await watchedPage(browser, url);
    await show(page, url, 'pk_lsm_levels', 'snapshots');
    assert.match((await page.locator('.pennant-tag title').allTextContents()).join('\n'), /tag weekly, expires in 6 days/);
    await slow(context, 250);
    await page.getByRole('button', { name: 'Who keeps what' }).click();
    const told = page.locator('.running');
    await told.getByText(/^[1-9]\d* of 36 states read$/).waitFor();
    await told.getByRole('button', { name: 'Stop' }).click();
    await page.locator('.problem.mild').getByText('Stopped').waitFor();
    await context.unrouteAll({ behavior: 'ignoreErrors' });
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Kept for older states').waitFor();
    await settled(page);
    const row = (name) => page.locator('table.refs tr', { hasText: name }).first().innerText();
    assert.match(await row('weekly'), /expires in 6 days/);
    assert.match(await row('release'), /until deleted/);
    assert.deepEqual(faults, []);
  });
});

test('the layout and the changes of tables with data evolution are shown', { skip }, async () => {
  const warehouse = goldenWarehouse(['rs_data_evolution']);
  try {
    await withSite(['serve', '--warehouse', warehouse.folder], (url) => withBrowser(async (browser) => {
      const { page, faults } = await watchedPage(browser, url);
      await show(page, url, 'rs_data_evolution', 'lsm');
      assert.match(await page.locator('.card', { hasText: 'Files of a row' }).innerText(), /\n2\n/);
      assert.match(await page.locator('.marks-list').innerText(), /0 – 24/);
      await show(page, url, 'rs_data_evolution', 'changelog');
      assert.match(await page.locator('main').innerText(), /26 rows/);
      await show(page, url, 'rs_data_evolution', 'changelog', '?from=2');
      assert.match(await page.locator('main').innerText(), /26 rows/);
      await show(page, url, 'rs_data_evolution', 'changelog', '?mode=diff');
      assert.match(await page.locator('main').innerText(), /Paimon defines none for rows whose columns are in several files/);
      assert.equal(await page.locator('.problem').count(), 0);
      assert.deepEqual(faults, []);
    }));
  } finally {
    warehouse.remove();
  }
});
