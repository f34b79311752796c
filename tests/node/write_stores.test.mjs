// Writing to every store: the same table everywhere, races of writers, stores in which nobody may commit.

import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { load } from './package.mjs';
import { s3Server } from './s3_server.mjs';

const { local, memory, openTable, openWarehouse, presigned, s3 } = await load();

const KEYED = { fields: { id: 'INT NOT NULL', name: 'STRING' }, primaryKey: ['id'], options: { bucket: 1 } };
const credentials = { accessKeyId: 'me', secretAccessKey: 'secret' };
const closing = [];
after(() => Promise.all(closing.map((close) => close())));

async function folder() {
  const path = await mkdtemp(join(tmpdir(), 'cenote-'));
  closing.push(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function server(how) {
  const running = await s3Server(how);
  closing.push(running.close);
  return running;
}

async function idsOf(table) {
  const ids = [];
  for await (const { id } of table.scan().rows()) ids.push(id);
  return ids.sort((a, b) => a - b);
}

async function upsert(table, rows) {
  const writer = await table.write();
  await writer.upsert(rows);
  const done = await writer.commit();
  await writer.abort();
  return done;
}

const STORES = {
  async memory() {
    const store = memory();
    return () => ({ place: 'memory:/wh', storage: store });
  },
  async local() {
    const path = await folder();
    return () => ({ place: join(path, 'new/wh'), storage: local() });
  },
  async s3() {
    const { url } = await server({ credentials });
    return () => ({ place: 's3://bucket/wh', storage: s3({ endpoint: url, credentials }) });
  },
};

for (const [name, make] of Object.entries(STORES)) {
  test(`${name}: a table's whole life`, async () => {
    const at = await make();
    const { place, storage } = at();
    const warehouse = await openWarehouse(place, { storage });
    const table = await warehouse.createTable('db', 't', KEYED);
    const rows = Array.from({ length: 100 }, (_, id) => ({ id, name: `n${id}` }));
    assert.equal((await upsert(table, rows)).snapshot, 1);
    const writer = await table.write();
    await writer.upsert([{ id: 1, name: 'new' }]);
    await writer.delete(rows.slice(2).map(({ id }) => ({ id })));
    await writer.commit();
    await writer.abort();
    const again = await (await openWarehouse(place, { storage: at().storage })).table('db', 't');
    assert.deepEqual(await idsOf(again), [0, 1]);
    assert.equal((await again.compact({ full: true })).snapshot, 3);
    assert.equal((await again.deleteWhere('id = 0')).rows, 1);
    assert.deepEqual(await idsOf(again), [1]);
    await warehouse.dropTable('db', 't');
    assert.deepEqual(await warehouse.databases(), [{ name: 'db', tables: [] }]);
    await warehouse.dropDatabase('db');
    assert.deepEqual(await warehouse.databases(), []);
  });

  test(`${name}: of many writers at once none loses a row`, async () => {
    const at = await make();
    const { place, storage } = at();
    await (await openWarehouse(place, { storage })).createTable('db', 't', KEYED);
    const commits = Array.from({ length: 6 }, async (_, writer) => {
      const table = await (await openWarehouse(place, { storage: at().storage })).table('db', 't');
      for (let round = 0; round < 3; round += 1) await upsert(table, [{ id: writer * 3 + round, name: `${writer}` }]);
    });
    await Promise.all(commits);
    const table = await (await openWarehouse(place, { storage })).table('db', 't');
    assert.deepEqual(await idsOf(table), Array.from({ length: 18 }, (_, id) => id));
    assert.deepEqual((await table.snapshots()).map(({ id }) => id), Array.from({ length: 18 }, (_, id) => 18 - id));
  });
}

test('local: no hidden files stay', async () => {
  const path = await folder();
  const warehouse = await openWarehouse(path);
  await upsert(await warehouse.createTable('db', 't', KEYED), [{ id: 1 }]);
  const names = await readdir(join(path, 'db.db/t'), { recursive: true });
  assert.ok(names.includes(join('snapshot', 'snapshot-1')));
  assert.deepEqual(names.filter((name) => name.endsWith('.tmp')), []);
});

test('local: two compactions at once, and one of them loses nothing', async () => {
  const path = await folder();
  const table = await (await openWarehouse(path)).createTable('db', 't', KEYED);
  for (let id = 0; id < 4; id += 1) await upsert(table, [{ id }]);
  const other = await openTable(join(path, 'db.db/t'));
  const outcomes = await Promise.allSettled([table.compact({ full: true }), other.compact({ full: true })]);
  assert.ok(outcomes.some(({ status }) => status === 'fulfilled'));
  for (const { reason } of outcomes.filter(({ status }) => status === 'rejected')) assert.equal(reason.kind, 'conflict', String(reason));
  assert.deepEqual(await idsOf(other), [0, 1, 2, 3]);
  assert.equal((await other.compact({ full: true })).snapshot, null);
});

test('s3: lost answers and busy moments lose no row and write none twice', async () => {
  let puts = 0;
  const disturb = ({ method, key }) => {
    if (method !== 'PUT' || !/snapshot-\d+$/.test(key)) return undefined;
    puts += 1;
    return [undefined, 'lost', { status: 409, code: 'ConditionalRequestConflict' }][puts % 3];
  };
  const { url } = await server({ credentials, disturb });
  const warehouse = await openWarehouse('s3://bucket/wh', { storage: s3({ endpoint: url, credentials }) });
  const table = await warehouse.createTable('db', 't', { fields: { id: 'INT' } });
  for (let id = 0; id < 6; id += 1) {
    const writer = await table.write();
    await writer.append([{ id }]);
    await writer.commit();
  }
  assert.deepEqual(await idsOf(table), [0, 1, 2, 3, 4, 5]);
  assert.equal((await table.snapshots()).length, 6);
});

test('s3: a wrong key is told from a wrong table', async () => {
  const { url } = await server({ credentials });
  const storage = s3({ endpoint: url, credentials: { ...credentials, secretAccessKey: 'guess' } });
  const warehouse = await openWarehouse('s3://bucket/wh', { storage });
  await assert.rejects(warehouse.createDatabase('db'), { kind: 'forbidden' });
});

test('presigned links write where that is asked for', async () => {
  const { url, log } = await server();
  await (await openWarehouse('s3://bucket/wh', { storage: s3({ endpoint: url }) })).createTable('db', 't', KEYED);
  const asked = new Set();
  log.length = 0;
  const sign = (path, { method, headers }) => {
    asked.add(`${method} ${Object.keys(headers)}`);
    return `${url}/bucket/wh/db.db/t/${path.split('/').map(encodeURIComponent).join('/')}`;
  };
  const table = await openTable('', { storage: presigned(sign, { write: true }) });
  await upsert(table, [{ id: 1, name: 'a' }]);
  await upsert(table, [{ id: 2, name: 'b' }]);
  assert.deepEqual(await idsOf(table), [1, 2]);
  assert.ok(asked.has('PUT If-None-Match') && asked.has('PUT '), [...asked].join());
  assert.equal(log.filter(({ query }) => query.has('list-type')).length, 0, 'links cannot list');
  const reading = await openTable('', { storage: presigned(sign) });
  await assert.rejects(reading.write(), { kind: 'unsupported', message: /cannot be written/ });
});

test('a store that cannot create a file only if it is absent is refused, unless it is wanted', async () => {
  const { url, objects } = await server({ conditional: false });
  const storage = s3({ endpoint: url, conditionalPut: false });
  const careful = await openWarehouse('s3://bucket/wh', { storage });
  await assert.rejects(careful.createTable('db', 't', KEYED), { kind: 'unsupported', hint: /unsafeCommits/ });
  await assert.rejects(careful.createDatabase('db'), { kind: 'unsupported' });
  assert.equal(objects.size, 0);
  const daring = await openWarehouse('s3://bucket/wh', { storage, unsafeCommits: true });
  const table = await daring.createTable('db', 't', KEYED);
  await upsert(table, [{ id: 1 }]);
  assert.deepEqual(await idsOf(table), [1]);
  const again = await careful.table('db', 't');
  await assert.rejects(again.write(), { kind: 'unsupported' });
  await assert.rejects(again.deleteWhere('true'), { kind: 'unsupported' });
  await assert.rejects(again.compact(), { kind: 'unsupported' });
});

test('a server that takes the condition for noise is found out before anything is committed', async () => {
  const { url, objects } = await server({ conditional: false });
  const warehouse = await openWarehouse('s3://bucket/wh', { storage: s3({ endpoint: url }) });
  const table = await warehouse.createTable('db', 't', KEYED);
  await assert.rejects(upsert(table, [{ id: 1 }]), { kind: 'unsupported' });
  assert.deepEqual([...objects.keys()].filter((key) => key.includes('/snapshot/')), []);
});
