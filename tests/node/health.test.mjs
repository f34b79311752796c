// What ails a table, what a compaction would do, whether all is there: of tables made here.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { load } from './package.mjs';

const { memory, openWarehouse } = await load();
const { createEngine } = await load('engine.js');

/** A keyed table of some commits, one after the other. */
async function upserted(commits) {
  const store = memory();
  const warehouse = await openWarehouse('memory:/wh', { storage: store });
  const table = await warehouse.createTable('shop', 'orders', { fields: { id: 'BIGINT NOT NULL', v: 'STRING' }, primaryKey: ['id'], options: { bucket: 1 } });
  for (let commit = 0; commit < commits; commit += 1) {
    const writer = await table.write();
    await writer.upsert([{ id: commit % 3, v: `${commit}` }]);
    await writer.commit();
  }
  return { store, table };
}

test('doctor names the command that mends, and compaction shows what it would do', async () => {
  const { table } = await upserted(6);
  const { findings, readAmplification, files, notLookedAt } = await table.doctor();
  const found = findings.find(({ rule }) => rule === 'read-amplification');
  assert.equal(found.severity, 'warning');
  assert.match(found.command, /^cenote compact \S*orders/);
  assert.equal(found.evidence.worst_runs, 6);
  assert.deepEqual([readAmplification, files, notLookedAt], [6, 6, []]);
  assert.match((await table.doctor({ address: 'a.b' })).findings.map(({ command }) => command).join(), /cenote compact a\.b/);

  const preview = await table.compaction();
  assert.equal(preview.tasks.length, 1);
  const [task] = preview.tasks;
  assert.deepEqual([task.bucket, task.files.length, task.runsBefore, task.runsAfter], [0, 6, 6, 1]);
  assert.deepEqual(task.files.toSorted(), (await table.files()).map(({ name }) => name).toSorted());

  await table.compact();
  assert.deepEqual((await table.compaction({ full: true })).tasks, []);
  assert.ok(!(await table.doctor()).findings.some(({ rule }) => rule === 'read-amplification'));
});

test('verify tells what is missing', async () => {
  const { store, table } = await upserted(2);
  for (const level of ['metadata', 'files', 'rows']) assert.deepEqual((await table.verify({ level })).findings, []);
  assert.equal((await table.verify({ level: 'rows', all: true })).states, 2);
  const [file] = await table.files();
  // Where the store begins is its own business.
  for (const root of ['', 'wh/']) await store.delete(`${root}shop.db/orders/${file.path}`);
  const { findings } = await table.verify();
  assert.deepEqual(findings.map(({ fault, path }) => [fault, path]), [['missing', file.path]]);
  await assert.rejects(table.verify({ level: 'all' }), { kind: 'invalid' });
});

test('the engine answers them behind a worker', async () => {
  const engine = createEngine();
  await assert.rejects(engine.call('doctor', { table: 7 }), { kind: 'invalid' });
});
