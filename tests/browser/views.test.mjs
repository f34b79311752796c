// Every view of tables of every kind in Chromium: no error, no breach of the policy, no other host, readable by all.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import { withBrowser } from './chromium.mjs';
import { VIEWS, goldenTables, settled, show, skip, watchedPage, withGolden } from './explorer.mjs';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** One table of each kind, all of whose views are gone through; of the others two are, and those of the rows. */
const EACH_KIND = [
  'append_compacted', 'append_dv', 'append_part_escape', 'branches', 'changelog_full_compaction', 'changelog_lookup', 'comments_defaults',
  'empty_table', 'evolve_nested', 'evolve_pk', 'expired', 'file_layout', 'index_bloom_filter', 'large_append', 'mixed_formats', 'odd_names',
  'pk_agg', 'pk_composite', 'pk_dv', 'pk_dynamic_bucket', 'pk_first_row', 'pk_lsm_levels', 'pk_partial', 'pk_postpone', 'py_blob',
  'py_consumer', 'row_tracking', 'rs_data_evolution', 'tags', 'types_avro', 'types_orc', 'types_parquet', 'variant',
];

test('every view of every golden table shows without a fault', { skip }, async (context) => {
  await withGolden((url) => withBrowser(async (browser) => {
    const names = goldenTables();
    assert.deepEqual(EACH_KIND.filter((name) => !names.includes(name)), []);
    const problems = [];
    let views = 0;
    const walk = async (some) => {
      const { page, faults, breaches } = await watchedPage(browser, url);
      for (const name of some) {
        for (const view of EACH_KIND.includes(name) ? VIEWS : ['overview', 'data']) {
          try {
            await show(page, url, name, view);
            const shown = await page.locator('main .problem').allInnerTexts();
            const texts = shown.map((text) => text.replaceAll('\n', ' '));
            problems.push(...texts.map((text) => `${name}/${view}: ${text}`));
          } catch (error) {
            problems.push(`${name}/${view}: ${String(error).split('\n')[0]} ${await page.locator('main').innerText().catch(() => '')}`.slice(0, 300));
          }
          await breaches();
          problems.push(...faults.splice(0).map((fault) => `${name}/${view}: ${fault}`));
          views += 1;
        }
      }
    };
    await Promise.all([0, 1].map((half) => walk(names.filter((_, index) => index % 2 === half))));
    context.diagnostic(`${views} views of ${names.length} tables`);
    assert.deepEqual(problems, []);
  }));
});

/** Tables whose views axe looks at: levels, schema changes, nested types, none written, odd names. */
const LOOKED_AT = ['pk_lsm_levels', 'evolve_pk', 'append_part_escape', 'empty_table'];

test('axe finds nothing serious in any view, light and dark, wide and narrow', { skip }, async (context) => {
  await withGolden((url) => withBrowser(async (browser) => {
    const found = [];
    let looks = 0;
    const look = async (page, where) => {
      await page.evaluate(() => window.axe === undefined) && await page.addScriptTag({ path: AXE }).catch(() => undefined);
      const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
      looks += 1;
      for (const { id, impact, nodes } of violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')) {
        found.push(`${where}: ${id} (${impact}) ${nodes.slice(0, 3).map(({ html, any }) => `${html.slice(0, 160)} ${any[0]?.message ?? ''}`).join(' | ')}`);
      }
    };
    const one = async (how, names) => {
      const { page } = await watchedPage(browser, url, how);
      // The policy keeps strange scripts out: the tool comes with the page.
      await page.context().addInitScript({ path: AXE });
      const where = `${how.theme} ${how.width}`;
      await page.goto(`${url}/#/`);
      await settled(page);
      await look(page, `${where} open`);
      for (const name of names) {
        for (const view of VIEWS) {
          await show(page, url, name, view);
          await look(page, `${where} ${name}/${view}`);
        }
      }
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      await look(page, `${where} keys`);
    };
    await Promise.all([
      one({ theme: 'light', width: 1440 }, LOOKED_AT),
      one({ theme: 'dark', width: 1440 }, LOOKED_AT.slice(0, 2)),
    ]);
    await one({ theme: 'dark', width: 390, height: 844 }, LOOKED_AT.slice(0, 1));
    context.diagnostic(`${looks} looks`);
    assert.deepEqual([...new Set(found)], []);
  }, LOOKED_AT));
});

test('a link to each view opens the same view', { skip }, async () => {
  await withGolden((url) => withBrowser(async (browser) => {
    const { page, context } = await watchedPage(browser, url);
    const clean = (text) => text.replace(/<?\d+(\.\d+)? ?(ms|s|min|h|d) ?(ago)?|just now/g, '');
    for (const view of VIEWS) {
      await show(page, url, 'pk_lsm_levels', view);
      const other = await context.newPage();
      await other.goto(page.url());
      await other.waitForSelector(`#tab-${view}[aria-selected="true"]`);
      await settled(other);
      assert.equal(other.url(), page.url(), view);
      assert.equal(clean(await other.locator('#panel').innerText()), clean(await page.locator('#panel').innerText()), view);
      await other.close();
    }
  }), ['pk_lsm_levels']);
});

test('the keyboard alone goes through all views', { skip }, async () => {
  await withGolden((url) => withBrowser(async (browser) => {
    const { page, faults } = await watchedPage(browser, url);
    await page.goto(`${url}/#/demo/golden/pk_lsm_levels/overview`);
    await settled(page);
    const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent?.trim() || '');
    await page.keyboard.press('Tab');
    assert.match(await focused(), /Skip to content/);
    assert.ok((await page.locator('.skip').boundingBox()).y >= 0, 'it shows while it has the keyboard');
    for (let step = 0; step < 60 && await focused() !== 'tab-overview'; step += 1) await page.keyboard.press('Tab');
    assert.equal(await focused(), 'tab-overview');
    for (const view of [...VIEWS.slice(1), 'overview']) {
      await page.keyboard.press('ArrowRight');
      await page.waitForSelector(`#tab-${view}[aria-selected="true"]`);
      await settled(page);
      assert.equal(await focused(), `tab-${view}`);
      const ring = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
      assert.notEqual(ring, 'none', `${view} has a ring`);
    }
    for (const [place, view] of VIEWS.entries()) {
      await page.keyboard.press(String((place + 1) % 10));
      await page.waitForSelector(`#tab-${view}[aria-selected="true"]`);
    }
    // Every view can be entered: something in it takes the keyboard, and Escape gives it back.
    for (const view of VIEWS) {
      await show(page, url, 'pk_lsm_levels', view);
      const reachable = await page.locator('#panel').locator('button, a[href], input, select, [tabindex="0"]').count();
      assert.ok(reachable > 0, `${view} has something to reach`);
    }
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.deepEqual(faults, []);
  }), ['pk_lsm_levels', 'evolve_pk']);
});

test('what an option does is read without scrolling sideways, on a desk and on a phone', { skip }, async () => {
  await withGolden((url) => withBrowser(async (browser) => {
    for (const width of [1360, 1024, 800, 390]) {
      const { page, faults } = await watchedPage(browser, url, { width, height: 860 });
      await show(page, url, 'evolve_pk', 'options');
      const about = page.locator('.options td.col-about').first();
      const { right } = await about.evaluate((cell) => cell.getBoundingClientRect());
      assert.ok((await about.innerText()).length > 10 && right <= width, `${width}: ${right}`);
      const hidden = await page.evaluate(() => [...document.querySelectorAll('.scroll-x, .top')].map((box) => box.scrollWidth - box.clientWidth));
      assert.deepEqual(hidden.filter((px) => px > 0), [], `${width}: cut`);
      assert.deepEqual(faults, []);
      await page.context().close();
    }
  }), ['evolve_pk']);
});
