// The small reader first, the full module when it is needed: which tables and calls need it, and that rows are right either way.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { freshPackage } from './fresh.mjs';
import { checksOf, failures, parseExact, runCheck, summary } from './golden.mjs';
import { GOLDEN, PACKAGE } from './package.mjs';
import { serve } from './server.mjs';

const READER = join(PACKAGE, 'wasm/reader_bg.wasm');
const FULL = join(PACKAGE, 'wasm/full_bg.wasm');
/** A package for development has the full module in both places: nothing can be missing there. */
const isBoth = !readFileSync(READER).equals(readFileSync(FULL));
const skip = !GOLDEN ? 'no golden tables beside this checkout' : !isBoth ? 'the package was built with one module only' : false;

/** Data files of a golden case that the reader cannot read. Nobody reads what waits in the postpone bucket. */
function foreignFiles(name) {
  const files = readdirSync(join(GOLDEN, name, 'warehouse'), { recursive: true }).map(String);
  return files.filter((file) => /\/(data|changelog)-[^/]*\.(orc|avro)$/.test(file) && !file.includes('/bucket-postpone/'));
}

const names = skip ? [] : readdirSync(GOLDEN).filter((name) => existsSync(join(GOLDEN, name, 'expect.json')));
const needFull = names.filter((name) => foreignFiles(name).length > 0);

async function checkCase(server, name, { openTable }, chosen = () => true) {
  const expect = parseExact(readFileSync(join(GOLDEN, name, 'expect.json'), 'utf8'));
  const location = `${server.url}/${name}/warehouse/${expect.database}.db/${encodeURIComponent(expect.table)}`;
  const results = [];
  for (const check of checksOf(expect).filter(chosen)) {
    results.push({ name, ...(await runCheck(expect, check, (branch) => openTable(location, { branch }))) });
  }
  return results;
}

async function served(context) {
  const server = await serve({ '': GOLDEN });
  context.after(() => server.close());
  return server;
}

test('states of tables of Parquet files are read by the reader alone', { skip }, async (context) => {
  const [server, cenote] = [await served(context), await freshPackage(context)];
  const results = [];
  for (const name of names.filter((name) => !needFull.includes(name))) {
    results.push(...(await checkCase(server, name, cenote, (check) => check.range === undefined)));
    assert.deepEqual(cenote.loaded(), ['reader'], name);
  }
  context.diagnostic(summary(results));
  assert.equal(failures(results), '');
  assert.ok(results.length > 400);
});

test('changes and system tables load the full module', { skip }, async (context) => {
  const server = await served(context);
  const location = `${server.url}/pk_dedup/warehouse/golden.db/pk_dedup`;
  const asks = [
    async (table) => { for await (const row of table.changes().rows()) return row; },
    async (table) => { for await (const row of (await table.system('files')).scan().rows()) return row; },
  ];
  for (const ask of asks) {
    const cenote = await freshPackage(context);
    const table = await cenote.openTable(location);
    assert.deepEqual(cenote.loaded(), ['reader']);
    assert.ok(await ask(table));
    assert.deepEqual(cenote.loaded(), ['reader', 'full']);
    table.close();
  }
  const cenote = await freshPackage(context);
  const files = await cenote.openTable(`${location}$files`);
  assert.deepEqual(cenote.loaded(), ['reader', 'full']);
  files.close();
});

test('tables of other files load the full module, and their rows are right', { skip }, async (context) => {
  const server = await served(context);
  assert.ok(needFull.length >= 10);
  for (const name of needFull) {
    const cenote = await freshPackage(context);
    const results = await checkCase(server, name, cenote);
    assert.equal(failures(results), '', name);
    assert.deepEqual(cenote.loaded(), ['reader', 'full'], name);
  }
});

test('the full module alone reads every table', { skip }, async (context) => {
  const [server, cenote] = [await served(context), await freshPackage(context)];
  await cenote.load({ full: true });
  const results = [];
  for (const name of names) results.push(...(await checkCase(server, name, cenote)));
  context.diagnostic(summary(results));
  assert.equal(failures(results), '');
  assert.deepEqual(cenote.loaded(), ['full']);
});

test('an open table goes over in mid-life, and keeps its log', { skip }, async (context) => {
  const [server, cenote] = [await served(context), await freshPackage(context)];
  const warehouse = await cenote.openWarehouse(`${server.url}/pk_dedup/warehouse`);
  const table = await warehouse.table('golden', 'pk_dedup');
  const count = async (rows) => {
    let found = 0;
    for await (const row of rows.rows()) found += row ? 1 : 0;
    return found;
  };
  const rows = await count(table.scan());
  const before = table.io();
  assert.deepEqual(cenote.loaded(), ['reader']);
  const cursor = await table.cursor();
  const [report, verified] = await Promise.all([table.doctor(), table.verify()]);
  assert.ok(Array.isArray(report.findings), JSON.stringify(report));
  assert.ok(verified);
  assert.deepEqual(cenote.loaded(), ['reader', 'full']);
  assert.equal((await cursor.rows(1)).rows.length, 1, 'what was under way goes on');
  cursor.close();
  assert.equal(await count(table.scan()), rows);
  const after = table.io();
  assert.ok(after.totals.requests > before.totals.requests);
  const seqs = after.requests.map(({ seq }) => seq);
  assert.deepEqual(seqs, seqs.toSorted((a, b) => a - b));
  assert.equal(new Set(seqs).size, seqs.length);
  assert.equal(table.io({ since: seqs.at(-1) }).requests.length, 0);
  assert.ok(warehouse.io().totals.requests >= after.totals.requests);
  table.close();
  await assert.rejects(async () => table.snapshots(), { kind: 'invalid' });
  warehouse.close();
});

test('the error of a reader that is alone says what it lacks', { skip }, async (context) => {
  const [server, cenote] = [await served(context), await freshPackage(context)];
  await cenote.load({ fullModule: new Uint8Array([0, 97, 115, 109]) });
  const table = await cenote.openTable(`${server.url}/types_orc/warehouse/golden.db/types_orc`);
  await assert.rejects(table.cursor(), { kind: 'internal' });
  assert.deepEqual(cenote.loaded(), ['reader']);
});

test('what is written by the full module is read by tables of the reader', { skip: isBoth ? false : skip }, async (context) => {
  const cenote = await freshPackage(context);
  const store = cenote.memory();
  const writing = await freshPackage(context);
  const made = await (await writing.openWarehouse('memory:/wh', { storage: store }))
    .createTable('shop', 'orders', { fields: { id: 'INT' } });
  const writer = await made.write();
  await writer.append([{ id: 1 }]);
  await writer.commit();
  const warehouse = await cenote.openWarehouse('memory:/wh', { storage: store });
  const reading = await warehouse.table('shop', 'orders');
  assert.deepEqual(cenote.loaded(), ['reader']);
  const other = await warehouse.table('shop', 'orders');
  const second = await other.write();
  await second.append([{ id: 2 }]);
  await second.commit();
  assert.deepEqual(cenote.loaded(), ['reader', 'full']);
  const ids = [];
  // At once: within the time for which the state at opening passes for the latest.
  for await (const row of reading.scan().rows()) ids.push(row.id);
  assert.deepEqual(ids.sort(), [1, 2]);
});

test('a rare codec loads the full module', { skip: isBoth ? false : skip }, async (context) => {
  const [writing, cenote] = [await freshPackage(context), await freshPackage(context)];
  const store = writing.memory();
  const definition = { fields: { id: 'INT', name: 'STRING' }, options: { 'file.compression': 'brotli' } };
  const made = await (await writing.openWarehouse('memory:/wh', { storage: store })).createTable('shop', 'orders', definition);
  const writer = await made.write();
  await writer.append([{ id: 1, name: 'one' }, { id: 2, name: 'two' }]);
  await writer.commit();
  const table = await (await cenote.openWarehouse('memory:/wh', { storage: store })).table('shop', 'orders');
  const files = await table.files();
  assert.ok(JSON.stringify(files).includes('.parquet'));
  assert.deepEqual(cenote.loaded(), ['reader']);
  const rows = [];
  for await (const row of table.scan().rows()) rows.push(row);
  assert.deepEqual(rows, [{ id: 1, name: 'one' }, { id: 2, name: 'two' }]);
  assert.deepEqual(cenote.loaded(), ['reader', 'full']);
});

test('in a worker, too', { skip }, async (context) => {
  const [server, cenote] = [await served(context), await freshPackage(context)];
  const worker = await cenote.inWorker();
  context.after(() => worker.close());
  for (const name of ['pk_dedup', 'types_orc']) assert.equal(failures(await checkCase(server, name, worker)), '');
  const bytes = await worker.memory();
  assert.ok(bytes > 0 && statSync(READER).size < statSync(FULL).size);
  assert.deepEqual(cenote.loaded(), [], 'nothing is loaded on this thread');
});
