// Hostile tables: scripts in names and values, absurd numbers, broken and endless metadata. Whatever is in a table is text:
// each view shows it or says what is wrong, nothing runs, nothing freezes, and the next table opens.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { GOLDEN } from '../node/package.mjs';
import { badWarehouse, filesOf } from './bad_warehouse.mjs';
import { withBrowser } from './chromium.mjs';
import { LONGEST_TASK, explorer, shown, site, skip as noSite, watchTasks } from './explorer_page.mjs';

const skip = noSite || (GOLDEN ? false : 'no golden tables beside this checkout');
const TABLE = 'golden.db/pk_dedup';
const SCRIPT = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>"\'`${window.hacked=1}</style>\u202e\u0000';
const VIEWS = ['overview', 'data', 'changelog', 'snapshots', 'lsm', 'files', 'manifests', 'schema', 'system'];

let sound;
let here;
before(async () => {
  if (skip) return;
  sound = filesOf(join(GOLDEN, 'pk_dedup/warehouse'));
  here = await site();
});
after(() => here?.close());

/**
 * Looks at every view of the table with files changed by `change`; gives the problems that were shown. `acts` are things to do in a
 * view once it is there, each as short as drawing the view; `tell` hears how long the longest task of each was.
 */
async function look(change, { table = TABLE, views = VIEWS, acts = {}, tell = () => {} } = {}) {
  const files = new Map(sound);
  change(files);
  const [bad, good] = [await badWarehouse(files), await badWarehouse(sound)];
  const problems = [];
  try {
    await withBrowser(async (browser) => {
      const at = await explorer(browser, here.url, { allowed: [bad.url, good.url] });
      at.page.on('dialog', (dialog) => at.seen.errors.push(`a dialog: ${dialog.message()}`));
      for (const view of views) {
        const longest = await watchTasks(browser, at.page);
        await at.go(`#/t/${encodeURIComponent(`${bad.url}/${table}`)}/${view}`);
        await at.page.waitForSelector('#panel');
        // Settled: nothing waits any more.
        await at.page.waitForFunction(() => !document.querySelector('#panel .skeleton'), null, { timeout: 20_000 }).catch(() => {});
        for (const text of await at.page.locator('.problem').allInnerTexts()) problems.push({ view, text });
        const work = await longest();
        tell(`${view}: longest task ${work} ms`);
        assert.ok(work < LONGEST_TASK, `${view}: the page stood still for ${work} ms`);
        for (const [name, act] of Object.entries(acts[view.split('?')[0]] ?? {})) {
          const longest = await watchTasks(browser, at.page);
          await act(at.page);
          const work = await longest();
          tell(`${view}, ${name}: longest task ${work} ms`);
          assert.ok(work < LONGEST_TASK, `${view}, ${name}: the page stood still for ${work} ms`);
        }
      }
      assert.equal(await at.page.evaluate(() => window.hacked), undefined, 'a script of the table ran');
      assert.equal(await at.page.locator('#app script, #app iframe, #app img, #app style').count(), 0, 'a name became an element');
      await at.go(`#/t/${encodeURIComponent(`${good.url}/${TABLE}`)}/data`);
      await shown(at.page);
      await at.page.waitForFunction(() => document.querySelectorAll('[role=gridcell][id$="-0"]').length >= 20, null, { timeout: 20_000 });
      assert.deepEqual([at.strange(), at.seen.violations, at.foreign()], [[], [], []]);
      await at.close();
    });
  } finally {
    await bad.close();
    await good.close();
  }
  for (const { view, text } of problems) assert.ok(!/Something went wrong|fault of Cenote|panicked|unreachable/.test(text), `${view}: ${text}`);
  return problems;
}

/** Changes one JSON file of the table. */
const edit = (path, change) => (files) => {
  const json = JSON.parse(files.get(`${TABLE}/${path}`).toString());
  files.set(`${TABLE}/${path}`, Buffer.from(JSON.stringify(change(json) ?? json)));
};
const latest = () => [...sound.keys()].filter((path) => /snapshot\/snapshot-\d+$/.test(path)).map((path) => Number(path.split('-').pop())).sort((a, b) => b - a)[0];

test('scripts in names, comments, options and values', { skip }, async () => {
  await look((files) => {
    edit('schema/schema-0', (schema) => {
      schema.comment = SCRIPT;
      schema.options[SCRIPT] = SCRIPT;
      schema.fields.forEach((field) => { field.description = SCRIPT; });
      schema.fields.at(-1).name = SCRIPT;
    })(files);
    edit(`snapshot/snapshot-${latest()}`, (snapshot) => {
      snapshot.commitUser = SCRIPT;
      snapshot.properties = { [SCRIPT]: SCRIPT };
    })(files);
    for (const [path, bytes] of [...files]) files.set(path.replace('pk_dedup', SCRIPT.replace(/[/\0]/g, '')), bytes);
    files.set(`${TABLE}/tag/tag-${SCRIPT.replace(/[/\0]/g, '')}`, files.get(`${TABLE}/snapshot/snapshot-1`));
  });
  await look((files) => {
    for (const [path, bytes] of [...files]) files.set(path.replace('pk_dedup', 'x" onload="window.hacked=1'), bytes);
  }, { table: 'golden.db/x" onload="window.hacked=1', views: ['overview', 'data'] });
});

test('absurd numbers', { skip }, async () => {
  await look(edit(`snapshot/snapshot-${latest()}`, (snapshot) => {
    Object.assign(snapshot, {
      timeMillis: Number.MAX_SAFE_INTEGER, totalRecordCount: 9e18, deltaRecordCount: -9e18, commitIdentifier: -1, watermark: -9e15,
      logOffsets: Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [String(i), Number.MAX_SAFE_INTEGER])),
    });
  }));
  await look(edit('schema/schema-0', (schema) => {
    schema.options.bucket = '2147483647';
    schema.options['num-levels'] = '999999999';
    schema.highestFieldId = -5;
  }));
});

const COLUMNS = 10_000;
/** Adds that many columns. */
const wide = (schema) => {
  for (let i = 0; i < COLUMNS; i += 1) schema.fields.push({ id: 100 + i, name: `c${i}`, type: 'STRING' });
  schema.highestFieldId = 20_000;
};

test('more than anybody can show: a hundred thousand options', { skip }, async (t) => {
  await look(edit('schema/schema-0', (schema) => {
    for (let i = 0; i < 100_000; i += 1) schema.options[`option.${i}`] = 'x'.repeat(20);
  }), { views: ['overview', 'schema'], tell: (what) => t.diagnostic(what) });
});

test('more than anybody can show: ten thousand columns, each within reach', { skip }, async (t) => {
  const list = 'table[aria-label="Columns"]';
  const picker = '.dialog[aria-label="Columns"]';
  await look(edit('schema/schema-0', wide), {
    views: ['overview', 'data', 'schema'],
    tell: (what) => t.diagnostic(what),
    acts: {
      data: {
        'open the columns': async (page) => {
          await page.locator('.data-tools .anchor > button').first().click();
          await page.locator(`${picker} .check`).first().waitFor();
          assert.match(await page.locator(`${picker} .note`).innerText(), /9,8\d\d columns more/);
        },
        'search among them': async (page) => {
          await page.locator(`${picker} input[type=search]`).fill('c999');
          await page.waitForFunction((picker) => document.querySelectorAll(`${picker} .check`).length === 11, picker);
        },
        'choose those': async (page) => {
          await page.locator(picker).getByRole('button', { name: 'Only these 11' }).click();
          await page.locator('.data-tools').getByRole('button', { name: /^11 of 10,?0\d\d columns/ }).waitFor();
        },
        'all, and one switched off': async (page) => {
          await page.locator(picker).getByRole('button', { name: 'All' }).click();
          await page.locator(`${picker} input[type=search]`).fill('c9999');
          await page.locator(`${picker} .check input`).first().uncheck();
          await page.locator('.data-tools').getByRole('button', { name: /^\d+ of \d+ columns/ }).waitFor();
          await page.locator(picker).getByRole('button', { name: 'All' }).click();
          await page.keyboard.press('Escape');
          await page.locator(picker).waitFor({ state: 'detached' });
        },
        'type a filter': async (page) => {
          await page.locator('#cell-0-0').waitFor();
          await page.locator('#filter').pressSequentially('c99');
          await page.getByRole('option', { name: /c99/ }).first().waitFor();
          await page.locator('#filter').fill('');
          await page.keyboard.press('Escape');
        },
        'the menu of a column': async (page) => {
          await page.locator('.grid-head .title-button').nth(1).click();
          await page.locator('.column-menu h3').first().waitFor();
          await page.keyboard.press('Escape');
          await page.locator('.column-menu').waitFor({ state: 'detached' });
        },
      },
      schema: {
        'select the last column': async (page) => {
          await page.locator(list).focus();
          await page.keyboard.press('End');
          await page.locator(`${list} tr.on`, { hasText: 'c9999' }).waitFor();
          await page.locator('.inspector', { hasText: 'c9999' }).waitFor();
          assert.ok((await page.locator(`${list} tr`).count()) < 100, 'only what is in sight is drawn');
        },
        'and the one before it': async (page) => {
          await page.keyboard.press('ArrowUp');
          await page.locator(`${list} tr.on`, { hasText: 'c9998' }).waitFor();
        },
      },
    },
  });
});

test('more than anybody can show: versions that differ in ten thousand columns', { skip }, async (t) => {
  const change = (files) => {
    const first = JSON.parse(files.get(`${TABLE}/schema/schema-0`).toString());
    for (let id = 1; id <= 2; id += 1) {
      const schema = { ...structuredClone(first), id, timeMillis: first.timeMillis + id };
      wide(schema);
      schema.fields.push({ id: 15_000 + id, name: `only${id}`, type: 'INT' });
      files.set(`${TABLE}/schema/schema-${id}`, Buffer.from(JSON.stringify(schema)));
    }
  };
  const list = 'table[aria-label="Differences"]';
  await look(change, {
    views: ['schema?f.from=0&f.to=1'],
    tell: (what) => t.diagnostic(what),
    acts: {
      schema: {
        'to the last difference': async (page) => {
          assert.equal(await page.locator(list).getAttribute('aria-rowcount'), String(COLUMNS + 2));
          await page.locator(list).focus();
          await page.keyboard.press('End');
          await page.locator(`${list} tr.at`, { hasText: 'only1' }).waitFor();
        },
        'another version': async (page) => {
          await page.getByRole('combobox', { name: 'Newer version' }).selectOption('2');
          await page.getByRole('combobox', { name: 'Older version' }).selectOption('1');
          await page.locator('.panel', { hasText: 'Differences' }).getByText('only2', { exact: false }).first().waitFor();
        },
      },
    },
  });
});

test('broken files are named', { skip }, async () => {
  const names = (problems, pattern) => assert.ok(problems.some(({ text }) => pattern.test(text)), JSON.stringify(problems));
  const snapshot = `snapshot/snapshot-${latest()}`;
  names(await look((files) => files.set(`${TABLE}/${snapshot}`, Buffer.from('{"version":3')), { views: ['overview', 'data'] }), /snapshot-\d/);
  names(await look((files) => files.set(`${TABLE}/schema/schema-0`, Buffer.from('['.repeat(200_000))), { views: ['overview'] }), /schema-0/);
  const each = (match, bytes) => (files) => {
    for (const [path, sound] of [...files]) if (match.test(path)) files.set(path, bytes(sound));
  };
  names(await look(each(/manifest\/manifest-list/, (sound) => sound.subarray(0, 40)), { views: ['data', 'files', 'manifests'] }), /manifest-list/);
  names(await look(each(/bucket-0\/data-/, () => Buffer.alloc(4096, 0x50)), { views: ['data', 'files'] }), /data-.*damaged|damaged[\s\S]*data-/i);
  await look((files) => {
    files.set(`${TABLE}/snapshot/LATEST`, Buffer.from('99999999999999999999999'));
    files.set(`${TABLE}/snapshot/EARLIEST`, Buffer.from('NaN'));
  }, { views: ['data', 'snapshots'] });
});
