// Memory comes back when tables are closed, in a worker and on this thread: figures of the process, not of our own counting alone.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { ROWS, withBigTable } from './big_table.mjs';
import { freshModules, freshPackage } from './fresh.mjs';
import { collect } from './garbage.mjs';
import { PACKAGE, load } from './package.mjs';

const { inWorker } = await load();
const wait = (millis) => new Promise((resolve) => setTimeout(resolve, millis));
const MB = 1 << 20;
const mb = (bytes) => `${(bytes / MB).toFixed(0)} MB`;

/** What the system gives this process, after its garbage is gone. */
async function resident() {
  for (let turn = 0; turn < 5; turn += 1) {
    collect();
    await wait(50);
  }
  return process.memoryUsage.rss();
}

test('the memory of a worker comes back with the last close, each time', (context) => withBigTable(async (folder) => {
  const engine = await inWorker({ idleMillis: 20 });
  for (let round = 1; round <= 3; round += 1) {
    const before = await resident();
    const table = await engine.openTable(join(folder, 'db.db/t'));
    const cursor = await table.cursor();
    assert.equal((await cursor.rows(ROWS)).rows.length, ROWS);
    const used = await engine.memory();
    const peak = await resident();
    cursor.close();
    table.close();
    for (let turn = 0; turn < 250 && engine.isRunning; turn += 1) await wait(20);
    assert.equal(engine.isRunning, false);
    const after = await resident();
    context.diagnostic(`round ${round}: engine ${mb(used)}; process ${mb(before)} before, ${mb(peak)} open, ${mb(after)} closed`);
    assert.ok(used > 50 * MB, `the engine took ${mb(used)}`);
    assert.ok(peak - after > 0.6 * used, `${mb(peak - after)} of ${mb(used)} came back`);
  }
  await engine.close();
}));

test('the memory of this thread comes back when all is closed, each time', (context) => withBigTable(async (folder) => {
  const { openTable, openWarehouse, load: start, loaded } = await load();
  const { engineBytes } = await load('load.js');
  await start({ idleMillis: 20 });
  const stopped = async () => {
    for (let turn = 0; turn < 100 && loaded().length > 0; turn += 1) await wait(20);
    assert.deepEqual(loaded(), []);
    assert.equal(engineBytes(), 0);
  };
  // What load() starts waits for whoever is about to open something.
  await wait(100);
  assert.ok(loaded().length > 0);
  for (let round = 1; round <= 3; round += 1) {
    const before = await resident();
    const warehouse = await openWarehouse(folder);
    const table = await warehouse.table('db', 't');
    const cursor = await table.cursor();
    assert.equal((await cursor.rows(ROWS)).rows.length, ROWS);
    // Each keeps the memory by itself.
    warehouse.close();
    table.close();
    await wait(100);
    const used = engineBytes();
    const peak = await resident();
    assert.deepEqual((await cursor.rows(1)).rows, []);
    cursor.close();
    await stopped();
    const after = await resident();
    context.diagnostic(`round ${round}: engine ${mb(used)}; process ${mb(before)} before, ${mb(peak)} open, ${mb(after)} closed`);
    assert.ok(used > 50 * MB, `the engine took ${mb(used)}`);
    assert.ok(peak - after > 0.6 * used, `${mb(peak - after)} of ${mb(used)} came back`);
  }
  // A table that is forgotten is closed, too; one that is held is not.
  await (async () => (await openTable(join(folder, 'db.db/t'))).snapshots())();
  const held = await openTable(join(folder, 'db.db/t'));
  await resident();
  assert.ok(engineBytes() > 0);
  assert.equal((await held.snapshots()).length, 1);
  held.close();
  for (let turn = 0; turn < 100 && loaded().length > 0; turn += 1) {
    collect();
    await wait(20);
  }
  await stopped();
}));

test('what begins anew begins as small as it was asked for', (context) => withBigTable(async (folder) => {
  const read = async ({ openTable, loaded }) => {
    const table = await openTable(join(folder, 'db.db/t'));
    assert.equal((await table.snapshots()).length, 1);
    const begun = loaded();
    // Only the full module knows.
    await table.doctor();
    const needed = loaded();
    table.close();
    for (let turn = 0; turn < 100 && loaded().length > 0; turn += 1) await wait(20);
    return [begun, needed, loaded()];
  };
  const [small, whole] = [await freshPackage(context), await freshPackage(context)];
  await small.load({ idleMillis: 10 });
  await whole.load({ full: true, idleMillis: 10 });
  const both = readFileSync(join(PACKAGE, 'wasm/reader_bg.wasm')).equals(readFileSync(join(PACKAGE, 'wasm/full_bg.wasm')));
  for (let round = 1; round <= 2; round += 1) {
    // A package for development has the full module in both places: nothing is missing there.
    assert.deepEqual(await read(small), [['reader'], both ? ['reader'] : ['reader', 'full'], []]);
    assert.deepEqual(await read(whole), [['full'], ['full'], []]);
  }
}));

test('nothing of an instance that was ended touches the next one', (context) => withBigTable(async (folder) => {
  // Of its own: those of the package end when the table that was written has been closed for a while.
  const bindings = await freshModules(context)('wasm/full.js');
  const { local } = await load();
  const store = local().open(join(folder, 'db.db/t'));
  const open = (from) => bindings.openTable(from, 'here', 't', undefined, undefined);
  await bindings.default({ module_or_path: await readFile(join(PACKAGE, 'wasm/full_bg.wasm')) });
  // What is left behind: a table, a cursor, one that only the garbage collector knows, and a call whose store has not answered.
  const old = await open(store);
  const cursor = await old.scan('{}');
  await (async () => open(store))();
  let answer;
  const late = open({ get: () => new Promise((resolve) => (answer = resolve)) });
  while (answer === undefined) await wait(1);
  let isSettled = false;
  late.finally(() => (isSettled = true)).catch(() => undefined);

  const module = bindings.__wbg_reset_state();
  assert.ok(module instanceof WebAssembly.Module);
  await bindings.default({ module_or_path: module });
  const next = await open(store);
  const rows = await next.scan('{"limit": 3}');
  answer(null);
  old.free();
  assert.throws(() => old.io(0), /open it again|null pointer/);
  await assert.rejects(async () => cursor.nextRows(1), /open it again/);
  cursor.free();
  for (let turn = 0; turn < 5; turn += 1) {
    collect();
    await wait(20);
  }
  assert.equal(isSettled, false, 'nobody answers for the old instance');
  assert.equal(JSON.parse(await rows.nextRows(10)).rows.length, 3);
  assert.equal(JSON.parse(await next.request('{"method": "snapshots", "params": {}}')).length, 1);
  rows.free();
  next.free();
  bindings.__wbg_reset_state();
}));
