// The package's own promises: values, views, the engine's protocol.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { GOLDEN, load } from './package.mjs';

const { load: start, openTable, openWarehouse } = await load();
const { createEngine } = await load('engine.js');
const { rowReader } = await load('rows.js');
const skip = GOLDEN ? false : 'no golden tables beside this checkout';
const place = (name) => `${GOLDEN}/${name}/warehouse/golden.db/${name}`;

test('the engine starts once', async () => assert.equal(await start(), await start()));

test('rows have the types of JavaScript', () => {
  const type = { type: 'MAP', key: 'STRING', value: 'BIGINT' };
  const columns = ['BIGINT', 'BYTES', type, 'DOUBLE', 'VARIANT', { type: 'ARRAY', element: 'BIGINT' }, 'DECIMAL(3, 1)'];
  const read = rowReader(columns.map((schemaType, index) => ({ name: `c${index}`, schemaType })));
  assert.deepEqual(read(['9223372036854775807', '00ff', [['a', 1]], 'NaN', '{"x":1}', [1, null], '1.5']), {
    c0: 9223372036854775807n, c1: Uint8Array.of(0, 255), c2: new Map([['a', 1n]]), c3: NaN, c4: { x: 1 }, c5: [1n, null], c6: '1.5',
  });
});

test('a table tells its history and files', { skip }, async () => {
  const table = await openTable(place('pk_dedup'));
  assert.deepEqual(table.schema.primaryKeys, ['id']);
  const snapshots = await table.snapshots();
  assert.deepEqual(snapshots.map(({ id }) => id), snapshots.map(({ id }) => id).sort((a, b) => b - a));
  const files = await table.files();
  const { fileCount, totalSize } = await table.describe();
  assert.equal(files.length, fileCount);
  assert.equal(files.reduce((sum, { size }) => sum + size, 0), totalSize);
  assert.equal(files[0].minKey.length, 1);
  assert.ok((await table.manifests()).length > 0);
  assert.ok((await table.explain({ filter: 'id = 3' })).splits >= 1);
  assert.deepEqual(await first(table.scan({ filter: 'id = 4' }).rows()), { id: 4, name: 'U4', v: 44n });
  table.close();
});

async function first(rows) {
  for await (const row of rows) return row;
  return undefined;
}

test('a warehouse lists what is in it', { skip }, async () => {
  const warehouse = await openWarehouse(`${GOLDEN}/pk_dedup/warehouse`);
  assert.deepEqual(await warehouse.databases(), [{ name: 'golden', tables: ['pk_dedup'] }]);
  assert.equal((await warehouse.table('golden', 'pk_dedup')).name, 'pk_dedup');
});

test('batches are Arrow IPC streams', { skip }, async () => {
  const table = await openTable(place('append_plain'));
  for await (const batch of table.scan({ limit: 3 })) {
    assert.ok(batch instanceof Uint8Array);
    assert.equal(new DataView(batch.buffer, batch.byteOffset).getUint32(0, true), 0xffffffff);
  }
});

test('the engine answers the protocol', { skip }, async () => {
  const engine = createEngine();
  const { warehouse, canList, databases } = await engine.call('openWarehouse', { url: `${GOLDEN}/pk_dedup/warehouse` });
  assert.deepEqual([canList, databases.length], [true, 1]);
  const { table, info } = await engine.call('openTable', { warehouse, database: 'golden', table: 'pk_dedup' });
  assert.equal(info.fileCount, (await engine.call('files', { table })).length);
  const { cursor, columns } = await engine.call('scanOpen', { table, columns: ['v', 'id'], limit: 5 });
  assert.deepEqual(columns.map(({ name }) => name), ['v', 'id']);
  const page = await engine.call('scanNext', { cursor, rows: 3 });
  assert.deepEqual([page.rows.length, page.done], [3, false]);
  assert.equal((await engine.call('scanNext', { cursor, rows: 3 })).rows.length, 2);
  await engine.call('scanClose', { cursor });
  const { totals, requests } = await engine.call('io', {});
  assert.equal(totals.requests, requests.filter(({ cached }) => !cached).length);
  assert.deepEqual((await engine.call('io', { since: requests.at(-1).seq })).requests, []);
  await assert.rejects(engine.call('nonsense'), { kind: 'invalid' });
  await assert.rejects(engine.call('scanNext', { cursor }), { kind: 'invalid' });
});
