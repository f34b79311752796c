// Tables changed in place: updates, truncates, schemas, properties of commits; on this thread and through a worker.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { load } from './package.mjs';

const cenote = await load();
const { memory, inWorker, openTable } = cenote;

/** All rows, sorted by id. */
async function rowsOf(table, options) {
  const rows = [];
  for await (const row of table.scan(options).rows()) rows.push(row);
  return rows.sort((a, b) => Number(a.id) - Number(b.id));
}

async function written(table, rows, options) {
  const writer = await table.write(options);
  try {
    await writer.write(rows);
    return await writer.commit();
  } finally {
    await writer.abort();
  }
}

const KEYED = { fields: { id: 'INT NOT NULL', total: 'DECIMAL(10, 2)', note: 'STRING' }, primaryKey: ['id'], options: { bucket: 1 } };
const PLAIN = { fields: { id: 'INT', total: 'DECIMAL(10, 2)', note: 'STRING' } };
const ROWS = [{ id: 1, total: '1.00', note: 'a' }, { id: 2, total: '2.00', note: 'b' }, { id: 3, total: '3.00', note: null }];

/** Runs a test on this thread and with the engine in a worker. @param {(made: (definition: object) => Promise<{table: any, store: any, warehouse: any}>) => Promise<void>} run */
function both(name, run) {
  const made = (engine) => async (definition) => {
    const store = memory();
    const warehouse = await engine.openWarehouse('memory:/wh', { storage: store });
    return { warehouse, store, table: await warehouse.createTable('shop', 'orders', definition) };
  };
  test(name, () => run(made(cenote)));
  test(`${name}, in a worker`, async () => {
    const engine = await inWorker();
    try {
      await run(made(engine));
    } finally {
      await engine.close();
    }
  });
}

both('columns of the rows that match are set', async (made) => {
  for (const definition of [KEYED, PLAIN]) {
    const { table } = await made(definition);
    await written(table, ROWS);
    assert.deepEqual(await table.update({ set: { note: "'x'" }, where: 'id > 1', dryRun: true }), { snapshot: null, rows: 2 });
    assert.deepEqual(await rowsOf(table), ROWS);
    const done = await table.update({ set: { total: 'total * 2', note: "coalesce(note, 'none') || '!'" }, where: 'id > 1' });
    assert.deepEqual(done, { snapshot: 2, rows: 2 });
    assert.deepEqual(await rowsOf(table), [ROWS[0], { id: 2, total: '4.00', note: 'b!' }, { id: 3, total: '6.00', note: 'none!' }]);
    assert.deepEqual(await table.update({ set: { total: 7n, note: null }, where: 'true' }), { snapshot: 3, rows: 3 });
    assert.deepEqual(await rowsOf(table), [1, 2, 3].map((id) => ({ id, total: '7.00', note: null })));
    assert.deepEqual(await table.update({ set: { total: 1.5 }, where: 'id = 9' }), { snapshot: null, rows: 0 });
  }
});

both('an update that cannot be is refused, and changes nothing', async (made) => {
  const { table } = await made(KEYED);
  await written(table, ROWS);
  const refused = (options, expected) => assert.rejects(table.update(options), { kind: 'invalid', ...expected });
  await refused({ set: { note: "'x'" } }, { message: /where/ });
  await refused({ set: { note: "'x'" }, where: ' ' }, { message: /empty/ });
  await refused({ set: {}, where: 'true' }, { message: /column/ });
  await refused({ where: 'true' }, { message: /set/ });
  await refused({ set: { nothing: '1' }, where: 'true' }, { column: 'nothing' });
  await refused({ set: { note: "'x', total = 1" }, where: 'true' }, { column: 'note', message: /one expression/ });
  await refused({ set: { note: new Date() }, where: 'true' }, { column: 'note' });
  await refused({ set: { id: '5' }, where: 'true' }, { message: /key/ });
  await refused({ set: { total: "'many'" }, where: 'true' }, {});
  await refused({ set: { note: "'x'" }, where: 'nonsense = 1' }, {});
  await assert.rejects(table.at({ snapshot: 1 }).update({ set: { note: "'x'" }, where: 'true' }), { kind: 'invalid', message: /older state/ });
  assert.equal((await table.snapshots()).length, 1);
});

both('all rows are taken away', async (made) => {
  const { table } = await made(PLAIN);
  await written(table, ROWS);
  assert.deepEqual(await table.truncate({ dryRun: true }), { snapshot: null, rows: 3, files: 1, partitions: 1 });
  assert.equal((await rowsOf(table)).length, 3);
  assert.deepEqual(await table.truncate(), { snapshot: 2, rows: 3, files: 1, partitions: 1 });
  assert.deepEqual(await rowsOf(table), []);
  assert.deepEqual(await rowsOf(table, { snapshot: 1 }), ROWS);
  await written(table, ROWS[0]);
  assert.equal((await rowsOf(table)).length, 1);
});

both('schemas change, and the table goes on under the new one', async (made) => {
  const { table, store } = await made(KEYED);
  await written(table, ROWS);
  const cursor = await table.cursor();
  const requests = table.io().totals.requests;
  const done = await table.alter([
    { addColumn: 'at', type: 'TIMESTAMP(3)', after: 'id', comment: 'when' },
    { addColumn: 'tags', type: 'ARRAY<STRING>' },
    { addColumn: 'state', type: 'STRING', default: 'new', first: true },
    { renameColumn: 'total', to: 'amount' },
    { dropColumn: 'note' },
    { setType: 'amount', type: 'DECIMAL(12, 2)' },
    { moveColumn: 'tags', before: 'amount' },
    { setOption: 'snapshot.num-retained.max', value: 20 },
    { tableComment: 'all orders' },
  ]);
  assert.deepEqual(done, { schemaId: 1 });
  assert.deepEqual(table.schema.fields.map(({ name, type, nullable }) => [name, type, nullable]), [
    ['state', 'STRING', true], ['id', 'INT NOT NULL', false], ['at', 'TIMESTAMP(3)', true], ['tags', 'ARRAY<STRING>', true], ['amount', 'DECIMAL(12, 2)', true],
  ]);
  const { fields, options, comment } = table.schema;
  assert.deepEqual([fields[0].defaultValue, fields[2].description, options['snapshot.num-retained.max'], comment], ['new', 'when', '20', 'all orders']);
  assert.equal((await cursor.rows(1)).rows.length, 1, 'a cursor goes on with what it had');
  cursor.close();
  assert.deepEqual((await rowsOf(table))[1], { state: null, id: 2, at: null, tags: null, amount: '2.00' });
  assert.ok(table.io().totals.requests > requests, 'the log goes on');
  await written(table, [{ id: 4, amount: '4', tags: ['x'] }]);
  assert.deepEqual((await rowsOf(table)).at(-1), { state: 'new', id: 4, at: null, tags: ['x'], amount: '4.00' });
  assert.deepEqual(await table.alter({ removeOption: 'snapshot.num-retained.max' }), { schemaId: 2 });
  await table.alter([{ setDefault: 'state', value: null }, { setComment: 'at', comment: null }, { setNullable: 'amount', nullable: true }, { tableComment: null }]);
  assert.deepEqual([table.schema.options, table.schema.comment], [{ bucket: '1' }, null]);
  assert.deepEqual((await table.schemas()).length, 4);
  const again = await openTable('memory:/wh/shop.db/orders', { storage: { ...below(store, 'shop.db/orders') } });
  assert.deepEqual(again.schema, table.schema);
});

/** A folder of a store as a store. */
function below(store, folder) {
  return Object.fromEntries(['get', 'list', 'put', 'putIfAbsent', 'delete'].map((name) => [name, (path, ...more) => store[name](`${folder}/${path}`.replace(/\/$/, ''), ...more)]));
}

both('a change of a schema that cannot be is refused, and nothing of it is made', async (made) => {
  const { table } = await made(KEYED);
  const refused = (changes, message, kind = 'invalid') => assert.rejects(table.alter(changes), { kind, message });
  await refused([], /expected a change/);
  await refused([null], /one of addColumn/);
  await refused({ addColumn: 'a', dropColumn: 'b' }, /one of addColumn/);
  await refused({ addColumn: 'a' }, /lacks type/);
  await refused({ addColumn: 'a', type: 'NUMBER' }, /NUMBER/);
  await refused({ addColumn: 'a', type: 'INT NOT NULL' }, /NOT NULL/);
  await refused({ addColumn: 'a', type: 'INT', first: true, after: 'id' }, /one place/);
  await refused({ renameColumn: 'note', newName: 'x' }, /not newName/);
  await refused({ dropColumn: 'id' }, /id/);
  await refused([{ addColumn: 'a', type: 'INT' }, { dropColumn: 'nothing' }], /nothing/, 'not found');
  await refused({ setOption: 'merge-engine', value: 'nonsense' }, /nonsense/);
  assert.deepEqual((await table.schemas()).length, 1);
  assert.equal(table.schema.fields.length, 3);
});

both('commits keep properties', async (made) => {
  const { table, store } = await made(PLAIN);
  const { snapshot } = await written(table, ROWS, { properties: { job: 'nightly', run: '7' } });
  const { bytes } = await store.get(`shop.db/orders/snapshot/snapshot-${snapshot}`, {});
  assert.deepEqual(JSON.parse(new TextDecoder().decode(bytes)).properties, { job: 'nightly', run: '7' });
  assert.deepEqual((await table.snapshots({ limit: 1 }))[0].properties, { job: 'nightly', run: '7' });
  await assert.rejects(table.write({ properties: { job: 7 } }), { kind: 'invalid' });
});
