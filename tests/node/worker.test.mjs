// The engine in a worker: the same API, whatever crosses the line, and memory that comes back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

import { freshPackage } from './fresh.mjs';
import { collect } from './garbage.mjs';
import { GOLDEN, PACKAGE, load } from './package.mjs';
import { s3Server } from './s3_server.mjs';
import { serve } from './server.mjs';

const cenote = await load();
const { CancelledError, InternalError, InvalidError, NotFoundError, UnavailableError, inWorker, memory, http, presigned, s3 } = cenote;
const skip = GOLDEN ? false : 'no golden tables beside this checkout';
const place = (name) => `${GOLDEN}/${name}/warehouse/golden.db/${name}`;
const wait = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

/** Waits until the worker has ended; it does not, when this takes too long. */
async function ended(engine, between = () => undefined) {
  for (let turn = 0; turn < 250 && engine.isRunning; turn += 1) {
    between();
    await wait(20);
  }
  assert.equal(engine.isRunning, false, 'the worker has ended');
}

/** All of something that is iterated. */
async function all(items) {
  const list = [];
  for await (const item of items) list.push(item);
  return list;
}

async function withEngine(run, options, { inWorker: begin } = cenote) {
  const engine = await begin(options);
  try {
    return await run(engine);
  } finally {
    await engine.close();
  }
}

test('a table of a worker says what one of this thread says, and asks its store the same', { skip }, async (context) => {
  // What was asked before would count: a module that runs already is begun with, here or there.
  const cenote = await freshPackage(context);
  await withEngine(async (engine) => {
    const [there, here] = await Promise.all([engine.openTable(place('changelog_lookup')), cenote.openTable(place('changelog_lookup'))]);
    // For a second the snapshot that opening found is the latest, which saves requests: neither shall have that, however slow this machine is.
    await wait(1100);
    const asks = {
      schema: (table) => [table.name, table.schema],
      snapshots: (table) => table.snapshots(),
      files: (table) => table.files(),
      info: (table) => table.describe(),
      rows: (table) => all(table.scan().rows()),
      changes: (table) => all(table.changes({ from: 3, to: 6 }).rows()),
      batches: (table) => all(table.at({ snapshot: 3 }).scan()),
      explain: (table) => table.explain({ filter: 'id = 1' }),
      system: async (table) => all((await table.system('files')).scan().rows()),
      doctor: (table) => table.doctor(),
    };
    for (const [name, ask] of Object.entries(asks)) {
      assert.deepEqual(await ask(there), await ask(here), name);
      assert.deepEqual(there.io().totals, here.io().totals, `requests up to ${name}`);
      assert.deepEqual(askedBy(there), askedBy(here), `requests up to ${name}`);
    }
    const seen = there.io().requests.at(-1).seq;
    await there.snapshots();
    const fresh = there.io({ since: seen }).requests;
    assert.ok(fresh.length > 0 && fresh.every(({ seq }) => seq > seen));
    here.close();
  }, {}, cenote);
});

/** The requests of a table or a warehouse but for when they were made; those that run side by side may end in any order. */
function askedBy(opened) {
  return opened.io().requests.map(({ seq, startMillis, durationMillis, ...request }) => JSON.stringify(request)).sort();
}

test('a warehouse of a worker counts the requests of its tables and of their system tables', { skip }, async (context) => {
  const cenote = await freshPackage(context);
  await withEngine(async (engine) => {
    const asked = async ({ openWarehouse }) => {
      const warehouse = await openWarehouse(`${GOLDEN}/pk_dedup/warehouse`);
      const table = await warehouse.table('golden', 'pk_dedup');
      await wait(1100);
      await all(table.scan().rows());
      const system = await table.system('snapshots');
      await all(system.scan().rows());
      const counts = [warehouse, table, system].map((opened) => [opened.io().totals, askedBy(opened)]);
      warehouse.close();
      await all(table.scan().rows());
      counts.push([table.io().totals, askedBy(table)]);
      [system, table].forEach((opened) => opened.close());
      return counts;
    };
    const [there, here] = await Promise.all([asked(engine), asked(cenote)]);
    assert.deepEqual(there, here);
    assert.ok(there.every(([{ requests }]) => requests > 0));
  }, {}, cenote);
});

test('pages, files and progress come over the line', { skip }, () => withEngine(async (engine) => {
  const told = async ({ openTable }) => {
    const table = await openTable(place('changelog_lookup'));
    const [cursor, passed] = [await table.cursor(), []];
    const pages = [];
    for (const offset of [6, 0, 3]) pages.push(await cursor.rowsAt(offset, 3, { passed: async (row) => passed.push(row) }));
    const files = {};
    for (const format of ['csv', 'ndjson', 'arrow', 'parquet']) {
      const source = await table.cursor();
      files[format] = [];
      for await (const { bytes, rows } of source.file(format)) files[format].push([Buffer.from(bytes).toString('base64'), rows]);
      source.close();
    }
    const heard = [];
    const sizes = await table.snapshotSizes({ first: 1, last: 4, onProgress: (progress) => heard.push(progress) });
    // The last may be heard when the answer is there.
    await wait(50);
    [cursor, table].forEach((open) => open.close());
    return { pages, passed, files, heard, sizes };
  };
  const there = await told(engine);
  assert.deepEqual(there, await told(cenote));
  assert.ok(there.heard.length > 0);
  await assert.rejects(async () => {
    const cursor = await (await engine.openTable(place('pk_dedup'))).cursor();
    for await (const part of cursor.file('docx')) assert.fail(String(part));
  }, { kind: 'invalid' });
}));

test('several tables are read at once', { skip }, () => withEngine(async (engine) => {
  const names = ['pk_dedup', 'append_plain', 'changelog_lookup', 'large_append'];
  const tables = await Promise.all(names.map((name) => engine.openTable(place(name))));
  const count = async (table) => (await all(table.scan().rows())).length;
  const counts = await Promise.all(tables.map(count));
  assert.deepEqual(counts, await Promise.all(names.map(async (name) => count(await cenote.openTable(place(name))))));
  assert.ok(counts.every((count) => count > 0), String(counts));
}));

test('batches move, they are not copied', { skip }, () => withEngine(async (engine) => {
  const table = await engine.openTable(place('large_append'));
  for await (const batch of table.scan({ limit: 10 })) assert.equal(batch.byteLength, batch.buffer.byteLength, 'the buffer is the batch alone');
}));

test('errors are of their classes on this side, too', { skip }, () => withEngine(async (engine) => {
  await assert.rejects(engine.openTable('/nowhere/at/all'), NotFoundError);
  const table = await engine.openTable(place('pk_dedup'));
  await assert.rejects(all(table.scan({ filter: 'nonsense = 1' })), InvalidError);
  await assert.rejects(table.at({ snapshot: 99 }).scan().cursor(), (error) => error instanceof NotFoundError && /no snapshot 99/.test(error.message));
  table.close();
  await assert.rejects(table.snapshots(), { kind: 'invalid', message: /closed/ });
}));

test('a store of the page is called from the worker', () => withEngine(async (engine) => {
  const store = memory();
  const warehouse = await engine.openWarehouse('memory:/w', { storage: store });
  const fields = { id: 'BIGINT NOT NULL', v: 'STRING' };
  const table = await warehouse.createTable('db', 't', { fields, primaryKey: ['id'], options: { bucket: 1 } });
  await using(await table.write(), async (writer) => {
    await writer.upsert([{ id: 1n, v: 'a' }, { id: 2, v: 'b' }]);
    assert.deepEqual(await writer.commit(), { snapshot: 1, rows: 2, files: 1 });
  });
  assert.deepEqual(await all(table.scan().rows()), [{ id: 1n, v: 'a' }, { id: 2n, v: 'b' }]);
  assert.ok((await store.list('db.db/t/snapshot')).files.length > 0, 'the files are in the store of this thread');
  await warehouse.dropTable('db', 't');
}));

async function using(writer, run) {
  try {
    await run(writer);
  } finally {
    await writer.abort();
  }
}

test('what a store of the page throws, and its aborts, cross the line', () => withEngine(async (engine) => {
  const broken = { get: async () => { throw new Error('the disk is on fire'); } };
  await assert.rejects(engine.openTable('x:/t', { storage: broken }), (error) => error instanceof UnavailableError && /on fire/.test(error.message));
  let aborted = 0;
  const slow = { get: (_, { signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject((aborted += 1) && signal.reason))) };
  await assert.rejects(engine.openTable('x:/t', { storage: slow, signal: AbortSignal.timeout(50) }), { name: 'TimeoutError' });
  await wait(100);
  assert.ok(aborted > 0, 'the store was told');
}));

test('http, signing functions and providers work from a worker', { skip }, async () => {
  const server = await serve({ '': GOLDEN });
  await withEngine(async (engine) => {
    const path = 'pk_dedup/warehouse/golden.db/pk_dedup';
    const storage = http({ headers: new Headers({ 'X-Test': '1' }) });
    const expected = (await all((await cenote.openTable(place('pk_dedup'))).scan().rows())).length;
    assert.equal((await all((await engine.openTable(`${server.url}/${path}`, { storage })).scan().rows())).length, expected);
    const signed = [];
    const links = presigned((file) => new URL(`${server.url}/${path}/${file}?signature=${signed.push(file)}`));
    assert.equal((await all((await engine.openTable('', { storage: links })).scan().rows())).length, expected);
    assert.ok(signed.length > 3);
    const own = http({ fetch: (url, init) => fetch(new URL(String(url).replace('nowhere.invalid', new URL(server.url).host)), init) });
    assert.equal((await all((await engine.openTable(`http://nowhere.invalid/${path}`, { storage: own })).scan().rows())).length, expected);
  });
  await server.close();
});

test('S3 is read and written from a worker: keys, session, provider, anonymous', async () => {
  const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
  for (const [how, serverHow, options] of [
    ['keys', { credentials }, { credentials }],
    ['a session', { credentials }, { credentials: { ...credentials, sessionToken: 'token' } }],
    ['a provider', { credentials }, { provider: async () => credentials }],
    ['anonymous', {}, {}],
  ]) {
    const server = await s3Server(serverHow);
    await withEngine(async (engine) => {
      const warehouse = await engine.openWarehouse('s3://bucket/wh', { storage: s3({ endpoint: server.url, ...options }) });
      const table = await warehouse.createTable('db', 't', { fields: { id: 'INT' } });
      await using(await table.write(), async (writer) => {
        await writer.append([{ id: 1 }, { id: 2 }]);
        await writer.commit();
      });
      assert.deepEqual(await all(table.scan().rows()), [{ id: 1 }, { id: 2 }], how);
      assert.deepEqual(await warehouse.databases(), [{ name: 'db', tables: ['t'] }], how);
    });
    await server.close();
  }
});

test('leaving a loop closes the cursor, and the reader sets the pace', { skip }, async () => {
  const server = await serve({ '': GOLDEN });
  await withEngine(async (engine) => {
    const table = await engine.openTable(`${server.url}/large_append/warehouse/golden.db/large_append`);
    let before;
    for await (const row of table.scan().rows()) {
      assert.ok(row);
      await wait(200);
      before = server.log.length;
      await wait(400);
      break;
    }
    assert.equal(server.log.length, before, 'nothing is asked while nobody reads');
    await wait(100);
    assert.equal(server.log.length, before, 'nor afterwards');
  });
  await server.close();
});

test('the worker ends when all is closed, and comes back', { skip }, async () => {
  const engine = await inWorker({ idleMillis: 50 });
  const table = await engine.openTable(place('large_append'));
  const cursor = await table.cursor();
  await cursor.rows(10);
  table.close();
  await wait(200);
  assert.ok(engine.isRunning, 'a cursor is still open');
  assert.ok((await cursor.rows(10)).rows.length > 0);
  cursor.close();
  await ended(engine);
  assert.equal(await engine.memory(), 0);
  await assert.rejects(table.snapshots(), { kind: 'invalid' });
  const again = await engine.openTable(place('pk_dedup'));
  assert.ok(engine.isRunning && (await all(again.scan().rows())).length > 0);
  const waiting = assert.rejects(all(again.scan().rows()), CancelledError);
  await engine.close();
  await waiting;
  assert.equal(engine.isRunning, false);
});

test('a worker that cannot start says why', async () => {
  await assert.rejects(inWorker({ module: 'file:///nowhere/engine.wasm' }), { kind: 'internal', message: /cannot load the engine/ });
});

test('a worker that dies fails what waits, and the next opening has a new one', { skip }, async () => {
  let worker;
  const engine = await inWorker({ worker: () => (worker = new Worker(new URL('worker.js', pathToFileURL(`${PACKAGE}/`)))) });
  const table = await engine.openTable(place('pk_dedup'));
  const waiting = assert.rejects(all(table.scan().rows()), InternalError);
  await worker.terminate();
  await waiting;
  assert.equal(engine.isRunning, false);
  await assert.rejects(table.snapshots(), InvalidError);
  assert.ok((await all((await engine.openTable(place('pk_dedup'))).scan().rows())).length > 0);
  await engine.close();
});

test('an engine that stops takes its worker with it', async () => {
  const stops = `
    const { parentPort } = require('node:worker_threads');
    parentPort.on('message', ({ ask, method }) => {
      if (method === 'begin' || method === 'memory') parentPort.postMessage({ ok: ask });
      else parentPort.postMessage({ ask: 0, method: 'stopped', params: { kind: 'internal', message: 'the engine stopped: unreachable' } });
    });`;
  const engine = await inWorker({ worker: () => new Worker(stops, { eval: true }) });
  await assert.rejects(engine.openTable('x:/t', { storage: memory() }), { kind: 'internal', message: /unreachable/ });
  assert.equal(engine.isRunning, false);
});

test('tables that are forgotten are closed', { skip }, async () => {
  const engine = await inWorker({ idleMillis: 20 });
  await (async () => (await engine.openTable(place('pk_dedup'))).snapshots())();
  assert.ok(engine.isRunning);
  await ended(engine, collect);
});

test('a connection that dies in mid-scan is an error, and the worker goes on', { skip }, async () => {
  let isBroken = true;
  const half = { headers: { 'Content-Length': '100000' }, body: Buffer.from('PAR1'), cut: true };
  const server = await serve({ '': GOLDEN }, { instead: (path) => (isBroken && path.endsWith('.parquet') ? half : undefined) });
  const url = `${server.url}/pk_dedup/warehouse/golden.db/pk_dedup`;
  await withEngine(async (engine) => {
    const table = await engine.openTable(url);
    await assert.rejects(all(table.scan().rows()), UnavailableError);
    isBroken = false;
    assert.ok((await all(table.scan().rows())).length > 0, 'the same table reads when the server is back');
  });
  await server.close();
});
