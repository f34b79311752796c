// The user study on paper: questions of an engineer on call, each answered by clicking in a real Chromium. Counts clicks, words
// typed and seconds; `docs/study.md` holds the table that this prints.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { ROOT } from '../node/package.mjs';
import { withBrowser } from './chromium.mjs';
import { settled, skip, watchedPage, withGolden } from './explorer.mjs';

/** Somebody in front of the page: every click and every word typed counts. */
function visitor(page) {
  const seen = { clicks: 0, typed: 0 };
  return {
    seen,
    page,
    async click(what) {
      seen.clicks += 1;
      await (typeof what === 'string' ? page.locator(what).first() : what).click();
    },
    async choose(what, value) {
      // Opening a list and choosing from it are two.
      seen.clicks += 2;
      await page.locator(what).selectOption(value);
    },
    async type(what, text) {
      seen.clicks += 1;
      seen.typed += 1;
      await page.locator(what).fill(text);
      await page.locator(what).press('Enter');
    },
    tab(name) {
      return this.click(`#tab-${name}`);
    },
    /** The text of a place once it matches: the answer is read there. */
    async read(what, answer) {
      const place = typeof what === 'string' ? page.locator(what) : what;
      await assertSoon(async () => assert.match((await place.allInnerTexts()).join('\n').replace(/\s+/g, ' '), answer));
      return answer.exec((await place.allInnerTexts()).join('\n').replace(/\s+/g, ' '))[0];
    },
  };
}

async function assertSoon(check, millis = 8000) {
  const end = Date.now() + millis;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  }
}

const panel = (page, title) => page.locator('.panel', { has: page.getByRole('heading', { name: title, exact: true }) });

/** What is asked, of which table, how it is found out, and the most clicks that may take. The table is open at its overview. */
const QUESTIONS = [
  {
    ask: 'Which bucket is slow, and why?',
    table: 'pk_lsm_runs',
    most: 0,
    find: ({ read }) => read('.card', /Read amplification [\d.]+ × worst \d+ runs · \S.*?\d+/),
  },
  {
    ask: 'How many small files are there, and what mends it?',
    table: 'pk_lsm_runs',
    most: 0,
    find: async ({ read, page }) => `${await read('.card', /Files \d+ \d+ under [\d.]+ MB/)}; ${await read(panel(page, 'Health'), /cenote compact \S+|Nothing to mend/)}`,
  },
  {
    ask: 'How big is it, and is it growing?',
    table: 'pk_lsm_levels',
    most: 0,
    find: async (me) => {
      const size = `${await me.read('.card', /Rows in files [\d.,]+/)}, ${await me.read('.card', /Size [\d.,]+ \w+/)}`;
      // The picture says the same to those who do not see it.
      const picture = me.page.locator('#panel svg[aria-label*="snapshots"]').first();
      await picture.waitFor();
      return `${size}; a picture: ${await picture.getAttribute('aria-label')}`;
    },
  },
  {
    ask: 'When did this column appear?',
    table: 'evolve_pk',
    most: 1,
    find: async (me) => {
      await me.tab('schema');
      return me.read(panel(me.page, 'Columns').locator('tr', { hasText: /^3\s*c/ }), /c .*schema 1 · #2 · \d+ \w+ ago/);
    },
  },
  {
    ask: 'What did the last schema change do?',
    table: 'evolve_pk',
    most: 1,
    find: async (me) => {
      await me.tab('schema');
      return me.read(panel(me.page, 'Differences'), /aa BIGINT was INT .*b STRING dropped/);
    },
  },
  {
    ask: 'Who wrote with the old schema, and when last?',
    table: 'evolve_pk',
    most: 1,
    find: async (me) => {
      await me.tab('schema');
      return me.read(panel(me.page, 'Who wrote with which').locator('tr', { hasText: /^1/ }), /1 \d+ \w+ ago 1 #2 \S+/);
    },
  },
  {
    ask: 'Is a consumer behind?',
    table: 'py_consumer',
    most: 2,
    find: async (me) => {
      await me.tab('snapshots');
      await me.click(me.page.getByRole('button', { name: 'Who keeps what' }));
      return me.read(panel(me.page, 'Consumers').locator('tbody tr'), /\S+ .*\d+/);
    },
  },
  {
    ask: 'Which tags keep old snapshots?',
    table: 'tags',
    most: 2,
    find: async (me) => {
      await me.tab('snapshots');
      await me.click(me.page.getByRole('button', { name: 'Who keeps what' }));
      return me.read(panel(me.page, 'Tags').locator('tbody tr'), /\S+ .*\d+/);
    },
  },
  {
    ask: 'Which options does it change, and from when is this value?',
    table: 'pk_lsm_levels',
    most: 3,
    find: async (me) => {
      await me.tab('options');
      await me.click(me.page.getByRole('button', { name: /^Changed/ }));
      await me.click(me.page.locator('.options tr.changed button').first());
      return me.read('.option-detail', /schema 0 \S+/);
    },
  },
  {
    ask: 'What would a compaction do, and how do I run it?',
    table: 'pk_lsm_runs',
    most: 1,
    find: async (me) => {
      await me.tab('lsm');
      return me.read(panel(me.page, 'What a compaction would do'), /cenote compact \S+/);
    },
  },
  {
    ask: 'What changed between these two snapshots?',
    table: 'pk_dedup',
    most: 3,
    find: async (me) => {
      await me.tab('snapshots');
      await me.click(me.page.getByRole('button', { name: 'Last commit' }));
      const files = await me.read(panel(me.page, 'Difference'), /Files added \S+/);
      await me.click(panel(me.page, 'Difference').getByRole('button', { name: 'Compare the rows' }));
      return `${files}; rows: ${await me.read(panel(me.page, 'Difference'), /[+-][IUD] \d+/)}`;
    },
  },
  {
    ask: 'Who pins old files, and what would free them?',
    table: 'tags',
    most: 2,
    find: async (me) => {
      await me.tab('snapshots');
      await me.click(me.page.getByRole('button', { name: 'Who keeps what' }));
      return me.read(panel(me.page, 'Kept files'), /The latest needs .*/);
    },
  },
  {
    ask: 'Why has this row this value?',
    table: 'pk_dedup',
    most: 3,
    find: async (me) => {
      await me.tab('data');
      await me.click(me.page.locator('.grid-row .grid-cell').first());
      await me.click(me.page.getByRole('link', { name: 'Why this value' }));
      return me.read('.row-why', /\S+ .*versions?.*/);
    },
  },
  {
    ask: 'Which files does this filter read?',
    table: 'append_compacted',
    most: 2,
    find: async (me) => {
      await me.tab('data');
      await me.type('#filter', 'id = 1');
      return me.read('.cost-text', /This filter reads .*/);
    },
  },
  {
    ask: 'Which codec has this file, and how large is its largest column?',
    table: 'compress_parquet',
    most: 3,
    find: async (me) => {
      await me.tab('files');
      await me.click(me.page.locator('.files-list tbody tr[aria-rowindex]').first());
      await me.click(me.page.getByRole('link', { name: 'Look inside' }));
      const file = await me.read(panel(me.page, 'File'), /(zstd|snappy|gzip|lz4|brotli|uncompressed)/i);
      return `${file}; ${await me.page.locator('.treemap').getAttribute('aria-label')}`;
    },
  },
];

test('questions of an engineer on call are answered in few clicks', { skip }, async (context) => {
  const tables = [...new Set(QUESTIONS.map(({ table }) => table))];
  const [lines, wrong] = [[], []];
  await withGolden((url) => withBrowser(async (browser) => {
    for (const { ask, table, most, find } of QUESTIONS) {
      const { page, context: fresh, faults } = await watchedPage(browser, url);
      await page.goto(`${url}/#/demo/golden/${table}/overview`);
      await page.waitForSelector('.table-head h1');
      const me = visitor(page);
      const begin = performance.now();
      page.setDefaultTimeout(10_000);
      const answer = await find(me).catch((error) => {
        wrong.push(`${ask} ${error.message}`);
        return 'not found';
      });
      const seconds = (performance.now() - begin) / 1000;
      await settled(page);
      assert.ok(me.seen.clicks <= most, `${ask} took ${me.seen.clicks} clicks`);
      assert.deepEqual(faults, []);
      lines.push(`| ${ask} | \`${table}\` | ${me.seen.clicks} | ${me.seen.typed} | ${seconds.toFixed(1)} | ${answer.replaceAll('|', '/').slice(0, 150)} |`);
      await fresh.close();
    }
  }), tables);
  lines.forEach((line) => context.diagnostic(line));
  assert.deepEqual(wrong, [], 'every question is answered');
  const written = readFileSync(join(ROOT, 'docs/study.md'), 'utf8');
  const missing = QUESTIONS.filter(({ ask }) => !written.includes(ask)).map(({ ask }) => ask);
  assert.deepEqual(missing, [], 'docs/study.md tells of each question');
});
