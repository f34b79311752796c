// Broken and lying tables and servers: a typed error that names the file, and an engine that goes on working.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { GOLDEN, load } from './package.mjs';
import { serve } from './server.mjs';

const { CenoteError, memory, openTable } = await load();
const skip = GOLDEN ? false : 'no golden tables beside this checkout';
const place = (name) => GOLDEN && join(GOLDEN, `${name}/warehouse/golden.db/${name}`);
const TABLE = place('pk_dedup');

/** The table's files by path. */
function tableFiles(folder = TABLE, prefix = '') {
  return readdirSync(folder).flatMap((name) => {
    const [path, inside] = [join(folder, name), `${prefix}${name}`];
    return statSync(path).isDirectory() ? tableFiles(path, `${inside}/`) : [[inside, new Uint8Array(readFileSync(path))]];
  });
}

async function readAll(store) {
  const table = await openTable('t', { storage: store });
  let count = 0;
  for await (const _ of table.scan().rows()) count += 1;
  table.close();
  return count;
}

/** Reads with one file changed; the engine must still read the sound table afterwards. */
async function damaged(match, change, judge, folder = TABLE, rows = 20) {
  const sound = tableFiles(folder);
  const victims = sound.filter(([path]) => match.test(path));
  assert.ok(victims.length > 0, `no file like ${match}`);
  for (const [victim, bytes] of victims) {
    const files = new Map(sound);
    files.set(victim, change(bytes));
    judge(await readAll(memory(files)).then((rows) => ({ rows }), (error) => ({ error })), victim);
  }
  assert.equal(await readAll(memory(sound)), rows);
}

const KINDS = [/^snapshot\/snapshot-\d+$/, /^schema\/schema-0$/, /^manifest\/manifest-[^l]/, /^manifest\/manifest-list/, /\.parquet$/];

test('truncated files give typed errors that name the file', { skip }, async () => {
  for (const kind of KINDS) {
    for (const keep of [0, 0.5, 0.95]) {
      await damaged(kind, (bytes) => bytes.slice(0, Math.floor(bytes.length * keep)), ({ rows, error }, victim) => {
        // Older snapshots and manifests of earlier states are not read at all.
        if (error === undefined) return assert.equal(rows, 20, victim);
        assert.ok(error instanceof CenoteError, `${victim}: ${error}`);
        assert.ok(['corrupt', 'not found'].includes(error.kind), `${victim}: ${error.kind}: ${error.message}`);
        assert.match(`${error.path} ${error.message}`, new RegExp(victim.split('/').pop()), `${victim}: ${error.path}`);
      });
    }
  }
});

test('flipped bytes never crash the engine', { skip }, async () => {
  for (const kind of KINDS) {
    for (let seed = 1; seed <= 20; seed += 1) {
      await damaged(kind, (bytes) => flip(bytes, seed), ({ error }, victim) => {
        if (error) assert.notEqual(error.kind, 'internal', `${victim}, seed ${seed}: ${error.message}`);
      });
    }
  }
});

/** Files of other formats: data files, deletion vectors and the manifests that name them. */
const OTHERS = [
  ['compress_orc', /\.orc$/], ['compress_avro', /\.avro$/], ['types_orc', /\.orc$/], ['types_avro', /\.avro$/],
  ['pk_dv', /^index\/index-[^m]/], ['pk_dv', /^manifest\/index-manifest/],
];

test('damaged ORC, Avro and index files give typed errors or sound rows', { skip }, async () => {
  for (const [name, kind] of OTHERS) {
    const folder = place(name);
    const rows = await readAll(memory(tableFiles(folder)));
    const judge = ({ error }, victim) => {
      if (error === undefined) return;
      assert.ok(error instanceof CenoteError, `${name} ${victim}: ${error}`);
      assert.notEqual(error.kind, 'internal', `${name} ${victim}: ${error.message}`);
    };
    for (const keep of [0, 0.5, 0.95]) await damaged(kind, (bytes) => bytes.slice(0, Math.floor(bytes.length * keep)), judge, folder, rows);
    for (let seed = 1; seed <= 8; seed += 1) await damaged(kind, (bytes) => flip(bytes, seed), judge, folder, rows);
  }
});

function flip(bytes, seed) {
  const changed = bytes.slice();
  const place = (seed * 2654435761) % Math.max(changed.length, 1);
  changed[place] ^= 1 << (seed % 8);
  return changed;
}

test('missing files give not found', { skip }, async () => {
  for (const kind of [/^manifest\/manifest-[^l]/, /\.parquet$/]) {
    const files = new Map(tableFiles());
    for (const path of [...files.keys()].filter((path) => kind.test(path))) files.delete(path);
    await assert.rejects(readAll(memory(files)), { kind: 'not found' });
  }
  await assert.rejects(openTable('t', { storage: memory() }), { kind: 'not found' });
});

test('bad arguments are named', { skip }, async () => {
  const table = await openTable('t', { storage: memory(tableFiles()) });
  await assert.rejects(table.cursor({ columns: ['nope'] }), { kind: 'invalid' });
  await assert.rejects(table.cursor({ filter: 'id >' }), { kind: 'invalid' });
  await assert.rejects(table.cursor({ snapshot: 999 }), { kind: 'not found' });
  await assert.rejects(table.cursor({ tag: 'nope' }), { kind: 'not found' });
  await assert.rejects(openTable('s3://bucket/t'), { kind: 'invalid' });
  await assert.rejects(openTable('t', { storage: { get: async () => 'bytes' } }), { kind: 'invalid' });
});

test('servers without ranges, with 403 for absence, and unreachable ones', { skip }, async () => {
  for (const how of [{}, { ranges: false }, { missing: 403 }]) {
    const server = await serve({ '': TABLE }, how);
    const table = await openTable(server.url);
    let rows = 0;
    for await (const _ of table.scan().rows()) rows += 1;
    assert.equal(rows, 20, JSON.stringify(how));
    assert.ok(server.log.every(({ method }) => method === 'GET'));
    await server.close();
  }
  await assert.rejects(openTable('http://127.0.0.1:9/t'), { kind: 'unavailable' });
});

test('a scan stops on abort, and the next one runs', { skip }, async () => {
  const server = await serve({ '': TABLE }, { delayMillis: 50 });
  const table = await openTable(server.url);
  await assert.rejects(table.cursor({ signal: AbortSignal.timeout(10) }).then((cursor) => cursor.rows(10)), { name: 'TimeoutError' });
  let rows = 0;
  for await (const _ of table.scan().rows()) rows += 1;
  assert.equal(rows, 20);
  await server.close();
});
