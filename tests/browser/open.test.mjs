// Every way of opening: by address with and without a listing, from S3, by signed links, folders of this machine, the
// browser's own files, the server's warehouse. Secrets stay in memory; nobody else is asked anything.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { GOLDEN } from '../node/package.mjs';
import { s3Server } from '../node/s3_server.mjs';
import { serve } from '../node/server.mjs';
import { withBrowser } from './chromium.mjs';
import { explorer, shown, site, skip as noSite } from './explorer_page.mjs';

const skip = noSite || (GOLDEN ? false : 'no golden tables beside this checkout');
const WAREHOUSE = GOLDEN && join(GOLDEN, 'pk_dedup/warehouse');
const ROWS = 20;

/** Runs with the explorer's page and a second server of golden tables. */
async function withExplorer(run, { page: how = {}, server = {} } = {}) {
  const [here, data] = [await site(), await serve({ '': WAREHOUSE }, server)];
  try {
    await withBrowser(async (browser) => {
      const at = await explorer(browser, here.url, { allowed: [data.url], ...how });
      await run(at, data, here, browser);
      assert.deepEqual([at.strange(), at.seen.violations, at.foreign()], [[], [], []]);
      await at.close();
    });
  } finally {
    await here.close();
    await data.close();
  }
}

/** All rows of the table that is open are there. */
async function reads(page, rows = ROWS) {
  await shown(page);
  await page.click('[role=tab] >> text=Data');
  await page.waitForFunction((rows) => document.querySelectorAll('[role=gridcell][id$="-0"]').length >= rows, rows, { timeout: 20_000 });
}

/** Everything that a page could have kept, as text. */
function kept(page) {
  return page.evaluate(async () => {
    const dump = (storage) => JSON.stringify({ ...storage });
    const databases = await Promise.all((await indexedDB.databases()).map(({ name }) => new Promise((resolve) => {
      const open = indexedDB.open(name);
      open.onsuccess = async () => {
        const stores = [...open.result.objectStoreNames];
        const all = stores.map((store) => new Promise((done) => {
          const request = open.result.transaction(store).objectStore(store).getAll();
          request.onsuccess = () => done(request.result);
        }));
        resolve(JSON.stringify([name, await Promise.all(all)]));
      };
      open.onerror = () => resolve(name);
    })));
    const caches = await Promise.all((await globalThis.caches.keys()).map(async (name) => (await (await globalThis.caches.open(name)).keys()).map(({ url }) => url).join()));
    return [location.href, document.cookie, dump(localStorage), dump(sessionStorage), JSON.stringify(history.state), ...databases, ...caches].join('\n');
  });
}

test('a table by its address, from a server that lists nothing', { skip }, async () => {
  await withExplorer(async ({ page, open }, data) => {
    await open(`${data.url}/golden.db/pk_dedup`);
    await reads(page);
    assert.match(page.url(), /#\/t\/http/);
  });
});

test('a warehouse by its address needs a list, and finds one in a file', { skip }, async () => {
  const list = JSON.stringify({ databases: [{ name: 'golden', tables: ['pk_dedup'] }] });
  let there = false;
  const instead = (path) => (there && path === '_cenote/warehouse.json' ? { headers: { 'Content-Type': 'application/json' }, body: list } : undefined);
  await withExplorer(async ({ page, open, problem }, data) => {
    await open(data.url);
    const { message, text } = await problem();
    assert.match(message, /cannot list/);
    assert.match(text, /open a table by its own URL/i);
    there = true;
    await page.click('text=Try again');
    await page.click('.table-card >> text=pk_dedup');
    await reads(page);
  }, { server: { instead } });
});

test('S3: anonymous, with keys, with keys of a session, with wrong ones', { skip }, async () => {
  const credentials = { accessKeyId: 'AKIAOPEN', secretAccessKey: 'wJalrXUtnFEMI-secret' };
  const [open, closed] = [await s3Server({ cors: true }), await s3Server({ cors: true, credentials })];
  for (const [path, body] of filesOf(WAREHOUSE)) for (const server of [open, closed]) server.objects.set(`wh/${path}`, { body, modified: new Date() });
  try {
    await withExplorer(async (at) => {
      const { page } = at;
      await page.fill('#url', 's3://bucket/wh');
      await page.fill('#endpoint', open.url);
      await page.click('.open-submit .primary');
      await page.click('.table-card >> text=pk_dedup');
      await reads(page);

      await at.go('#/');
      await page.waitForSelector('.open-url');
      await page.fill('#url', 's3://bucket/wh/golden.db/pk_dedup');
      await page.fill('#endpoint', closed.url);
      await page.fill('#key', credentials.accessKeyId);
      await page.fill('#secret', 'wrong-wJalrXUtnFEMI');
      await page.click('.open-submit .primary');
      const { title, text } = await at.problem();
      assert.equal(title, 'The store refused');
      assert.match(text, /SignatureDoesNotMatch[\s\S]*secret access key does not belong/);
      assert.match(text, /s3:GetObject/);

      // The form is there to try again with the right ones.
      await page.fill('#key', credentials.accessKeyId);
      await page.fill('#secret', credentials.secretAccessKey);
      await page.fill('#token', 'session-token-of-mine');
      await page.click('.problem-again .primary');
      await reads(page);
      assert.ok(closed.log.some(({ query }) => query.get('X-Amz-Security-Token') === 'session-token-of-mine'));
      const all = await kept(page);
      for (const secret of [credentials.accessKeyId, credentials.secretAccessKey, 'wrong-wJalrXUtnFEMI', 'session-token-of-mine']) {
        assert.ok(!all.includes(secret), `${secret} was kept`);
      }
      assert.match(all, /s3:/, 'the place itself is remembered');
    }, { page: { allowed: [open.url, closed.url] } });
  } finally {
    await open.close();
    await closed.close();
  }
});

test('links that another address signs, by POST and by GET', { skip }, async () => {
  const data = await serve({ '': WAREHOUSE }, {
    instead: (_, request) => (request.method === 'GET' && !/[?&]sig=yes/.test(request.url) ? { status: 403, body: '<Code>AccessDenied</Code>' } : undefined),
  });
  const asked = [];
  const signer = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const cors = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': '*' };
    if (request.method === 'OPTIONS') return response.writeHead(204, cors).end();
    const query = Object.fromEntries(new URL(request.url, 'http://s').searchParams);
    const { path, method } = request.method === 'POST' ? JSON.parse(body) : query;
    asked.push({ by: request.method, path, method, authorization: request.headers.authorization });
    if (request.headers.authorization !== 'Bearer of-mine-alone') return response.writeHead(403, cors).end();
    const url = `${data.url}/${path.split('/').map(encodeURIComponent).join('/')}?sig=yes`;
    response.writeHead(200, cors).end(request.method === 'POST' ? JSON.stringify({ url }) : url);
  });
  await new Promise((resolve) => signer.listen(0, '127.0.0.1', resolve));
  signer.unref();
  const address = `http://127.0.0.1:${signer.address().port}`;
  try {
    await withExplorer(async ({ page, go, problem }) => {
      for (const by of ['POST', 'GET']) {
        await go('#/');
        await page.click('text=Signed links');
        await page.fill('#url', 'golden.db/pk_dedup');
        await page.fill('#signer', `${address}/sign`);
        if (by === 'GET') await page.click('.open-by >> text=GET');
        else await page.fill('#authorization', 'Bearer wrong');
        await page.click('.open-submit >> text=Table');
        if (by === 'POST') {
          await page.click('.open-submit .primary');
          assert.match((await problem()).message, /answered 403 when it was asked to sign/);
          await page.fill('.problem-again #authorization', 'Bearer of-mine-alone');
          await page.click('.problem-again .primary');
        } else {
          await page.fill('#authorization', 'Bearer of-mine-alone');
          await page.click('.open-submit .primary');
        }
        await reads(page);
        assert.ok(asked.some((one) => one.by === by && one.method === 'GET' && /golden\.db\/pk_dedup\/schema/.test(one.path)), by);
      }
      assert.ok(!(await kept(page)).includes('of-mine-alone'));
      // The store itself never sees the header that is for the signing address.
      assert.ok(data.log.every(({ path }) => !path.includes('of-mine-alone')));
    }, { page: { allowed: [data.url, address] } });
  } finally {
    await data.close();
    signer.closeAllConnections();
    signer.close();
  }
});

test('a server that wants a token gets it in a header, which is kept nowhere', { skip }, async () => {
  const instead = (_, { method, headers }) => (method === 'GET' && headers.authorization !== 'Bearer t-o-k-e-n' ? { status: 401, body: '' } : undefined);
  await withExplorer(async ({ page, open, problem }, data) => {
    await open(`${data.url}/golden.db/pk_dedup`);
    const { title, text } = await problem();
    assert.equal(title, 'The store refused');
    assert.match(text, /401/);
    await page.click('.problem-again summary');
    await page.fill('.problem-again #authorization', 'Bearer t-o-k-e-n');
    await page.click('.problem-again .primary');
    await reads(page);
    assert.ok(!(await kept(page)).includes('t-o-k-e-n'));
  }, { server: { instead } });
});

test('folders of this machine, picked: a warehouse, a table, and what is neither', { skip }, async () => {
  // Chromium's own picker cannot be driven: the page takes the other way, as in Firefox and Safari.
  const init = () => { delete window.showDirectoryPicker; };
  await withExplorer(async ({ page, go }, data) => {
    const pick = async (folder) => {
      await go('#/');
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.click('.open-drop')]);
      await chooser.setFiles(folder);
    };
    await pick(WAREHOUSE);
    await page.click('.table-card >> text=pk_dedup');
    await reads(page);
    await pick(join(WAREHOUSE, 'golden.db/pk_dedup'));
    await reads(page);
    assert.match(page.url(), /#\/localtable\/pk_dedup/);
    await pick(join(WAREHOUSE, 'golden.db'));
    await page.waitForSelector('.open-note >> text=is a database');
    await pick(join(WAREHOUSE, 'golden.db/pk_dedup/schema'));
    await page.waitForSelector('.open-note >> text=is no Paimon folder');
    assert.equal(data.log.length, 0, 'nothing was asked of any server');
    // A link into a folder asks for it again after a reload.
    await pick(WAREHOUSE);
    await page.click('.table-card >> text=pk_dedup');
    await shown(page);
    await page.reload();
    await page.waitForSelector('.open-note >> text=Pick or drop it again');
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.click('.open-drop')]);
    await chooser.setFiles(WAREHOUSE);
    await reads(page);
  }, { page: { init } });
});

test('a folder that is dropped is read in place', { skip }, async () => {
  await withExplorer(async ({ page, context }, data) => {
    const devtools = await context.newCDPSession(page);
    const drop = { type: 'drop', x: 640, y: 400, data: { items: [], files: [join(WAREHOUSE, 'golden.db/pk_dedup')], dragOperationsMask: 1 } };
    for (const type of ['dragEnter', 'dragOver', 'drop']) await devtools.send('Input.dispatchDragEvent', { ...drop, type });
    await reads(page);
    assert.equal(data.log.length, 0);
  });
});

test('a folder behind a handle, and files of the browser itself', { skip }, async () => {
  const init = () => {
    window.showDirectoryPicker = async () => (await navigator.storage.getDirectory()).getDirectoryHandle('lake');
  };
  await withExplorer(async ({ page, open }) => {
    await fill(page, 'lake', filesOf(WAREHOUSE));
    await page.click('.open-drop');
    await page.click('.table-card >> text=pk_dedup');
    await reads(page);
    await open('opfs:/lake/golden.db/pk_dedup');
    await reads(page);
  }, { page: { init } });
});

test('what people paste leads to what they mean', { skip }, async () => {
  await withExplorer(async ({ page, open }, data) => {
    await page.fill('#url', '/data/warehouse');
    await page.waitForSelector('.open-advice >> text=pages cannot open paths');
    await page.waitForSelector('.open-advice >> text=Pick the folder');
    await page.fill('#url', 'https://lake.s3.eu-west-1.amazonaws.com/wh');
    await page.click('.open-advice button');
    assert.deepEqual([await page.inputValue('#url'), await page.inputValue('#region')], ['s3://lake/wh', 'eu-west-1']);
    await page.fill('#url', `${data.url}/golden.db/pk_dedup/snapshot/snapshot-1`);
    await page.click('.open-advice button');
    await page.click('.open-submit .primary');
    await reads(page);
    await open('nonsense');
    assert.match(await page.innerText('#url-error'), /expected a URL/);
  });
});

test('places opened before are there again, and can be forgotten', { skip }, async () => {
  await withExplorer(async ({ page, open, go }, data) => {
    await open(`${data.url.replace('http://', 'http://me:pass-word@')}/golden.db/pk_dedup?sig=secret-sig`);
    await page.waitForFunction(() => location.hash.includes('/t/'));
    await go('#/');
    await page.reload();
    await page.waitForSelector('.open-recent li');
    const all = await kept(page);
    assert.ok(!all.includes('pass-word') && !all.includes('secret-sig'), 'secrets of an address are not kept');
    await page.click('.open-recent li a');
    await reads(page);
    await go('#/');
    await page.click('.open-recent li button');
    await page.waitForFunction(() => !document.querySelector('.open-recent'));
    await page.reload();
    await page.waitForSelector('.open-url');
    assert.equal(await page.locator('.open-recent').count(), 0);
  });
});

/** Files of a folder by their paths. */
function filesOf(folder, prefix = '') {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesOf(path, `${prefix}${name}/`) : [[`${prefix}${name}`, readFileSync(path)]];
  });
}

/** Writes files into a folder of the page's private file system. */
async function fill(page, folder, files) {
  await page.evaluate(async ([folder, files]) => {
    const top = await (await navigator.storage.getDirectory()).getDirectoryHandle(folder, { create: true });
    for (const [path, base64] of files) {
      const names = path.split('/');
      let at = top;
      for (const name of names.slice(0, -1)) at = await at.getDirectoryHandle(name, { create: true });
      const stream = await (await at.getFileHandle(names.at(-1), { create: true })).createWritable();
      await stream.write(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));
      await stream.close();
    }
  }, [folder, files.map(([path, bytes]) => [path, bytes.toString('base64')])]);
}
