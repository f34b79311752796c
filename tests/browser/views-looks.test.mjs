// Screenshots of every view, light, dark and narrow: kept in dist/screenshots, and compared with the looks that are known.
// After a wanted change: `UPDATE_LOOKS=1 node --test views-looks.test.mjs`, and look at the pictures.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { ROOT } from '../node/package.mjs';
import { withBrowser } from './chromium.mjs';
import { VIEWS, settled, show, skip, watchedPage, withGolden } from './explorer.mjs';
import { difference, lookOf } from './looks.mjs';

const SHOTS = join(ROOT, 'dist/screenshots');
const KNOWN = new URL('looks.json', import.meta.url);
const SIZES = [{ theme: 'light', width: 1440, height: 900 }, { theme: 'dark', width: 1440, height: 900 }, { theme: 'light', width: 390, height: 844 }];
const TABLES = ['pk_lsm_levels', 'append_part_typed', 'evolve_pk'];

test('every view looks as it is known to', { skip }, async (context) => {
  mkdirSync(SHOTS, { recursive: true });
  const known = existsSync(KNOWN) ? JSON.parse(readFileSync(KNOWN, 'utf8')) : {};
  const seen = {};
  await withGolden((url) => withBrowser(async (browser) => {
    for (const size of SIZES) {
      const { page, faults } = await watchedPage(browser, url, size);
      const shoot = async (name) => {
        const file = `${name}-${size.theme}-${size.width}`;
        const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(sideways <= 0, `${file} is ${sideways} px too wide`);
        // What differs from run to run is painted over.
        const png = await page.screenshot({ path: join(SHOTS, `${file}.png`), mask: [page.locator('.waterfall'), page.locator('.meter')], maskColor: '#808080' });
        seen[file] = await lookOf(page, png);
      };
      await page.goto(`${url}/#/`);
      await settled(page);
      await shoot('open');
      for (const table of TABLES) {
        for (const view of VIEWS) {
          await show(page, url, table, view);
          await page.evaluate(() => document.querySelector('#main').scrollTo(0, 0));
          await shoot(`${table}-${view}`);
        }
      }
      assert.deepEqual(faults, []);
    }
  }), TABLES);
  context.diagnostic(`${Object.keys(seen).length} pictures in dist/screenshots`);
  if (process.env.UPDATE_LOOKS) {
    writeFileSync(KNOWN, `{\n${Object.entries(seen).map(([name, look]) => `${JSON.stringify(name)}: ${JSON.stringify(look)}`).join(',\n')}\n}\n`);
    return;
  }
  const differing = Object.entries(seen).map(([name, look]) => [name, known[name] ? difference(known[name], look) : 'not known']).filter(([, words]) => words);
  assert.deepEqual(differing.map(([name, words]) => `${name}: ${words}`), []);
  assert.deepEqual(Object.keys(known).filter((name) => !(name in seen)), [], 'known pictures that were not taken');
});

test('a broken page is seen', () => {
  const look = { regions: { '.tree': [0, 48, 224, 852] }, tones: 'f'.repeat(480) };
  assert.equal(difference(look, look), '');
  assert.match(difference(look, { ...look, regions: {} }), /tree is gone/);
  assert.match(difference(look, { ...look, regions: { '.tree': [0, 48, 0, 852] } }), /was at/);
  assert.match(difference(look, { ...look, tones: '0'.repeat(480) }), /another colour/);
  assert.equal(difference(look, { ...look, tones: 'd'.repeat(480) }), '');
});
