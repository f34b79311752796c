// Servers that refuse, lie, break off or take their time: the page says what happened and what mends it, never freezes,
// and opens another table afterwards.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { GOLDEN } from '../node/package.mjs';
import { badWarehouse, filesOf, wide } from './bad_warehouse.mjs';
import { withBrowser } from './chromium.mjs';
import { LONGEST_TASK, explorer, shown, site, skip as noSite, watchTasks } from './explorer_page.mjs';

const skip = noSite || (GOLDEN ? false : 'no golden tables beside this checkout');
const TABLE = 'golden.db/pk_dedup';
const ROWS = 20;
/** Its files are read by ranges; small ones are fetched whole. */
const LARGE = 'golden.db/wide';
const data = (path) => /\.parquet$/.test(path);
const bare = { 'Cache-Control': 'no-store' };

let files;
let here;
before(async () => {
  if (skip) return;
  files = new Map([...filesOf(join(GOLDEN, 'pk_dedup/warehouse')), ...(await wide())]);
  here = await site();
});
after(() => here?.close());

/** Opens the table at a server with a `twist`, judges what the page says, and reads a sound table after it. */
async function misbehaving(twist, judge, { table = TABLE, hash, view = 'data', allowed = [] } = {}) {
  const [bad, sound] = [await badWarehouse(files, twist), await badWarehouse(files)];
  try {
    await withBrowser(async (browser) => {
      const at = await explorer(browser, here.url, { allowed: [bad.url, sound.url, ...allowed] });
      const longest = await watchTasks(browser, at.page);
      await at.go(hash ?? `#/t/${encodeURIComponent(`${bad.url}/${table}`)}/${view}`);
      await judge(at, bad);
      const work = await longest();
      assert.ok(work < LONGEST_TASK, `the page stood still for ${work} ms`);

      await at.go(`#/t/${encodeURIComponent(`${sound.url}/${TABLE}`)}/data`);
      await rows(at);
      assert.deepEqual([at.strange(), at.seen.violations, at.foreign()], [[], [], []]);
      await at.close();
    });
  } finally {
    await bad.close();
    await sound.close();
  }
}

async function rows({ page }, count = ROWS) {
  await shown(page);
  await page.waitForFunction((count) => !document.querySelector('.problem') && document.querySelectorAll('[role=gridcell][id$="-0"]').length >= count, count, { timeout: 20_000 });
}

/** The page must show a problem of this title and with these words. */
const says = (title, ...words) => async (at) => {
  const problem = await at.problem();
  assert.equal(problem.title, title, problem.text);
  for (const word of words) assert.match(problem.text, word);
};

test('no leave for this page: the policy to paste, for each kind of server', { skip }, async () => {
  const twist = (answer) => Object.assign(answer, { headers: bare });
  await misbehaving(twist, async (at) => {
    await says('The browser kept the answer back', /does not let pages of http:\/\/127\.0\.0\.1:\d+ read/)(at);
    const names = await at.page.locator('.policies summary').allInnerTexts();
    for (const name of ['Amazon S3', 'MinIO', 'Google Cloud Storage', 'nginx', 'Caddy', 'Apache httpd', 'cenote serve']) assert.ok(names.includes(name), name);
    const texts = await at.page.locator('.policies pre').evaluateAll((all) => all.map((one) => one.textContent));
    for (const text of texts) assert.ok(text.includes(new URL(here.url).origin), text);
    assert.equal(await at.page.locator('.policies .command button').count(), names.length, 'a button to copy each');
  });
});

test('leave for plain requests only: it is the preflight that is refused', { skip }, async () => {
  const twist = (answer, { method }) => method === 'OPTIONS' && Object.assign(answer, { status: 405, headers: bare });
  const judge = says('The browser kept the answer back', /refuses the question that a browser asks before Authorization/i, /OPTIONS/);
  await misbehaving(twist, async (at, bad) => {
    await at.page.fill('#url', `${bad.url}/${TABLE}`);
    await at.page.click('.open-more summary');
    await at.page.fill('#authorization', 'Bearer x');
    await at.page.click('.open-submit .primary');
    await judge(at);
  }, { hash: '#/' });
});

test('nobody answers', { skip }, async () => {
  const gone = await badWarehouse(new Map());
  await gone.close();
  await misbehaving(() => {}, async (at) => {
    await at.go(`#/t/${encodeURIComponent(`${gone.url}/${TABLE}`)}/data`);
    await says('The store did not answer', /cannot reach 127\.0\.0\.1/, /is the server running on this port/)(at);
  }, { allowed: [gone.url] });
});

test('a store without leave to list says 403 of absent files: the table opens all the same', { skip }, async () => {
  await misbehaving((answer) => answer.status === 404 && Object.assign(answer, { status: 403, body: Buffer.from('<Error><Code>AccessDenied</Code></Error>') }), (at) => rows(at));
});

test('everything is refused', { skip }, async () => {
  const body = Buffer.from('<Error><Code>AccessDenied</Code></Error>');
  await misbehaving((answer) => Object.assign(answer, { status: 403, body }), says('The store refused', /403 \(AccessDenied\)/, /need leave to read/));
});

test('there is no table', { skip }, async () => {
  await misbehaving(() => {}, says('Not found', /snapshot\/ and schema\//), { table: 'golden.db/none' });
  // A folder of something else.
  files.set('golden.db/other/readme.txt', Buffer.from('hello'));
  await misbehaving(() => {}, says('Not found'), { table: 'golden.db/other' });
});

test('a development server answers everything with its page', { skip }, async () => {
  const body = Buffer.from('<!doctype html><title>my app</title>');
  await misbehaving((answer) => Object.assign(answer, { status: 200, body, headers: { ...answer.headers, 'Content-Type': 'text/html' } }), says('Not found'));
});

test('ranges are ignored', { skip }, async () => {
  await misbehaving((answer, { path }) => {
    if (files.has(path)) Object.assign(answer, { status: 200, body: files.get(path) });
    delete answer.headers['Content-Range'];
  }, (at) => rows(at), { table: LARGE });
});

test('parts of files are compressed', { skip }, async () => {
  const twist = (answer, { path }) => data(path) && answer.status === 206
    && Object.assign(answer, { body: gzipSync(answer.body), headers: { ...answer.headers, 'Content-Encoding': 'gzip' } });
  await misbehaving(twist, says('The store did not answer', /cannot use what 127|connection broke|compresses parts of files \(gzip\)/, /compress/), { table: LARGE });
});

test('parts of files are compressed, and the header is hidden', { skip }, async () => {
  const twist = (answer, { path }) => data(path) && answer.status === 206 && Object.assign(answer, {
    body: gzipSync(answer.body),
    headers: { ...answer.headers, 'Content-Encoding': 'gzip', 'Access-Control-Expose-Headers': 'Content-Range', 'Content-Range': 'bytes 0-9/4000' },
  });
  await misbehaving(twist, says('The store did not answer', /compress/), { table: LARGE });
});

test('Content-Range lies about the place', { skip }, async () => {
  const twist = (answer, { path }) => {
    const told = /bytes (\d+)-(\d+)\/(\d+)/.exec(answer.headers['Content-Range'] ?? '');
    if (data(path) && told) answer.headers['Content-Range'] = `bytes ${Number(told[1]) + 7}-${Number(told[2]) + 7}/${Number(told[3]) + 7}`;
  };
  await misbehaving(twist, says('The store did not answer', /answered bytes \d+-\d+ to a request from \d+|announced|of a file of/), { table: LARGE });
});

test('less comes than was announced', { skip }, async () => {
  const twist = (answer, { path }) => {
    if (data(path) && answer.status === 206) answer.body = answer.body.subarray(0, Math.floor(answer.body.length / 2));
  };
  await misbehaving(twist, says('The store did not answer', /announced \d+ bytes and sent \d+/, /cuts or compresses/), { table: LARGE });
});

test('Content-Length promises more, and the connection dies', { skip }, async () => {
  const twist = (answer, { path }) => data(path) && Object.assign(answer, {
    headers: { ...answer.headers, 'Content-Length': String(answer.body.length) }, body: answer.body.subarray(0, 100), cut: true,
  });
  await misbehaving(twist, says('The store did not answer', /connection broke/, /cut/));
});

test('the connection dies in mid-scan, and comes back', { skip }, async () => {
  let broken = false;
  await misbehaving((answer, { path }) => data(path) && broken && Object.assign(answer, { body: Buffer.alloc(0), cut: true, headers: { ...answer.headers, 'Content-Length': '1000' } }), async (at) => {
    // The table is open before anything breaks.
    await shown(at.page);
    await at.page.waitForSelector('.card');
    broken = true;
    await at.page.click('[role=tab] >> text=Data');
    await says('The store did not answer')(at);
    broken = false;
    await at.page.click('text=Try again');
    await rows(at);
  }, { view: 'overview' });
});

test('the server takes for ever: the wait is shown and ends when it is told to', { skip }, async () => {
  let waits = 0;
  const hang = (answer, { path }) => {
    if (!data(path)) return;
    waits += 1;
    Object.assign(answer, { hang: true, body: Buffer.alloc(0) });
  };
  await misbehaving(hang, async (at) => {
    await shown(at.page);
    // On a busy machine it takes a while until the page waits for data.
    for (let tries = 0; waits === 0 && tries < 200; tries += 1) await at.page.waitForTimeout(100);
    assert.ok(waits > 0, 'no data file was asked for');
    await at.page.waitForTimeout(700);
    assert.equal(await at.page.locator('.problem').count(), 0);
    await at.page.keyboard.press('Escape');
    await says('Stopped')(at);
    // The rest of the page goes on.
    await at.page.click('[role=tab] >> text=Schema');
    await at.page.locator('#panel td', { hasText: /INT|BIGINT|STRING/ }).first().waitFor();
  });
});

test('the engine stops: the page says so, and the next table has a new one', { skip }, async () => {
  await misbehaving(() => undefined, async (at) => {
    await shown(at.page);
    await at.page.waitForSelector('.card');
    // What no correct program does, as a stand-in for a bug: the memory of the engine is overwritten.
    await at.page.workers()[0].evaluate(async (glue) => {
      const { memory } = await (await import(glue)).default();
      new Uint8Array(memory.buffer).fill(0xff);
    }, `${here.url}cenote/wasm/full.js`);
    await at.page.click('[role=tab] >> text=Data');
    await says('Something went wrong', /the engine stopped/, /Reload the page/)(at);
  }, { view: 'overview' });
});
