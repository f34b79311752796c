// Installed and offline: under any path of a dumb file server, without a network, through a new version, with a strict
// policy, and with nothing of a table kept.

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { GOLDEN } from '../node/package.mjs';
import { badWarehouse, filesOf } from './bad_warehouse.mjs';
import { withBrowser } from './chromium.mjs';
import { SITE } from './explorer.mjs';
import { explorer, shown, site, skip as noSite } from './explorer_page.mjs';

const skip = noSite || (GOLDEN ? false : 'no golden tables beside this checkout');
const WAREHOUSE = GOLDEN && join(GOLDEN, 'pk_dedup/warehouse');
const PREFIX = 'tools/cenote/';

/** Asks the page again and again until it says yes. */
async function until(page, question) {
  for (const end = Date.now() + 60_000; Date.now() < end; await page.waitForTimeout(100)) if (await page.evaluate(question)) return;
  throw new Error(`a minute went by without: ${question}`);
}

/** The service worker is installed and has all files of the page. */
const installed = (page) => until(page, async () => (await navigator.serviceWorker.getRegistration())?.active?.state === 'activated');

const cached = (page) => page.evaluate(async () => {
  const names = await caches.keys();
  const all = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)));
  return { names, urls: all.flat() };
});

async function rows(page) {
  await shown(page);
  await page.waitForFunction(() => document.querySelectorAll('[role=gridcell][id$="-0"]').length >= 20, null, { timeout: 20_000 });
}

async function pickWarehouse(page) {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.click('.open-drop')]);
  await chooser.setFiles(WAREHOUSE);
}

test('below a path: everything is found, nothing outside it is asked', { skip }, async () => {
  const [here, data] = [await site(PREFIX), await badWarehouse(filesOf(WAREHOUSE))];
  await withBrowser(async (browser) => {
    const at = await explorer(browser, here.url, { allowed: [data.url] });
    await at.go(`#/t/${encodeURIComponent(`${data.url}/golden.db/pk_dedup`)}/data`);
    await rows(at.page);
    await installed(at.page);
    assert.deepEqual(here.log.filter((path) => !path.startsWith(PREFIX)), []);
    assert.deepEqual([at.seen.errors.filter((error) => !/404/.test(error)), at.seen.violations, at.foreign()], [[], [], []]);
    // Files that are not there are data that is not there yet; the page's own are all there.
    assert.deepEqual(at.seen.requests.filter((url) => url.startsWith(here.url) && !here.log.includes(new URL(url).pathname.slice(1))), []);
    await at.close();
  });
  await here.close();
  await data.close();
});

test('without a network the page starts and reads a folder; nothing of a table is kept', { skip }, async (context) => {
  const [here, data] = [await site(PREFIX), await badWarehouse(filesOf(WAREHOUSE))];
  await withBrowser(async (browser) => {
    const init = () => { delete window.showDirectoryPicker; };
    const at = await explorer(browser, here.url, { allowed: [data.url], init });
    const { page } = at;
    await at.go(`#/t/${encodeURIComponent(`${data.url}/golden.db/pk_dedup`)}/data`);
    await rows(page);
    await installed(page);
    const { names, urls } = await cached(page);
    assert.equal(names.length, 1);
    context.diagnostic(`${urls.length} files of the page are kept`);
    assert.ok(urls.length > 20 && urls.every((url) => url.startsWith(here.url)), urls.join());
    assert.ok(urls.every((url) => !/golden|snapshot|parquet|warehouse\.json/.test(url)), 'nothing of a table');

    await here.close();
    await data.close();
    await at.context.setOffline(true);
    await page.reload();
    await page.waitForSelector('.problem, .open-url', { timeout: 20_000 });
    await at.go('#/');
    await pickWarehouse(page);
    await page.click('.table-card >> text=pk_dedup');
    await page.click('[role=tab] >> text=Data');
    await rows(page);
    assert.deepEqual([at.strange(), at.seen.violations], [[], []]);
    await at.close();
  });
});

test('a new version is told, taken over whole, and never mixed with the old one', { skip }, async () => {
  const next = mkdtempSync(join(tmpdir(), 'cenote-site-'));
  const here = await site();
  try {
    // The next version: one file is another one.
    cpSync(SITE, next, { recursive: true });
    const css = `${readFileSync(join(next, 'tokens.css'), 'utf8')}\n:root { --next-version: yes; }\n`;
    const hash = createHash('sha256').update(css).digest('hex');
    const list = readFileSync(join(next, 'sw.js'), 'utf8');
    const version = /"version":"([0-9a-f]+)"/.exec(list)[1];
    const swapped = list.replace(version, 'next').replace(/"tokens\.css":"[0-9a-f]+"/, `"tokens.css":"${hash}"`);
    const isNext = (page) => page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--next-version') !== '');

    await withBrowser(async (browser) => {
      const at = await explorer(browser, here.url);
      const { page } = at;
      await installed(page);
      await page.reload();
      await page.waitForSelector('.open-url');
      assert.equal(await page.locator('#update').count(), 0);

      // Half of the new version is up: the list names a file that is not the one that is served.
      here.state.folder = next;
      writeFileSync(join(next, 'sw.js'), swapped);
      await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update().catch(() => {}));
      await until(page, async () => !(await navigator.serviceWorker.getRegistration()).installing);
      assert.equal(await page.locator('#update').count(), 0, 'a version that is not whole is no version');
      assert.equal((await cached(page)).names.length, 1);

      writeFileSync(join(next, 'tokens.css'), css);
      // Once more, as a visit of another day would.
      writeFileSync(join(next, 'sw.js'), `${swapped}\n`);
      await page.reload();
      await page.waitForSelector('#update', { timeout: 30_000 });
      assert.equal(await isNext(page), false, 'the old version runs until it is told');
      const other = await at.context.newPage();
      await other.goto(here.url);
      await other.waitForSelector('.open-url');
      assert.equal(await isNext(other), false);
      await page.click('#update .primary');
      await page.waitForSelector('#update >> text=Close the other Cenote tabs');
      await other.close();
      await Promise.all([page.waitForEvent('load'), page.click('#update .primary')]);
      await page.waitForSelector('.open-url');
      assert.equal(await isNext(page), true);
      const { names } = await cached(page);
      assert.ok(names.length === 1 && names[0].endsWith('next'), names.join());
      assert.deepEqual(at.seen.violations, []);
      await at.close();
    });
  } finally {
    rmSync(next, { recursive: true, force: true });
    await here.close();
  }
});

test('it can be installed, and its policy lets nothing else run', { skip }, async () => {
  const here = await site(PREFIX);
  await withBrowser(async (browser) => {
    const at = await explorer(browser, here.url);
    const manifest = JSON.parse(readFileSync(join(SITE, 'manifest.webmanifest'), 'utf8'));
    for (const { src } of manifest.icons) assert.equal((await at.page.request.get(new URL(src, here.url).href)).status(), 200, src);
    for (const size of ['192x192', '512x512']) assert.ok(manifest.icons.some(({ sizes }) => sizes === size), size);
    const devtools = await at.context.newCDPSession(at.page);
    const { errors } = await devtools.send('Page.getAppManifest');
    assert.deepEqual(errors, []);
    const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
    assert.deepEqual(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito'), []);

    const index = readFileSync(join(SITE, 'index.html'), 'utf8');
    const policy = /content="(default-src[^"]*)"/.exec(index)[1];
    assert.match(policy, /^default-src 'none'/);
    assert.ok(!/script-src[^;]*('unsafe-inline'|'unsafe-eval'|https?:)/.test(policy), policy);
    const ran = await at.page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'window.inline = true';
      document.body.append(script);
      const holder = document.createElement('div');
      holder.innerHTML = '<img src="data:x" onerror="window.handler = true">';
      document.body.append(holder);
      await new Promise((resolve) => setTimeout(resolve, 200));
      let evaluated = false;
      try { evaluated = Function('return true')(); } catch { /* as it should be */ }
      return [Boolean(window.inline), Boolean(window.handler), evaluated];
    });
    assert.deepEqual(ran, [false, false, false]);
    await at.close();
  });
  await here.close();
});
