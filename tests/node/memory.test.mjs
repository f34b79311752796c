// Memory comes back when the tables of a worker are closed: figures of the process, not of our own counting alone.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { ROWS, withBigTable } from './big_table.mjs';
import { collect } from './garbage.mjs';
import { load } from './package.mjs';

const { inWorker } = await load();
const MB = 1 << 20;
const mb = (bytes) => `${(bytes / MB).toFixed(0)} MB`;

/** What the system gives this process, after its garbage is gone. */
async function resident() {
  for (let turn = 0; turn < 5; turn += 1) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 50));
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
    for (let turn = 0; turn < 250 && engine.isRunning; turn += 1) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(engine.isRunning, false);
    const after = await resident();
    context.diagnostic(`round ${round}: engine ${mb(used)}; process ${mb(before)} before, ${mb(peak)} open, ${mb(after)} closed`);
    assert.ok(used > 50 * MB, `the engine took ${mb(used)}`);
    assert.ok(peak - after > 0.6 * used, `${mb(peak - after)} of ${mb(used)} came back`);
  }
  await engine.close();
}));
