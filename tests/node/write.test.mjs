// Writing: tables made, rows in and out again, what is refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { load } from './package.mjs';

const { memory, openWarehouse, openTable, InvalidError } = await load();

/** All rows, sorted by id. */
async function rowsOf(table, options) {
  const rows = [];
  for await (const row of table.scan(options).rows()) rows.push(row);
  return rows.sort((a, b) => Number(a.id) - Number(b.id));
}

async function made(definition, store = memory()) {
  const warehouse = await openWarehouse('memory:/wh', { storage: store });
  const table = await warehouse.createTable('shop', 'orders', definition);
  return { warehouse, table, store };
}

const KEYED = { fields: { id: 'BIGINT NOT NULL', total: 'DECIMAL(10, 2)', at: 'TIMESTAMP(3)' }, primaryKey: ['id'], options: { bucket: 1 } };
const PLAIN = { fields: { id: 'INT', name: 'STRING' } };

async function committed(table, write) {
  const writer = await table.write();
  await write(writer);
  const done = await writer.commit();
  await writer.abort();
  return done;
}

test('databases and tables are made, listed and dropped', async () => {
  const { warehouse, table } = await made(KEYED);
  assert.deepEqual(table.schema.primaryKeys, ['id']);
  assert.deepEqual(table.schema.options, { bucket: '1' });
  assert.deepEqual(await warehouse.databases(), [{ name: 'shop', tables: ['orders'] }]);
  await assert.rejects(warehouse.createTable('shop', 'orders', KEYED), { kind: 'already exists' });
  assert.equal((await warehouse.createTable('shop', 'orders', { ...KEYED, ifNotExists: true })).name, 'orders');
  await warehouse.createTable('shop', 'copy', { schema: table.schema });
  assert.deepEqual((await warehouse.table('shop', 'copy')).schema, table.schema);
  await assert.rejects(warehouse.dropDatabase('shop'), { kind: 'invalid', message: /not empty/ });
  await warehouse.dropTable('shop', 'copy');
  await assert.rejects(warehouse.table('shop', 'copy'), { kind: 'not found' });
  await warehouse.createDatabase('other');
  await assert.rejects(warehouse.createDatabase('other'), { kind: 'already exists' });
  await warehouse.createDatabase('other', { ifNotExists: true });
  await warehouse.dropDatabase('other');
  await warehouse.dropDatabase('shop', { cascade: true });
  assert.deepEqual(await warehouse.databases(), []);
});

test('a table that cannot be is refused, naming the column', async () => {
  const { warehouse } = await made(KEYED);
  const make = (definition) => warehouse.createTable('shop', 'wrong', definition);
  await assert.rejects(make({ fields: { id: 'NUMBER' } }), { kind: 'invalid', column: 'id' });
  await assert.rejects(make({ fields: { id: 'INT' }, primaryKey: ['key'] }), { kind: 'invalid', message: /key/ });
  await assert.rejects(make({ fields: { id: 'INT' }, primaryKeys: ['id'] }), { kind: 'invalid', message: /primaryKeys/ });
  await assert.rejects(make({}), { kind: 'invalid', message: /fields/ });
});

test('rows are appended and read back', async () => {
  const { table } = await made(PLAIN);
  const done = await committed(table, (writer) => writer.append([{ id: 1, name: 'a' }, { id: 2 }, { id: 3, name: null }]));
  assert.deepEqual(done, { snapshot: 1, rows: 3, files: 1 });
  assert.deepEqual(await rowsOf(table), [{ id: 1, name: 'a' }, { id: 2, name: null }, { id: 3, name: null }]);
  await committed(table, (writer) => writer.append({ id: 4, name: 'one object is one row' }));
  assert.equal((await rowsOf(table)).length, 4);
  assert.equal((await committed(table, () => undefined)).snapshot, null);
});

test('rows take the place of those with their key, and are deleted by it', async () => {
  const { table } = await made(KEYED);
  await committed(table, (writer) => writer.upsert([{ id: 1n, total: '1.50' }, { id: 2, total: 2 }, { id: 3 }]));
  await committed(table, async (writer) => {
    await writer.upsert([{ id: 2n, total: '2.25', at: new Date(0) }]);
    await writer.delete([{ id: 3 }]);
    await writer.write([{ id: 1, _rowkind: '-D' }, { id: 5, total: '5', _rowkind: '+I' }]);
  });
  assert.deepEqual(await rowsOf(table), [
    { id: 2n, total: '2.25', at: '1970-01-01T00:00:00.000' },
    { id: 5n, total: '5.00', at: null },
  ]);
  const kinds = [];
  for await (const { _rowkind, id } of table.changes({ from: 1 }).rows()) kinds.push(`${_rowkind} ${id}`);
  assert.deepEqual(kinds.sort(), ['+I 2', '+I 5', '-D 1', '-D 3']);
});

test('a writer commits again and again', async () => {
  const { table } = await made(KEYED);
  const writer = await table.write({ commitUser: 'me', identifier: 7 });
  for (const id of [1, 1, 2]) {
    await writer.upsert([{ id, total: '1' }]);
    await writer.commit();
  }
  await writer.abort();
  const snapshots = await table.snapshots();
  assert.deepEqual(snapshots.map(({ id, commitUser, commitIdentifier }) => [id, commitUser, commitIdentifier]), [[3, 'me', 9], [2, 'me', 8], [1, 'me', 7]]);
  assert.equal((await rowsOf(table)).length, 2);
  await assert.rejects(writer.upsert([{ id: 3 }]), { kind: 'invalid', message: /ended/ });
});

test('nothing of a failed write is committed, and a second try works', async () => {
  const { table, store } = await made(KEYED);
  const files = async () => (await Promise.all((await store.list('shop.db/orders')).dirs.map((dir) => store.list(`shop.db/orders/${dir}`)))).flatMap(({ files }) => files.map(({ name }) => name));
  const before = await files();
  const good = Array.from({ length: 5000 }, (_, id) => ({ id, total: '1' }));
  for (const [bad, wanted] of [
    [{ id: 1, total: 'x' }, { row: 5000, column: 'total', message: /decimal/ }],
    [{ id: 1, total: '1.005' }, { row: 5000, column: 'total', message: /too many digits/ }],
    [{ id: 1, price: 1 }, { row: 5000, column: 'price', message: /the table has id, total, at/ }],
    [{ id: null, total: 1 }, { column: 'id', message: /NOT NULL/ }],
    [{ total: 1 }, { column: 'id', message: /NOT NULL/ }],
    [{ id: 1.5 }, { row: 5000, column: 'id', message: /bigint/ }],
    [{ id: 2 ** 53 }, { row: 5000, column: 'id', message: /exactly/ }],
    [{ id: 1, at: '2024-01-01T00:00:00Z' }, { row: 5000, column: 'at', message: /zone/ }],
    [{ id: 1, at: 'yesterday' }, { row: 5000, column: 'at', message: /timestamp/ }],
    [{ id: 1, _rowkind: 'I' }, { row: 5000, column: '_rowkind' }],
    [7, { row: 5000, message: /object/ }],
  ]) {
    const writer = await table.write();
    await assert.rejects(writer.upsert([...good, bad]), (error) => {
      assert.ok(error instanceof InvalidError, String(error));
      for (const [name, value] of Object.entries(wanted)) (value instanceof RegExp ? assert.match : assert.equal)(error[name], value, JSON.stringify(bad, (_, v) => (typeof v === 'bigint' ? `${v}` : v)));
      return true;
    });
    await assert.rejects(writer.commit(), { kind: 'invalid', message: /ended/ });
  }
  assert.deepEqual(await table.snapshots(), []);
  assert.deepEqual(await files(), before);
  assert.equal((await committed(table, (writer) => writer.upsert(good))).rows, 5000);
  assert.equal((await rowsOf(table)).length, 5000);
});

test('a write says when it is used for another kind of table', async () => {
  const keyed = (await made(KEYED)).table;
  const plain = (await made(PLAIN)).table;
  await assert.rejects((await keyed.write()).append([]), { message: /upsert/ });
  await assert.rejects((await plain.write()).upsert([]), { message: /append/ });
  await assert.rejects((await plain.write()).delete([]), { message: /deleteWhere/ });
  await assert.rejects((await plain.write()).write([{ id: 1, _rowkind: '-D' }]), { kind: 'invalid', message: /\+I/ });
  await assert.rejects((await keyed.write()).delete([{ total: '1' }]), { kind: 'invalid', row: 0, column: 'id' });
  await assert.rejects(keyed.write({ commitUsr: 'x' }), { kind: 'invalid', message: /commitUsr/ });
  await assert.rejects(keyed.at({ snapshot: 1 }).write(), { kind: 'invalid' });
  await assert.rejects((await keyed.system('files')).write(), { kind: 'invalid', message: /system table/ });
});

test('overwrites replace all, or the partitions that are named or touched', async () => {
  const { table } = await made({ fields: { id: 'INT', day: 'DATE' }, partitionBy: ['day'] });
  const load = async (rows, options) => {
    const writer = await table.write(options);
    await writer.append(rows);
    return writer.commit();
  };
  const ids = async () => (await rowsOf(table)).map(({ id }) => id);
  await load([{ id: 1, day: '2024-01-01' }, { id: 2, day: '2024-01-02' }]);
  await load([{ id: 3, day: '2024-01-02' }], { overwrite: 'partitions' });
  assert.deepEqual(await ids(), [1, 3]);
  await load([{ id: 4, day: '2024-01-01' }], { overwrite: { where: "day = '2024-01-01'" } });
  assert.deepEqual(await ids(), [3, 4]);
  await load([{ id: 5, day: '2024-01-05' }], { overwrite: true });
  assert.deepEqual(await ids(), [5]);
  await assert.rejects(table.write({ overwrite: { where: 'id = 5' } }), { kind: 'invalid' });
});

test('rows are deleted by a filter, and files are compacted', async () => {
  const { table } = await made(KEYED);
  for (const id of [1, 2, 3]) await committed(table, (writer) => writer.upsert([{ id, total: id }]));
  assert.deepEqual(await table.deleteWhere('total > 2', { dryRun: true }), { snapshot: null, rows: 1 });
  assert.deepEqual(await table.deleteWhere('total > 2'), { snapshot: 4, rows: 1 });
  await assert.rejects(table.deleteWhere(' '), { kind: 'invalid' });
  const { snapshot, buckets } = await table.compact({ full: true });
  assert.deepEqual([snapshot, buckets.length, buckets[0].filesIn, buckets[0].filesOut], [5, 1, 4, 1]);
  assert.equal((await table.files()).length, 1);
  assert.deepEqual((await rowsOf(table)).map(({ id }) => id), [1n, 2n]);
  assert.equal((await table.compact({ full: true })).snapshot, null);
});

test('Arrow IPC goes in as it came out', async () => {
  const { table, warehouse } = await made(KEYED);
  await committed(table, (writer) => writer.upsert([{ id: 1, total: '1' }, { id: 2, at: new Date(5) }]));
  const copy = await warehouse.createTable('shop', 'copy', { schema: table.schema });
  await committed(copy, async (writer) => {
    for await (const batch of table.scan()) await writer.upsert(batch);
  });
  assert.deepEqual(await rowsOf(copy), await rowsOf(table));
  await committed(copy, async (writer) => {
    await table.deleteWhere('id = 1');
    for await (const batch of table.changes({ from: 1 })) await writer.write(batch);
  });
  assert.deepEqual((await rowsOf(copy)).map(({ id }) => id), [2n]);
  await committed(copy, async (writer) => {
    for await (const batch of table.scan({ columns: ['id'] })) await writer.delete(batch);
  });
  assert.deepEqual(await rowsOf(copy), []);
  const writer = await copy.write();
  await assert.rejects(writer.upsert(Uint8Array.of(1, 2, 3)), { kind: 'invalid', message: /Arrow/ });
  const arrowTable = { schema: {}, batches: [], numRows: 0 };
  await assert.rejects((await copy.write()).upsert(arrowTable), { hint: /tableToIPC/ });
  let ipc;
  for await (const batch of table.scan()) ipc = batch;
  await committed(copy, (writer) => writer.upsert(arrowTable, { arrow: { tableToIPC: () => ipc } }));
  assert.equal((await rowsOf(copy)).length, 1);
});

test('iterables are read as they come, and told of', async () => {
  const { table } = await made(PLAIN);
  async function* many() {
    for (let id = 0; id < 10_000; id += 1) yield { id, name: `n${id}` };
  }
  const told = [];
  const done = await committed(table, (writer) => writer.append(many(), { onProgress: ({ rows }) => told.push(rows) }));
  assert.equal(done.rows, 10_000);
  assert.deepEqual(told, [4096, 8192, 10_000]);
});

test('a cancelled write ends the writer', async () => {
  const { table } = await made(PLAIN);
  const writer = await table.write();
  const controller = new AbortController();
  async function* endless() {
    for (let id = 0; ; id += 1) {
      if (id === 5000) controller.abort();
      yield { id };
    }
  }
  await assert.rejects(writer.append(endless(), { signal: controller.signal }), { name: 'AbortError' });
  await assert.rejects(writer.commit(), { kind: 'invalid', message: /ended/ });
  assert.deepEqual(await table.snapshots(), []);
});

test('two writers at once both win, one after the other', async () => {
  const { table, store } = await made(KEYED);
  const other = await openTable('memory:/wh/shop.db/orders', { storage: below(store, 'shop.db/orders') });
  const [a, b] = await Promise.all([table.write(), other.write()]);
  await Promise.all([a.upsert([{ id: 1, total: 1 }]), b.upsert([{ id: 2, total: 2 }])]);
  await Promise.all([a.commit(), b.commit()]);
  assert.deepEqual((await rowsOf(table)).map(({ id }) => id), [1n, 2n]);
  assert.equal((await table.snapshots()).length, 2);
});

/** A folder of a store, as a store. */
function below(store, folder) {
  const at = (path) => (path === '' ? folder : `${folder}/${path}`);
  return {
    get: (path, options) => store.get(at(path), options),
    list: (path, options) => store.list(at(path), options),
    put: (path, bytes) => store.put(at(path), bytes),
    putIfAbsent: (path, bytes) => store.putIfAbsent(at(path), bytes),
    delete: (path) => store.delete(at(path)),
  };
}
