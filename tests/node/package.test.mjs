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

/** All rows of something that gives rows. */
async function all(rows) {
  const list = [];
  for await (const row of rows) list.push(row);
  return list;
}

test('a table travels by snapshot, version, watermark and time', { skip }, async () => {
  const table = await openTable(place('pk_dedup'));
  const rows = (at) => all(table.at(at).scan({ columns: ['id'] }).rows());
  const first = await rows({ snapshot: 1 });
  assert.deepEqual(await rows({ version: '1' }), first);
  assert.deepEqual(await rows({ timestampMillis: (await table.snapshots()).at(-1).timeMillis }), first);
  assert.notDeepEqual(await rows({}), first);
  assert.deepEqual(await all(table.scan({ columns: ['id'], options: { 'scan.snapshot-id': '1' } }).rows()), first);
  await assert.rejects(rows({ watermark: '9223372036854775807' }), { kind: 'not found' });
  await assert.rejects(rows({ version: 'nope' }), { kind: 'not found' });
  await assert.rejects(rows({ snapshot: 1, version: '1' }), { kind: 'invalid', message: /several/ });
  assert.throws(() => table.at({ timestamp: 1 }), { kind: 'invalid', message: /timestampMillis/ });
  await assert.rejects(table.cursor({ timestamp: 1 }), { kind: 'invalid', message: /timestamp/ });
  table.close();
});

test('changes come with their kinds', { skip }, async () => {
  const table = await openTable(place('changelog_lookup'));
  const changes = await all(table.changes({ from: 5, to: 6 }).rows());
  assert.deepEqual(changes.map(({ _rowkind, id }) => `${_rowkind} ${id}`), ['-D 1', '-U 2', '+U 2', '-U 4', '+U 4']);
  const deletes = table.changes({ from: '5', to: '6', filter: "_rowkind = '-D'", columns: ['v', '_rowkind'], limit: 9 });
  assert.deepEqual(await all(deletes.rows()), [{ v: 'a1', _rowkind: '-D' }]);
  let bytes = 0;
  for await (const batch of table.changes({ from: 3, to: 4 })) bytes += batch.length;
  assert.ok(bytes > 0);
  assert.deepEqual(await all(table.changes({ from: 6, to: 6 }).rows()), []);
  await assert.rejects(all(table.changes({ from: 6, to: 5 }).rows()), { kind: 'invalid' });
  await assert.rejects(all(table.changes({ to: 999 }).rows()), { kind: 'not found' });
  await assert.rejects(all(table.changes({ mode: 'all' }).rows()), { kind: 'invalid' });
  await assert.rejects(all(table.at({ snapshot: 2 }).changes().rows()), { kind: 'invalid', message: /snapshot/ });
  table.close();
});

test('system tables are tables', { skip }, async () => {
  const files = await openTable(`${place('pk_dedup')}$files`);
  assert.deepEqual([files.name, files.schema.fields[2].name], ['pk_dedup$files', 'file_path']);
  const rows = await all(files.scan({ columns: ['level', 'record_count'], filter: 'record_count > 0' }).rows());
  assert.ok(rows.length > 0 && rows.every(({ record_count }) => record_count > 0n));
  assert.equal((await all(files.scan({ limit: 1 }).rows())).length, 1);
  await assert.rejects(files.snapshots(), { kind: 'invalid' });
  await assert.rejects(files.cursor({ snapshot: 1 }), { kind: 'invalid' });
  await assert.rejects(files.cursor({ columns: ['nope'] }), { kind: 'invalid' });
  await assert.rejects(all(files.changes().rows()), { kind: 'invalid' });
  await assert.rejects(openTable(`${place('pk_dedup')}$nope`), { kind: 'not found', message: /audit_log/ });
  files.close();

  const warehouse = await openWarehouse(`${GOLDEN}/changelog_lookup/warehouse`);
  const log = await warehouse.table('golden', 'changelog_lookup$audit_log');
  assert.deepEqual(log.schema.fields.map(({ name }) => name), ['rowkind', 'id', 'v']);
  assert.equal((await all(log.changes({ from: 5, to: 6 }).rows())).length, 5);
  assert.ok((await all(log.scan().rows())).length > 0);
  const binlog = await warehouse.table('golden', 'changelog_lookup$binlog');
  const [update] = await all(binlog.changes({ from: 3, to: 4, filter: "rowkind = '+U'" }).rows());
  assert.deepEqual(update, { rowkind: '+U', id: [3, 3], v: ['a3', 'b3'] });
  const tables = await warehouse.table('sys', 'tables');
  assert.deepEqual(await all(tables.scan({ columns: ['database_name', 'table_name'] }).rows()), [{ database_name: 'golden', table_name: 'changelog_lookup' }]);
  assert.equal((await all((await warehouse.table('sys', 'catalog_options')).scan().rows())).length, 1);
});

test('rows can be tracked, and read as compaction left them', { skip }, async () => {
  const tracked = await openTable(place('row_tracking'));
  const [row] = await all(tracked.scan({ rowTracking: true, limit: 1 }).rows());
  assert.equal(typeof row._ROW_ID, 'bigint');
  const system = await tracked.system('row_tracking');
  assert.deepEqual(await first(system.scan().rows()), row);
  assert.ok((await tracked.files()).every(({ firstRowId, external }) => firstRowId !== null && !external));
  const plain = await openTable(place('pk_dedup'));
  await assert.rejects(plain.cursor({ rowTracking: true }), { kind: 'unsupported' });
  const compacted = await all(plain.scan({ readOptimized: true }).rows());
  assert.deepEqual(await all((await plain.system('ro')).scan().rows()), compacted);
});

test('explain tells what reading leaves out, too', { skip }, async () => {
  const table = await openTable(place('index_bloom_filter'));
  const planned = await table.explain();
  const read = await table.scan({ limit: 5 }).explain({ analyze: true });
  const rows = { name: 'read: rows', kept: 5, total: planned.rows, unit: 'rows', keptBytes: null, totalBytes: null };
  assert.deepEqual(read.steps.at(-1), rows);
  const last = planned.steps.at(-1);
  assert.deepEqual([last.unit, last.kept, last.keptBytes], ['files', planned.files, planned.bytes]);
});

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
  const changes = await engine.call('changesOpen', { table, from: 0, to: 1 });
  assert.equal(changes.columns[0].name, '_rowkind');
  const files = await engine.call('scanOpen', { table, system: 'files' });
  assert.equal((await engine.call('scanNext', { cursor: files.cursor, rows: 99 })).rows.length, info.fileCount);
  const { totals, requests } = await engine.call('io', {});
  assert.equal(totals.requests, requests.filter(({ cached }) => !cached).length);
  assert.deepEqual((await engine.call('io', { since: requests.at(-1).seq })).requests, []);
  await assert.rejects(engine.call('nonsense'), { kind: 'invalid' });
  await assert.rejects(engine.call('scanNext', { cursor }), { kind: 'invalid' });
});
