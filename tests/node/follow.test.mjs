// Following a table, and how reading keeps to the pace of the reader.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { GOLDEN, load } from './package.mjs';
import { serve } from './server.mjs';

const { ConflictError, InvalidError, inWorker, memory, openTable, openWarehouse } = await load();
const skip = GOLDEN ? false : 'no golden tables beside this checkout';

async function newTable(open = openWarehouse) {
  const warehouse = await open('memory:/w', { storage: memory() });
  const table = await warehouse.createTable('db', 't', { fields: { id: 'INT NOT NULL', v: 'STRING' }, primaryKey: ['id'], options: { bucket: 1, 'changelog-producer': 'input' } });
  const commit = async (rows, how = 'upsert') => {
    const writer = await table.write();
    await writer[how](rows);
    await writer.commit();
    await writer.abort();
  };
  return { table, commit };
}

/** The first `count` of something endless. */
async function take(items, count) {
  const list = [];
  for await (const item of items) if (list.push(item) === count) break;
  return list;
}

const shown = ({ _rowkind, id, v }) => `${_rowkind} ${id} ${v}`;

for (const [where, begin] of [['on this thread', async () => ({ openWarehouse, close: () => undefined })], ['in a worker', () => inWorker()]]) {
  test(`rows come as they are written, ${where}`, async () => {
    const engine = await begin();
    const { table, commit } = await newTable(engine.openWarehouse);
    await commit([{ id: 1, v: 'before' }]);
    const seen = take(table.follow({ pollMillis: 5 }).rows(), 3);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await commit([{ id: 2, v: 'a' }]);
    await commit([{ id: 3, v: 'b' }]);
    await commit([{ id: 2, v: 'a' }], 'delete');
    assert.deepEqual((await seen).map(shown), ['+I 2 a', '+I 3 b', '-D 2 a']);
    await engine.close();
  });
}

test('steps say where to go on', async () => {
  const { table, commit } = await newTable();
  await commit([{ id: 1, v: 'a' }]);
  await commit([{ id: 2, v: 'b' }]);
  const [first] = await take(table.follow({ from: 0, filter: 'id > 0' }), 1);
  assert.deepEqual([first.from, first.to], [0, 2]);
  assert.deepEqual((await take(first.changes.rows(), 2)).map(shown), ['+I 1 a', '+I 2 b']);
  await commit([{ id: 3, v: 'c' }]);
  const [next] = await take(table.follow({ from: first.to, columns: ['id', '_rowkind'] }), 1);
  assert.deepEqual(await take(next.changes.rows(), 1), [{ id: 3, _rowkind: '+I' }]);
  const [batch] = await take(table.follow({ from: '2' }).batches(), 1);
  assert.ok(batch.length > 0);
  assert.throws(() => table.follow({ to: 3 }), InvalidError);
  await assert.rejects(take(table.follow({ from: 9 }), 1), ConflictError);
});

test('following ends with its signal, and asks nothing afterwards', async () => {
  const store = memory();
  let asked = 0;
  const counted = { ...methodsOf(store), get: (path, options) => (asked += 1) && store.get(path, options) };
  const table = await (await openWarehouse('memory:/w', { storage: counted })).createTable('db', 't', { fields: { id: 'INT' } });
  const controller = new AbortController();
  const following = take(table.follow({ pollMillis: 5, signal: controller.signal }), 1);
  setTimeout(() => controller.abort(new Error('enough')), 60);
  await assert.rejects(following, /enough/);
  const before = asked;
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.ok(before > 3);
  assert.equal(asked, before);
});

function methodsOf(store) {
  const bound = (name) => [name, store[name].bind(store)];
  return { kind: store.kind, ...Object.fromEntries(['get', 'list', 'put', 'putIfAbsent', 'delete'].map(bound)) };
}

/** A table of 40 files, each some 400 kB that do not compress, in a store that counts what is asked of it. */
async function wideTable() {
  const store = memory();
  const log = { gets: 0, bytes: 0 };
  const get = async (path, options) => {
    const found = await store.get(path, options);
    log.gets += 1;
    log.bytes += found?.bytes.length ?? 0;
    return found;
  };
  const counted = { ...methodsOf(store), get };
  const warehouse = await openWarehouse('memory:/w', { storage: counted });
  const table = await warehouse.createTable('db', 't', { fields: { id: 'INT', v: 'BYTES' }, options: { 'write-only': true } });
  for (let file = 0; file < 40; file += 1) {
    const writer = await table.write();
    await writer.append(Array.from({ length: 400 }, (_, id) => ({ id, v: crypto.getRandomValues(new Uint8Array(1000)) })));
    await writer.commit();
    await writer.abort();
  }
  return { storage: counted, log };
}

for (const where of ['on this thread', 'in a worker']) {
  test(`a slow reader is never far behind what was asked for, ${where}`, async (context) => {
    const { storage, log } = await wideTable();
    const engine = where === 'in a worker' ? await inWorker() : { openWarehouse, close: () => undefined };
    const reset = () => Object.assign(log, { gets: 0, bytes: 0 });
    const open = async () => (await engine.openWarehouse('memory:/w', { storage })).table('db', 't');
    reset();
    for await (const batch of (await open()).scan()) assert.ok(batch.length);
    const whole = { ...log };

    reset();
    const controller = new AbortController();
    const batches = (await open()).scan({ signal: controller.signal })[Symbol.asyncIterator]();
    await batches.next();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const ahead = { ...log };
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.deepEqual(log, ahead, 'nothing more is asked while nobody reads');
    assert.ok(ahead.bytes < whole.bytes / 3, `${ahead.bytes} of ${whole.bytes} bytes`);
    await batches.next();
    controller.abort();
    await assert.rejects(batches.next(), { name: 'AbortError' });
    const stopped = { ...log };
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual(log, stopped, 'nor after an abort');
    context.diagnostic(`with the first batch ${ahead.bytes} of ${whole.bytes} bytes were fetched, in ${ahead.gets} of ${whole.gets} requests`);
    await engine.close();
  });
}

test('an abort stops the requests that are under way', { skip }, async () => {
  const server = await serve({ '': GOLDEN }, { delayMillis: 40 });
  const engine = await inWorker();
  for (const open of [openTable, engine.openTable]) {
    server.log.length = 0;
    const controller = new AbortController();
    const opening = open(`${server.url}/pk_dedup/warehouse/golden.db/pk_dedup`, { signal: controller.signal });
    // Under way: asked, and not answered yet.
    while (server.log.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    controller.abort();
    await assert.rejects(opening, { name: 'AbortError' });
    const asked = server.log.length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(server.log.length, asked);
  }
  await engine.close();
  await server.close();
});
