// An engine that stops, on the caller's own thread or in a worker: whatever waits is told, and the next opening has a new one.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { BroadcastChannel, Worker } from 'node:worker_threads';

import { ROWS, withBigTable } from './big_table.mjs';
import { freshModules } from './fresh.mjs';
import { PACKAGE, load } from './package.mjs';

const wait = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

/** A store that holds back what is asked for from `hold` to `release`. */
function holding(store) {
  const held = [];
  let holds = false;
  return {
    async get(...asked) {
      if (holds) await new Promise((resolve) => held.push(resolve));
      return store.get(...asked);
    },
    list: (...asked) => store.list(...asked),
    hold: () => (holds = true),
    get waiting() {
      return held.length;
    },
    release() {
      holds = false;
      held.forEach((go) => go());
    },
  };
}

for (const full of [false, true]) {
  const module = full ? 'full' : 'reader';
  test(`what the ${module} module is doing fails when it stops, and what is opened next works`, (context) => withBigTable(async (folder) => {
    const modules = freshModules(context);
    const { load, local, loaded, openTable, InternalError } = await modules('index.js');
    await load({ full });
    assert.deepEqual(loaded(), [module]);
    const storage = holding(local().open(join(folder, 'db.db/t')));
    const table = await openTable('t', { storage });
    const cursor = await table.cursor();
    storage.hold();
    const calls = [cursor.rows(10), openTable('t', { storage })];
    calls.forEach((call) => call.catch(() => undefined));
    while (storage.waiting < calls.length) await wait(1);
    // What no correct program does, as a stand-in for a bug: the memory of the engine is overwritten.
    const { memory } = await (await modules(`wasm/${module}.js`)).default();
    new Uint8Array(memory.buffer).fill(0xff);
    storage.release();
    for (const call of calls) {
      await assert.rejects(call, (error) => error instanceof InternalError && /the engine stopped/.test(error.message) && /again/.test(error.hint));
    }
    assert.deepEqual(loaded(), []);
    await assert.rejects(table.snapshots(), { kind: 'internal', message: /open it again/ });
    cursor.close();
    table.close();

    const next = await openTable('t', { storage });
    assert.equal((await next.snapshots()).length, 1);
    const rows = await next.cursor();
    assert.equal((await rows.rows(ROWS)).rows.length, ROWS);
    rows.close();
    next.close();
  }));
}

test('what a worker is doing fails when its engine stops, and what is opened next has a new worker', () => withBigTable(async (folder) => {
  const { inWorker, local, InternalError } = await load();
  const [worker, reader] = ['worker.js', 'wasm/reader.js'].map((file) => JSON.stringify(pathToFileURL(join(PACKAGE, file)).href));
  const script = `
    const { BroadcastChannel } = require('node:worker_threads');
    const channel = new BroadcastChannel('cenote-trap');
    channel.onmessage = async () => {
      const { memory } = await (await import(${reader})).default();
      new Uint8Array(memory.buffer).fill(0xff);
      channel.postMessage('overwritten');
    };
    import(${worker});`;
  const channel = new BroadcastChannel('cenote-trap');
  const engine = await inWorker({ worker: () => new Worker(script, { eval: true }) });
  const storage = holding(local().open(join(folder, 'db.db/t')));
  const cursor = await (await engine.openTable('t', { storage })).cursor();
  storage.hold();
  const call = cursor.rows(10);
  call.catch(() => undefined);
  while (storage.waiting === 0) await wait(1);
  await new Promise((resolve) => {
    channel.onmessage = resolve;
    channel.postMessage('overwrite');
  });
  channel.close();
  storage.release();
  await assert.rejects(call, (error) => error instanceof InternalError && /the engine stopped/.test(error.message));
  assert.equal(engine.isRunning, false);

  const next = await engine.openTable('t', { storage });
  assert.equal((await next.snapshots()).length, 1);
  await engine.close();
}));
