// The history of a table in a real Chromium: timeline, difference, who keeps what, changelog, versions of a row.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withBrowser } from './chromium.mjs';
import { cenote, settled, show, skip, watchedPage, withGolden } from './explorer.mjs';
import { longHistory } from './history_table.mjs';

/** A page over golden tables; nothing may go wrong in it. */
async function onGolden(names, run, look = {}) {
  await withGolden(async (url) => {
    await withBrowser(async (browser) => {
      const { page, faults, breaches } = await watchedPage(browser, url, look);
      await run(page, url);
      await breaches();
      assert.deepEqual(faults, []);
    });
  }, names);
}

const panel = (page, title) => page.locator('.panel', { has: page.getByRole('heading', { name: title, exact: true }) });
const hash = (page) => decodeURIComponent(new URL(page.url()).hash);

/** The same address in a fresh load shows the same. */
async function reloads(page, what) {
  const before = await page.locator(what).first().innerText();
  await page.reload();
  await page.locator(what).first().waitFor();
  await settled(page);
  assert.equal(await page.locator(what).first().innerText(), before);
}

test('two thousand snapshots: few are read, all can be reached', { skip }, async () => {
  const table = longHistory(2000);
  const server = await cenote('serve', '--warehouse', table.folder);
  try {
    await withBrowser(async (browser) => {
      const { page, faults } = await watchedPage(browser, server.url);
      const read = new Set();
      page.context().on('request', (request) => /snapshot-\d+$/.test(request.url()) && read.add(request.url()));
      await show(page, server.url, 'long_history', 'snapshots');
      await panel(page, 'Timeline').getByText('of 2,000 snapshots').waitFor();
      assert.ok(read.size < 600, `${read.size} snapshots were read`);
      // The window: all, closer, older, and by the keyboard.
      const bounds = async () => (await panel(page, 'Timeline').locator('p').first().innerText()).match(/#(\d+) to #(\d+)/).slice(1).map(Number);
      assert.deepEqual(await bounds(), [1881, 2000]);
      await page.getByRole('button', { name: 'All', exact: true }).click();
      assert.deepEqual(await bounds(), [1, 2000]);
      await page.getByRole('button', { name: 'Closer' }).click();
      assert.equal((await bounds())[1] - (await bounds())[0], 999);
      await page.getByRole('slider').focus();
      await page.keyboard.press('Home');
      assert.equal((await bounds())[0], 1);
      assert.match(hash(page), /f\.span=1-1000/);
      await settled(page);
      await reloads(page, '.panel-head p');
      for (const track of ['Change', 'Pause', 'Rows in files']) {
        await page.getByRole('button', { name: track, exact: true }).click();
        assert.match(await page.locator('.history-picture').getAttribute('aria-label'), new RegExp(`^${track}`));
      }
      // The list: its end is scrolled to, and only what is seen is there.
      const list = page.getByRole('table', { name: 'Snapshots' });
      await list.evaluate((element) => { element.scrollTop = element.scrollHeight; });
      await list.getByRole('button', { name: '#1', exact: true }).waitFor();
      assert.ok((await list.getByRole('row').count()) < 60);
      assert.ok(read.size < 1000, `${read.size} snapshots were read`);
      // Keys: choose, pick, choose, pick.
      await list.focus();
      await page.keyboard.press('End');
      await page.keyboard.press(' ');
      await page.getByText('#2000 is picked').waitFor();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press(' ');
      await panel(page, 'Difference').waitFor();
      assert.match(hash(page), /f\.from=1999&.*f\.to=2000/);
      assert.deepEqual(faults, []);
    });
  } finally {
    await server.close();
    table.remove();
  }
});

test('two states are compared in metadata, files and rows', { skip }, async () => {
  await onGolden(['pk_dedup'], async (page, url) => {
    await show(page, url, 'pk_dedup', 'snapshots');
    await page.getByRole('button', { name: 'Last commit' }).click();
    const diff = panel(page, 'Difference');
    await diff.getByText('Files added').waitFor();
    await settled(page);
    assert.match(await diff.innerText(), /Manifests .*added/s);
    await diff.getByRole('button', { name: 'Compare the rows' }).click();
    await diff.locator('.sample tbody tr, .note', { hasText: /[+-][IUD]|No row differs/ }).first().waitFor();
    assert.match(hash(page), /f\.rows=read/);
    await page.getByRole('button', { name: 'Swap' }).click();
    await diff.getByText('Files removed').waitFor();
    await diff.getByText('The same in the CLI and in JavaScript').click();
    assert.match(await diff.locator('.command pre').first().innerText(), /--incremental \d+,\d+/);
    await reloads(page, '.diff-end');
    await diff.getByRole('button', { name: 'Close' }).click();
    await diff.waitFor({ state: 'detached' });
    // From a snapshot, one click.
    await page.getByRole('table', { name: 'Snapshots' }).getByRole('row').nth(1).click();
    await page.getByRole('button', { name: 'The one before' }).click();
    await diff.waitFor();
  });
});

test('tags, branches and consumers say what they keep; a branch opens', { skip }, async () => {
  await onGolden(['branches', 'tags', 'append_plain'], async (page, url) => {
    await show(page, url, 'tags', 'snapshots');
    await page.getByRole('button', { name: 'Who keeps what' }).click();
    await settled(page);
    assert.match(hash(page), /f\.show=refs/);
    await panel(page, 'Tags').locator('tbody tr').first().waitFor();
    assert.match(await panel(page, 'Kept files').innerText(), /The latest needs/);
    await panel(page, 'Tags').getByRole('button', { name: 'Look' }).first().click();
    assert.match(hash(page), /at=tag:/);
    await show(page, url, 'branches', 'snapshots', '?f.show=refs');
    await panel(page, 'Branches').getByRole('link', { name: 'Open' }).first().click();
    await page.waitForFunction(() => !/main/.test(document.querySelector('.branch-chip')?.textContent ?? 'main'));
    assert.match(hash(page), /\$branch_/);
    await settled(page);
    await show(page, url, 'append_plain', 'snapshots', '?f.show=refs');
    assert.match(await panel(page, 'Tags').innerText(), /No tags/);
    assert.match(await panel(page, 'Branches').innerText(), /No branches/);
    assert.match(await panel(page, 'Consumers').innerText(), /No consumers/);
  });
});

test('the changelog filters, counts by kind, and follows', { skip }, async () => {
  await onGolden(['changelog_input'], async (page, url) => {
    await show(page, url, 'changelog_input', 'changelog');
    await page.locator('.grid-row').first().waitFor();
    const inserted = page.locator('.kind-counts button').first();
    assert.match(await inserted.innerText(), /\+I\s*[1-9]/);
    await inserted.click();
    await settled(page);
    assert.match(hash(page), /f\.kinds=\+I/);
    assert.equal(await page.locator('.grid-row:not(.kind-insert)').count(), 0);
    await page.reload();
    await page.locator('.grid-row.kind-insert').first().waitFor();
    assert.equal(await page.locator('.grid-row:not(.kind-insert)').count(), 0);
    await page.getByLabel('Filter changed rows').fill('1 = 2');
    await page.getByLabel('Filter changed rows').press('Enter');
    await page.locator('.empty, .problem').first().waitFor();
    await page.getByRole('button', { name: 'Follow', exact: true }).click();
    await page.getByText(/At snapshot #\d+; looking/).waitFor();
    await page.getByRole('button', { name: 'Stop following' }).click();
    assert.doesNotMatch(hash(page), /f\.follow/);
  });
});

test('a row tells its versions and why it is what it is', { skip }, async () => {
  await onGolden(['pk_dedup', 'append_plain'], async (page, url) => {
    await show(page, url, 'pk_dedup', 'data');
    await page.locator('.grid-row .grid-cell').first().click();
    await page.getByRole('link', { name: 'Why this value' }).click();
    await panel(page, 'Versions').locator('tbody tr').nth(1).waitFor();
    await settled(page);
    assert.match(hash(page), /f\.row=\{/);
    assert.match(await page.locator('.row-why').innerText(), /\w+/);
    assert.ok((await page.locator('.row-lanes .row-dot, .row-lanes .row-cross').count()) > 0);
    await reloads(page, '.row-versions tbody');
    await page.getByRole('button', { name: '‹ Rows' }).click();
    await page.locator('.grid-row').first().waitFor();
    await page.getByRole('button', { name: 'Row history' }).click();
    await page.getByText('Give the whole key of a row').waitFor();
    await show(page, url, 'append_plain', 'data', '?f.row=%7B%7D');
    await page.getByText('Rows of this table have no key').waitFor();
  });
});

test('the history is readable on a phone and in the dark', { skip }, async () => {
  await onGolden(['pk_dedup'], async (page, url) => {
    for (const view of ['snapshots?f.from=1&f.to=2', 'snapshots?f.show=refs', 'changelog']) {
      const [tab, more] = view.split('?');
      await show(page, url, 'pk_dedup', tab, more ? `?${more}` : '');
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wide <= 0, `${view} is ${wide} px too wide`);
    }
  }, { width: 390, theme: 'dark' });
});
