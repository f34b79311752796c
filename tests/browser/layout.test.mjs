// How files lie: LSM, heatmap, Files, Manifests down to the footer, on golden tables and on a table of 100,000 files.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { GOLDEN, ROOT } from '../node/package.mjs';
import { serve } from '../node/server.mjs';
import { openPage, renderers, withBrowser } from './chromium.mjs';
import { makeTable } from './layout-table.mjs';

const SITE = process.env.CENOTE_EXPLORER ?? join(ROOT, 'dist/explorer');
const built = existsSync(join(SITE, 'index.html'));
const skip = !GOLDEN ? 'no golden tables beside this checkout' : built ? false : 'no explorer was built';
const COUNT = 100_000;
/** Longest that the page may not answer to the user, milliseconds: the machine of the tests is slow and shared. */
const GAP_MILLIS = 600;

let folder;
let sums;
before(async () => {
  if (!built) return;
  folder = await mkdtemp(join(tmpdir(), 'cenote-layout-'));
  sums = await makeTable(join(folder, 'b.db/many'), COUNT);
});
after(() => folder && rm(folder, { recursive: true, force: true }));

/** Runs with a fresh page at a view of a table; asserts that its console is clean. */
async function withTable(path, view, run) {
  const site = await serve({ '': SITE, golden: GOLDEN ?? '/nowhere', made: folder });
  try {
    await withBrowser(async (browser) => {
      const link = (tab) => `${site.url}/index.html#/t/${encodeURIComponent(`${site.url}/${path}`)}/${tab}`;
      const { page, errors } = await openPage(browser, link(view));
      await page.setViewportSize({ width: 1440, height: 1000 });
      page.setDefaultTimeout(60_000);
      await run(page, link, browser);
      // Absent hints and probes are 404s, which Chromium logs; anything else is ours.
      assert.deepEqual(errors.filter((error) => !/404/.test(error)), []);
    });
  } finally {
    await site.close();
  }
}

const golden = (name) => `golden/${name}/warehouse/golden.db/${name}`;
const panel = (page, title) => page.locator('.panel', { has: page.getByRole('heading', { name: title, exact: true }) });
const hash = (page) => page.evaluate(() => decodeURIComponent(location.hash));

test('the levels of a keyed table: cards, bars, depth, a file in the inspector, the keyboard', { skip }, async () => {
  await withTable(golden('pk_dedup'), 'lsm', async (page) => {
    const bars = page.locator('.lsm .bar');
    await bars.first().waitFor();
    const cards = await page.locator('.cards').first().innerText();
    for (const name of ['Read amplification', 'Compaction pressure', 'Files']) assert.ok(cards.includes(name), cards);
    assert.match(await page.locator('.lsm .bars').getAttribute('aria-label'), /files? in .* sorted runs?, at most/);
    await bars.first().click();
    await page.locator('.inspector h2', { hasText: 'Data file' }).waitFor();
    assert.match(await hash(page), /f\.file=bucket-\d\/data-/);
    assert.equal(await page.locator('.bar.chosen').count(), 1);
    await page.locator('.lsm .bars').focus();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowDown');
    const before = await hash(page);
    await page.keyboard.press('Enter');
    await page.waitForFunction((old) => decodeURIComponent(location.hash) !== old, before);
    await page.getByRole('button', { name: 'By rank' }).click();
    await page.getByRole('button', { name: 'Zoom in' }).click();
    assert.match(await hash(page), /f\.zoom=/);
    await page.getByRole('button', { name: 'All keys' }).click();
    assert.doesNotMatch(await hash(page), /f\.zoom=/);
    const preview = panel(page, 'What a compaction would do');
    await preview.getByRole('button', { name: 'Full' }).click();
    const full = panel(page, 'What a full compaction would do');
    await full.locator('.preview li, .note').first().waitFor();
    assert.match(await full.locator('.command pre').innerText(), /^cenote compact http\S+pk_dedup --full/);
  });
});

test('the heatmap: every measure, order, table, search of keys, and the bucket it opens', { skip }, async () => {
  await withTable(golden('pk_composite'), 'lsm', async (page) => {
    const heat = panel(page, 'Partition × bucket');
    await heat.locator('.heat-cell').first().waitFor();
    for (const [label, slug] of [['Read depth', 'depth'], ['Size', 'size'], ['Files', 'files'], ['Rows', 'rows'], ['Skew', 'skew'], ['Deleted rows', 'deleted'], ['Age', 'age']]) {
      await heat.getByRole('button', { name: label, exact: true }).click();
      assert.match(await hash(page), new RegExp(`f\\.heat=${slug}`));
      assert.notEqual(await heat.locator('.heat-cell').first().innerText(), '');
      assert.ok((await heat.locator('.heat-legend span').count()) >= 1);
    }
    await heat.getByRole('grid').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    assert.match(await hash(page), /bucket=1/);
    await page.locator('.inspector h2', { hasText: 'Bucket' }).waitFor();
    await heat.getByRole('button', { name: 'Warmest first' }).click();
    await heat.getByRole('button', { name: 'Table' }).click();
    const rows = heat.locator('tbody tr[aria-rowindex]');
    assert.equal(await rows.count(), 2);
    await rows.nth(1).click();
    await heat.locator('tr.on').waitFor();
  });
});

test('deletion vectors show in cards, cells and files', { skip }, async () => {
  for (const name of ['pk_dv', 'append_dv']) {
    await withTable(golden(name), 'lsm', async (page, link) => {
      const card = page.locator('.card', { hasText: 'Deleted rows' });
      await card.waitFor();
      assert.match(await card.innerText(), /deletion vectors in \d+ files?/);
      await page.goto(link('files?f.q=is:deleted'));
      await page.locator('.files-list tbody tr[aria-rowindex]').first().waitFor();
      assert.ok((await page.locator('.files-list .density').count()) >= 1, 'hidden rows are drawn');
    });
  }
});

test('files: sorted, searched, switched, chosen by key, and elsewhere', { skip }, async () => {
  await withTable(golden('pk_dedup'), 'files', async (page) => {
    const rows = page.locator('.files-list tbody tr[aria-rowindex]');
    await rows.first().waitFor();
    const all = await rows.count();
    for (const column of ['Bucket', 'Level', 'File', 'Rows', 'Deletes', 'Hidden', 'Size', 'Written', 'Schema', 'Partition']) {
      const head = page.locator('.files-list th', { hasText: new RegExp(`^${column}`) });
      await head.getByRole('button').click();
      assert.match(await head.getAttribute('aria-sort'), /ascending|descending/);
      assert.equal(await rows.count(), all);
    }
    await page.locator('#filter').fill('level:0');
    await page.waitForFunction(() => location.hash.includes('f.q='));
    await page.locator('.files-total').filter({ hasText: 'file' }).waitFor();
    await page.locator('#filter').fill('no such file');
    await page.getByText('No file matches').waitFor();
    await page.getByRole('button', { name: 'Show all files' }).click();
    await rows.first().waitFor();
    await page.locator('.files-list table').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.locator('.files-list tr.on').waitFor();
    await page.locator('.inspector .stats').first().waitFor();
    assert.match(await page.locator('.inspector').innerText(), /table\.filesPage\(/);
    await page.getByLabel('Export the list').click();
    const [csv] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'List as CSV' }).click()]);
    const text = readFileSync(await csv.path(), 'utf8');
    assert.equal(text.trimEnd().split('\r\n').length, all + 1);
    await page.getByLabel('Export the list').click();
    const [ndjson] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'List as NDJSON' }).click()]);
    const lines = readFileSync(await ndjson.path(), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
    assert.deepEqual([lines.length, typeof lines[0].path], [all, 'string']);
  });
});

for (const [name, format] of [['compress_parquet', 'parquet'], ['compress_orc', 'orc'], ['compress_avro', 'avro'], ['append_part_typed', 'parquet']]) {
  test(`from the snapshot down to the footer: ${name}`, { skip }, async () => {
    await withTable(golden(name), 'manifests', async (page) => {
      await page.locator('.panel a.button, .panel td a').first().waitFor();
      await page.locator('.panel td.mono a').first().click();
      const entries = page.locator('.entries-list tbody tr[aria-rowindex]');
      await entries.first().waitFor();
      assert.match(await entries.first().innerText(), /adds|removes/);
      await entries.filter({ hasText: 'adds' }).first().getByRole('link').click();
      await panel(page, 'File').locator('.chip').first().waitFor();
      assert.equal(await panel(page, 'File').locator('.chip').first().innerText(), format);
      assert.ok((await page.locator('.footer-columns tbody tr').count()) >= 1);
      if (format !== 'avro') {
        assert.match(await page.locator('.treemap').getAttribute('aria-label'), /Bytes by column/);
        await page.locator('.group-bar').first().click();
        assert.match(await hash(page), /f\.group=0/);
        assert.equal(await page.locator('.group-bar[aria-pressed="true"]').count(), 1);
      }
      assert.equal(await page.locator('.crumbs li').count(), 3);
      const deep = page.url();
      await page.reload();
      await panel(page, 'File').locator('.chip').first().waitFor();
      assert.equal(page.url(), deep, 'a deep link leads back here');
      await page.locator('.crumbs a').first().click();
      await page.locator('.entries').first().waitFor();
    });
  });
}

test('a table never written, and one without rows, explain themselves', { skip }, async () => {
  await withTable(golden('empty_table'), 'lsm', async (page, link) => {
    for (const tab of ['lsm', 'files', 'manifests']) {
      await page.goto(link(tab));
      await page.locator('.empty h2').waitFor();
    }
  });
});

/** The longest pause of the page's own thread since the last call. */
async function gap(page) {
  return page.evaluate(() => {
    const longest = Math.round(window.longest ?? 0);
    window.longest = 0;
    if (!window.watching) {
      window.watching = true;
      let last = performance.now();
      const tick = () => {
        const now = performance.now();
        window.longest = Math.max(window.longest ?? 0, now - last);
        last = now;
        setTimeout(tick, 0);
      };
      tick();
    }
    return longest;
  });
}

test(`${COUNT} files: listed, sorted, searched and drawn while the page answers`, { skip: built ? false : 'no explorer was built' }, async (t) => {
  await withTable('made/b.db/many', 'files', async (page, link, browser) => {
    const figures = {};
    const timed = async (name, run) => {
      const begin = performance.now();
      await run();
      figures[name] = Math.round(performance.now() - begin);
    };
    const first = page.locator('.files-list tbody tr[aria-rowindex="2"] td.mono');
    await timed('first rows of Files, cold', () => first.waitFor());
    const total = await page.locator('.files-total').innerText();
    assert.ok(total.startsWith('100,000 files'), total);
    await gap(page);
    await timed('sort by size', async () => {
      await page.locator('.files-list th.col-size button').click();
      await page.waitForFunction((largest) => document.querySelector('.files-list tbody tr[aria-rowindex="2"] td:nth-child(9) span')?.title.replaceAll(',', '').startsWith(String(largest)), sums.largest);
    });
    await timed('scroll to the end', async () => {
      await page.locator('.files-list').evaluate((list) => { list.scrollTop = list.scrollHeight; });
      await page.locator(`.files-list tbody tr[aria-rowindex="${COUNT + 1}"] td.mono`).waitFor();
    });
    const drawn = await page.locator('.files-list tbody tr').count();
    assert.ok(drawn < 80, `${drawn} rows are in the document`);
    await timed('search', async () => {
      await page.locator('#filter').fill('partition:p=7 level:0');
      await page.locator('.files-total', { hasText: /^28 files/ }).waitFor();
    });
    await page.locator('#filter').fill('');
    await page.locator('.files-total', { hasText: '100,000 files' }).waitFor();
    figures['longest pause in Files'] = await gap(page);

    await timed('first paint of LSM', async () => {
      await page.getByRole('tab', { name: 'LSM' }).click();
      await page.locator('.lsm .bar').first().waitFor();
    });
    await page.getByText('Reading').waitFor({ state: 'detached' }).catch(() => {});
    const heat = panel(page, 'Partition × bucket');
    await heat.locator('.heat-cell').first().waitFor();
    const marks = await page.locator('.lsm .bar').count();
    assert.ok(marks < 2500, `${marks} marks for 5,000 files`);
    assert.match(await page.locator('.card', { hasText: 'Read amplification' }).innerText(), /worst 61 runs · p=100 · bucket 0/);
    await page.locator('.lsm .bar.many').first().click();
    await page.locator('.marks-list tbody tr[aria-rowindex]').first().waitFor();
    await timed('another bucket', async () => {
      await page.locator('.heat-search').fill('p=42');
      await heat.locator('.heat-cell').first().click();
      await page.locator('.panel-head b', { hasText: 'p=42' }).first().waitFor();
      await page.locator('.lsm .bar').first().waitFor();
    });
    figures['longest pause in LSM'] = await gap(page);

    const memory = await renderer(browser, page);
    const visits = [];
    for (let visit = 0; visit < 5; visit += 1) {
      await page.goto(link('files'));
      await page.locator('.files-list tbody tr[aria-rowindex="2"] td.mono').waitFor();
      await page.goto(link('lsm'));
      await page.locator('.lsm .bar').first().waitFor();
      await page.goto(link('options'));
      await page.locator('.files-list, .lsm').first().waitFor({ state: 'detached' });
      visits.push(await memory());
    }
    figures['renderer MB after visits'] = visits.join(' ');
    figures['longest pause while visiting'] = await gap(page);
    t.diagnostic(JSON.stringify(figures));
    console.log(JSON.stringify(figures));
    assert.ok(visits[4] - visits[1] < 40, `memory grows with visits: ${visits.join(' ')} MB`);
    for (const name of ['longest pause in Files', 'longest pause in LSM']) assert.ok(figures[name] < GAP_MILLIS, `${name}: ${figures[name]} ms`);
    assert.ok(figures['first rows of Files, cold'] < 20_000 && figures['sort by size'] < 3000 && figures['first paint of LSM'] < 5000, JSON.stringify(figures));
  });
});

/** How much memory the page's process holds, MB, after its garbage was collected. */
async function renderer(browser, page) {
  const own = await page.context().newCDPSession(page);
  return async () => {
    await own.send('HeapProfiler.collectGarbage');
    return Math.round(Math.max(...await renderers(browser)) / (1 << 20));
  };
}
