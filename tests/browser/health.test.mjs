// The explorer's health section and its preview of a compaction, on a golden table over plain HTTP.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { GOLDEN, ROOT } from '../node/package.mjs';
import { serve } from '../node/server.mjs';
import { openPage, withBrowser } from './chromium.mjs';

const SITE = process.env.CENOTE_EXPLORER ?? join(ROOT, 'dist/explorer');
const skip = !GOLDEN ? 'no golden tables beside this checkout' : existsSync(join(SITE, 'index.html')) ? false : 'no explorer was built';

/** A view of a golden table in a fresh page. */
async function withView(name, tab, run) {
  const site = await serve({ '': SITE, golden: GOLDEN });
  try {
    await withBrowser(async (browser) => {
      const table = encodeURIComponent(`${site.url}/golden/${name}/warehouse/golden.db/${name}`);
      const { page, errors } = await openPage(browser, `${site.url}/index.html#/t/${table}/${tab}`);
      await run(page, name);
      // Absent hints and probes are 404s, which Chromium logs; anything else is ours.
      assert.deepEqual(errors.filter((error) => !/404/.test(error)), []);
    });
  } finally {
    await site.close();
  }
}

test('the overview tells what ails a table, and what it could not look at', { skip }, async () => {
  await withView('pk_dedup', 'overview', async (page) => {
    await page.getByRole('heading', { name: 'Health' }).waitFor();
    const finding = page.locator('.findings li').first();
    await finding.waitFor();
    assert.match(await finding.locator('.sign').getAttribute('aria-label'), /critical|warning|note|good/);
    assert.match(await page.locator('.panel', { has: page.locator('.findings') }).innerText(), /Not looked at: tags/);
  });
});

test('the levels show what a compaction would do, with the command', { skip }, async () => {
  await withView('pk_dedup', 'lsm', async (page, name) => {
    const panel = page.locator('.panel', { has: page.getByRole('heading', { name: 'What a compaction would do' }) });
    await panel.locator('.preview li, .note').first().waitFor();
    assert.match(await panel.locator('.command pre').innerText(), new RegExp(`^cenote compact http\\S+${name}`));
    const taken = await panel.locator('.preview li').count();
    assert.equal((await page.locator('.bar.picked').count()) > 0, taken > 0, 'files that take part are framed');
  });
});
