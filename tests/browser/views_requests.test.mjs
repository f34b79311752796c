// How often the views ask the store: one table that is open answers all of them about one state, and asks for nothing twice.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withBrowser } from './chromium.mjs';
import { VIEWS, settled } from './explorer.mjs';
import { cenote, csv, skip, withSite, withWarehouse } from './table_site.mjs';

/** Snapshots of the table. */
const COMMITS = 12;

/**
 * Requests of each view when all are walked through, in their order: with the table its hint, snapshot, schema and what may come
 * after them (5), manifest lists (2) and their manifests, one a commit, then for the history EARLIEST, the other snapshots,
 * the tags' and the branches' folder, one tag.
 */
const OF_VIEW = {
  overview: 5 + 2 + COMMITS + 1 + (COMMITS - 1) + 2 + 1,
  data: 1, // the file
  snapshots: 1, // the consumers' folder
  lsm: 0,
  files: 0,
  manifests: 0,
  schema: 0,
  // Where changelogs of expired snapshots begin: the hint, then the folder. Of each APPEND the list and the file.
  changelog: 2 + 2 * (COMMITS - 1),
  options: 0,
  system: 0,
};

async function withTable(run) {
  await withWarehouse(async (folder) => {
    const at = ['--warehouse', folder];
    cenote('table', 'create', 'd.t', '--schema', 'id BIGINT NOT NULL, v STRING', '--primary-key', 'id', '--option', 'bucket=1', '--option', 'write-only=true', ...at);
    csv(`${folder}/rows.csv`, 'id,v', 20, (row) => `${row},v${row}`);
    for (let commit = 0; commit < COMMITS - 1; commit += 1) cenote('write', 'd.t', `${folder}/rows.csv`, ...at);
    cenote('compact', 'd.t', '--full', ...at);
    cenote('tag', 'create', 'd.t', 'kept', '--snapshot', '3', ...at);
    await withSite(['serve', '--warehouse', folder], (url) => run(url, at, folder));
  });
}

/** A page, and the paths that it asks for below the table's folder. */
async function watched(browser, url) {
  const context = await browser.newContext({ serviceWorkers: 'block' });
  const asked = [];
  context.on('request', (request) => {
    const path = new URL(request.url()).pathname;
    const range = request.headers().range;
    const below = path.split('/d.db/t/')[1];
    if (below !== undefined) asked.push(range ? `${below} ${range}` : below);
  });
  const page = await context.newPage();
  const show = async (view) => {
    const before = asked.length;
    const hash = `#/demo/d/t/${view}`;
    if (page.url().startsWith(url)) await page.evaluate((hash) => { location.hash = hash; }, hash);
    else await page.goto(`${url}${hash}`);
    await page.waitForSelector(`#tab-${view}[aria-selected="true"]`);
    await page.waitForSelector('.table-head h1');
    await settled(page);
    // What a view asks once it is drawn.
    await page.waitForTimeout(300);
    await settled(page);
    return asked.slice(before);
  };
  return { page, asked, show };
}

test('all views of a state ask the store for each file once', { skip }, async (context) => {
  await withTable((url) => withBrowser(async (browser) => {
    const { asked, show } = await watched(browser, url);
    const counts = {};
    for (const view of VIEWS) counts[view] = (await show(view)).length;
    context.diagnostic(JSON.stringify(counts));
    const twice = asked.filter((path, place) => asked.indexOf(path) !== place);
    assert.deepEqual(twice, [], 'nothing is asked twice');
    assert.deepEqual(counts, OF_VIEW);
  }));
});

test('a table that changes is seen when it is loaded anew, and by following it at once', { skip }, async () => {
  await withTable((url, at, folder) => withBrowser(async (browser) => {
    const { page, show } = await watched(browser, url);
    const newest = async () => {
      await show('snapshots');
      return page.locator('main').innerText();
    };
    assert.ok(!(await newest()).includes(`#${COMMITS + 1}`));
    cenote('write', 'd.t', `${folder}/rows.csv`, ...at);
    for (const view of ['lsm', 'files', 'overview']) {
      assert.deepEqual((await show(view)).filter((path) => path.startsWith('snapshot/')), [], `${view} stays with the state`);
    }
    assert.ok(!(await newest()).includes(`#${COMMITS + 1}`), 'all views show one state');
    await show('changelog');
    await page.getByRole('button', { name: 'Follow' }).click();
    await page.getByText(`At snapshot #${COMMITS + 1}`).waitFor();
    cenote('write', 'd.t', `${folder}/rows.csv`, ...at);
    await page.locator('.arrival').first().waitFor();
    assert.match(await page.locator('.arrival').first().innerText(), new RegExp(`#${COMMITS + 1} to #${COMMITS + 2}`));
    await page.locator('.arrival').getByRole('button', { name: 'Open' }).click();
    await page.waitForFunction(() => document.querySelectorAll('.grid-row [role=gridcell]').length > 0);
    await page.waitForTimeout(300);
    assert.ok((await newest()).includes(`#${COMMITS + 2}`), 'loaded anew');
  }));
});
