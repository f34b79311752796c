// Writing in a real browser: the private file system and a picked folder, in the page and in a worker, over reloads and tabs.
//
// No test can drive the folder picker: a folder of the private file system has the same handle.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { PACKAGE, ROOT } from '../node/package.mjs';
import { serve } from '../node/server.mjs';
import { openPage, withBrowser } from './chromium.mjs';

const folders = { '': join(ROOT, 'tests/browser'), package: PACKAGE };

/** One tab at the test page, with what it takes to open more and to reload. */
async function withPage(run) {
  const site = await serve(folders);
  try {
    await withBrowser(async (browser) => {
      const context = await browser.newContext();
      const open = async () => {
        const { page, errors } = await openPage(context, `${site.url}/write.html`);
        await page.waitForFunction('window.ready');
        return { page, errors };
      };
      const { page, errors } = await open();
      const reload = async () => {
        await page.reload();
        await page.waitForFunction('window.ready');
      };
      await run(page, { reload, open });
      assert.deepEqual(errors, []);
    });
  } finally {
    await site.close();
  }
}

test('the private file system keeps a table over a reload', () => withPage(async (page, { reload }) => {
  const written = await page.evaluate(async () => {
    const warehouse = await cenote.openWarehouse('opfs:/wh');
    const table = await warehouse.createTable('db', 't', {
      fields: { id: 'BIGINT NOT NULL', at: 'TIMESTAMP(3)', data: 'BYTES' }, primaryKey: ['id'], options: { bucket: 2 },
    });
    const writer = await table.write();
    await writer.upsert(Array.from({ length: 1000 }, (_, id) => ({ id, at: new Date(id), data: Uint8Array.of(id) })));
    const first = await writer.commit();
    await writer.delete([{ id: 5 }]);
    const second = await writer.commit();
    await writer.abort();
    return [first, second];
  });
  assert.deepEqual(written.map(({ snapshot, rows }) => [snapshot, rows]), [[1, 1000], [2, 1]]);
  await reload();
  const read = await page.evaluate(async () => {
    const warehouse = await cenote.openWarehouse('opfs:/wh');
    const table = await warehouse.table('db', 't');
    const rows = [];
    for await (const { id, at, data } of table.scan({ filter: 'id BETWEEN 4 AND 6' }).rows()) rows.push([String(id), at, data[0]]);
    const compacted = await table.compact({ full: true });
    await table.deleteWhere('id > 6');
    const left = (await idsOf(table)).map(Number);
    await warehouse.dropDatabase('db', { cascade: true });
    return { rows: rows.sort(), compacted: compacted.snapshot, left, databases: await warehouse.databases() };
  });
  assert.deepEqual(read, {
    rows: [['4', '1970-01-01T00:00:00.004', 4], ['6', '1970-01-01T00:00:00.006', 6]],
    compacted: 3,
    left: [0, 1, 2, 3, 4, 6],
    databases: [],
  });
}));

test('a picked folder is written by the page, and by a worker that gets its handle', () => withPage(async (page, { reload }) => {
  await page.evaluate(async () => {
    const warehouse = await cenote.openWarehouse(await picked('folder'));
    const table = await warehouse.createTable('db', 't', { fields: { id: 'INT', name: 'STRING' } });
    const writer = await table.write();
    await writer.append([{ id: 1, name: 'page' }]);
    await writer.commit();
  });
  await reload();
  const seen = await page.evaluate(async () => {
    const engine = await cenote.inWorker();
    const warehouse = await engine.openWarehouse(await picked('folder'));
    const databases = await warehouse.databases();
    const table = await warehouse.table('db', 't');
    const writer = await table.write();
    const told = [];
    const rows = Array.from({ length: 5000 }, (_, index) => ({ id: index + 2, name: 'worker' }));
    await writer.append(rows, { onProgress: ({ rows }) => told.push(rows) });
    const committed = await writer.commit();
    await writer.abort();
    const wrong = await (await table.write()).write([{ id: 1 }, { id: 'x' }])
      .catch((error) => ({ name: error.constructor.name, kind: error.kind, row: error.row, column: error.column }));
    await engine.close();
    const inPage = await (await cenote.openWarehouse(await picked('folder'))).table('db', 't');
    return { databases, told, committed, wrong, count: (await idsOf(inPage)).length };
  });
  assert.deepEqual(seen, {
    databases: [{ name: 'db', tables: ['t'] }],
    told: [4096, 5000],
    committed: { snapshot: 2, rows: 5000, files: 1 },
    wrong: { name: 'InvalidError', kind: 'invalid', row: 1, column: 'id' },
    count: 5001,
  });
}));

test('the private file system is written in a worker, and read in the page', () => withPage(async (page) => {
  const ids = await page.evaluate(async () => {
    const engine = await cenote.inWorker();
    const warehouse = await engine.openWarehouse('opfs:/worker');
    const definition = { fields: { id: 'INT NOT NULL' }, primaryKey: ['id'], options: { bucket: 1 } };
    const table = await warehouse.createTable('db', 't', definition);
    const writer = await table.write();
    await writer.write([{ id: 2 }, { id: 1 }, { id: 3 }]);
    await writer.commit();
    await table.deleteWhere('id = 3');
    await engine.close();
    return idsOf(await cenote.openTable('opfs:/worker/db.db/t'));
  });
  assert.deepEqual(ids, [1, 2]);
}));

test('tabs and workers that commit at once lose no row', () => withPage(async (page, { open }) => {
  await page.evaluate(async () => {
    const warehouse = await cenote.openWarehouse('opfs:/race');
    await warehouse.createTable('db', 't', { fields: { id: 'INT' } });
  });
  const { page: other } = await open();
  const commits = async (first) => {
    const inPage = async (from) => {
      const table = await cenote.openTable('opfs:/race/db.db/t');
      for (let id = from; id < from + 4; id += 1) {
        const writer = await table.write();
        await writer.append([{ id }]);
        await writer.commit();
      }
    };
    const inWorker = async (from) => {
      const engine = await cenote.inWorker();
      const table = await engine.openTable('opfs:/race/db.db/t');
      for (let id = from; id < from + 4; id += 1) {
        const writer = await table.write();
        await writer.write([{ id }]);
        await writer.commit();
      }
      await engine.close();
    };
    await Promise.all([inPage(first), inWorker(first + 4)]);
  };
  await Promise.all([page.evaluate(commits, 0), other.evaluate(commits, 8)]);
  const { ids, snapshots, files } = await page.evaluate(async () => {
    const table = await cenote.openTable('opfs:/race/db.db/t');
    let folder = await navigator.storage.getDirectory();
    for (const name of ['race', 'db.db', 't', 'snapshot']) folder = await folder.getDirectoryHandle(name);
    const files = [];
    for await (const name of folder.keys()) files.push(name);
    return { ids: await idsOf(table), snapshots: (await table.snapshots()).length, files };
  });
  assert.deepEqual(ids, Array.from({ length: 16 }, (_, id) => id));
  assert.equal(snapshots, 16);
  assert.deepEqual(files.filter((name) => name.endsWith('.tmp')), []);
}));
