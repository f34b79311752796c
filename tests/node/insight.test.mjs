// How tables lie in their files: checked against the list of files, system tables, and what was written.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { GOLDEN, load } from './package.mjs';

const { memory, openTable, openWarehouse } = await load();

const CASES = GOLDEN ? readdirSync(GOLDEN).filter((name) => existsSync(join(GOLDEN, name, 'expect.json'))) : [];
const expectation = (name) => JSON.parse(readFileSync(join(GOLDEN, name, 'expect.json'), 'utf8'));
const folder = (name) => {
  const { database, table } = expectation(name);
  return join(GOLDEN, name, 'warehouse', `${database}.db`, table);
};
const open = (name) => openTable(folder(name));
const sum = (values) => values.reduce((total, value) => total + Number(value), 0);
const by = (key) => (a, b) => (a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : 0);

async function allRows(table, options) {
  const rows = [];
  for await (const row of table.scan(options).rows()) rows.push(row);
  return rows;
}

/** A keyed table with a bucket, one level-0 file a list of ids. */
async function keyed(commits, options = {}) {
  const warehouse = await openWarehouse('memory:/wh', { storage: memory() });
  const definition = { fields: { id: 'INT NOT NULL', v: 'STRING' }, primaryKey: ['id'], options: { bucket: 1, 'write-only': true, ...options } };
  const table = await warehouse.createTable('shop', 'orders', definition);
  for (const ids of commits) {
    const writer = await table.write();
    await writer.upsert(ids.map((id) => ({ id, v: `v${id}` })));
    await writer.commit();
  }
  return table;
}

test('levels and pages agree with the list of files, in every golden table', { skip: !GOLDEN && 'no golden tables' }, async () => {
  let files = 0;
  for (const name of CASES) {
    const table = await open(name);
    const [listed, levels, page] = [await table.files(), await table.levels(), await table.filesPage({ limit: 1000, stats: true })];
    files += listed.length;
    assert.deepEqual([levels.files, levels.bytes, levels.rows], [listed.length, sum(listed.map(({ size }) => size)), sum(listed.map(({ rows }) => rows))], name);
    assert.deepEqual([page.total, page.bytes, page.rows], [levels.files, levels.bytes, levels.rows], name);
    assert.deepEqual(page.files.map(({ deletedByVector, hasVector, ...file }) => file), listed, name);
    assert.equal(sum(page.files.map(({ deletedByVector }) => deletedByVector ?? 0)), levels.deletedByVectors, name);
    // Null, empty and blank values share the default name: buckets of them are told apart by nothing here.
    const names = new Set(listed.map(({ partition, bucket }) => `${partition}/${bucket}`));
    assert.ok(levels.bucketCount === names.size || (name.includes('part_escape') && levels.bucketCount > names.size), name);
    assert.equal(sum(levels.fileSizes.histogram.map((one) => one.files)), listed.length, name);
    for (const bucket of levels.buckets) {
      const own = listed.filter((file) => file.partition === bucket.partition && file.bucket === bucket.bucket);
      assert.equal(sum(bucket.levels.map((one) => one.files)), bucket.files, name);
      if (levels.bucketCount === names.size) assert.equal(bucket.files, own.length, name);
      if (levels.keyed && bucket.bucket >= 0) assert.ok(bucket.depth >= 1 && bucket.depth <= bucket.sortedRuns, `${name}: ${bucket.depth} of ${bucket.sortedRuns}`);
    }
    table.close();
  }
  assert.ok(files > 300, `${files} files`);
});

test('the system table files says the same', { skip: !GOLDEN && 'no golden tables' }, async () => {
  const table = await open('pk_lsm_levels');
  const rows = await allRows(await table.system('files'));
  const { files } = await table.filesPage({ sort: 'name', limit: 1000 });
  const own = rows.map((row) => [row.file_path.split('/').at(-1), row.level, Number(row.record_count), Number(row.file_size_in_bytes)]);
  assert.deepEqual(files.map((file) => [file.name, file.level, file.rows, file.size]), own.sort((a, b) => (a[0] < b[0] ? -1 : 1)));
});

test('statistics come with a page where they are asked for', async () => {
  const table = await keyed([[1, 2]]);
  const [bare] = (await table.filesPage()).files;
  const [whole] = (await table.filesPage({ stats: true })).files;
  assert.equal('stats' in bare, false);
  assert.deepEqual(whole.stats.map(({ column, nullCount }) => [column, nullCount]), [['id', 0], ['v', 0]]);
  assert.deepEqual({ ...bare, stats: whole.stats }, whole);
});

test('sizes of snapshots add up, and tell how far they are', async () => {
  const table = await keyed([[1, 4], [3, 9], [4, 6]]);
  await table.compact({ full: true });
  const heard = [];
  const sizes = await table.snapshotSizes({ first: 1, last: 4, onProgress: (progress) => heard.push(progress) });
  assert.deepEqual(sizes.map(({ id, addedFiles, removedFiles, files }) => [id, addedFiles, removedFiles, files]), [[4, 1, 3, 1], [3, 1, 0, 3], [2, 1, 0, 2], [1, 1, 0, 1]]);
  for (const { id, bytes } of sizes) assert.equal(bytes, (await table.levels({ snapshot: id })).bytes);
  await new Promise((resolve) => { setTimeout(resolve, 10); });
  assert.deepEqual([heard[0], heard.at(-1)], [{ done: 0, total: 4 }, { done: 4, total: 4 }]);
  await assert.rejects(table.snapshotSizes({ first: 1, last: 900 }), { kind: 'invalid' });
  const stopped = AbortSignal.abort();
  await assert.rejects(table.snapshotSizes({ first: 1, last: 4, signal: stopped }), stopped.reason);
});

test('depth is the most files that one key meets', async () => {
  // At 4 three ranges meet: [1..4], [3..9], [4..6].
  const table = await keyed([[1, 4], [3, 9], [4, 6], [10, 12]]);
  const { depth, buckets: [bucket], levels } = await table.levels();
  assert.deepEqual([depth, bucket.depth, bucket.sortedRuns, bucket.files], [3, 3, 4, 4]);
  assert.deepEqual(levels.map(({ level, files, rows }) => [level, files, rows]), [[0, 4, 8]]);
  await table.compact({ full: true });
  const after = await table.levels();
  assert.deepEqual([after.depth, after.buckets[0].sortedRuns], [1, 1]);
  assert.deepEqual((await table.levels({ snapshot: 4 })).depth, 3);
});

test('pages are sorted, filtered and never larger than asked', async () => {
  const table = await keyed([[1, 2, 3], [4], [5, 6]]);
  const rows = async (query) => (await table.filesPage(query)).files.map((file) => file.rows);
  assert.deepEqual(await rows({ sort: 'rows' }), [1, 2, 3]);
  assert.deepEqual(await rows({ sort: 'rows', descending: true, limit: 2 }), [3, 2]);
  assert.deepEqual(await rows({ sort: 'rows', offset: 1, limit: 1 }), [2]);
  assert.deepEqual(await rows({ sort: 'sequence', descending: true }), [2, 1, 3]);
  assert.deepEqual(await rows({ filter: { level: 5 } }), []);
  assert.deepEqual(await rows({ offset: 99 }), []);
  const [first] = (await table.filesPage({ limit: 1 })).files;
  const found = await table.filesPage({ filter: { text: first.name.slice(-20).toUpperCase() } });
  assert.deepEqual([found.total, found.files[0].path], [1, first.path]);
  assert.deepEqual((await table.filesPage({ filter: { small: true } })).total, 3);
  await assert.rejects(table.filesPage({ sort: 'colour' }), { kind: 'invalid' });
  await assert.rejects(table.filesPage({ snapshott: 1 }), { kind: 'invalid' });
});

test('deletion vectors are counted by file', { skip: !GOLDEN && 'no golden tables' }, async () => {
  for (const name of ['append_dv', 'pk_dv', 'pk_dv_bitmap64']) {
    const table = await open(name);
    const [levels, rows] = [await table.levels(), await allRows(table)];
    const { files, total } = await table.filesPage({ filter: { deleted: true }, sort: 'deletedByVector', descending: true });
    assert.ok(total > 0 && files.every(({ hasVector, deletedByVector }) => hasVector && deletedByVector > 0), name);
    // Readers of these tables skip level 0; what is left is what files hold without what vectors hide.
    const seen = (await table.filesPage({ limit: 1000 })).files.filter(({ level }) => !levels.keyed || level > 0);
    assert.equal(sum(seen.map((file) => file.rows)) - sum(seen.map((file) => file.deletedByVector ?? 0)), rows.length, name);
  }
});

test('a table that was never written has no levels', async () => {
  const table = await keyed([]);
  const levels = await table.levels();
  assert.deepEqual([levels.snapshotId, levels.keyed, levels.files, levels.buckets], [null, true, 0, []]);
  assert.deepEqual((await table.filesPage()).files, []);
});

test('entries of manifests add up to what their lists say', { skip: !GOLDEN && 'no golden tables' }, async () => {
  for (const name of ['pk_lsm_levels', 'append_part_typed', 'manifest_merge', 'j09_pk_dedup', 'overwrite_dynamic']) {
    const table = await open(name);
    const manifests = await table.manifests();
    const live = new Map();
    for (const { name: manifest, list, size, added, deleted } of manifests) {
      const all = await table.manifestEntries({ name: manifest, limit: 1000 });
      assert.deepEqual([all.size, all.added, all.deleted, all.total], [size, added, deleted, added + deleted], name);
      assert.equal(all.entries.length, all.total, name);
      const paged = [];
      for (let offset = 0; offset < all.total; offset += 3) paged.push(...(await table.manifestEntries({ name: manifest, offset, limit: 3 })).entries);
      assert.deepEqual(paged, all.entries, name);
      if (list !== 'changelog') for (const { kind, ...file } of all.entries) live.set(`${file.path}@${file.level}`, { file, count: (live.get(`${file.path}@${file.level}`)?.count ?? 0) + (kind === 'ADD' ? 1 : -1) });
    }
    const left = [...live.values()].filter(({ count }) => count > 0).map(({ file }) => file);
    assert.deepEqual(left.sort(by('path')), (await table.files()).sort(by('path')), name);
  }
  const table = await open('pk_dedup');
  await assert.rejects(table.manifestEntries({ name: 'manifest-none' }), { kind: 'not found' });
  await assert.rejects(table.manifestEntries({ name: '../schema/schema-0' }), (error) => ['invalid', 'corrupt', 'not found'].includes(error.kind));
});

test('footers say what manifests and files say', { skip: !GOLDEN && 'no golden tables' }, async () => {
  const formats = new Map();
  for (const name of CASES) {
    const table = await open(name);
    for (const file of await table.files()) {
      const path = join(folder(name), file.path);
      if (file.external || !['parquet', 'orc', 'avro'].includes(file.format) || !existsSync(path)) continue;
      const footer = await table.footer({ path: file.path });
      formats.set(footer.format, (formats.get(footer.format) ?? 0) + 1);
      assert.deepEqual([footer.size, footer.path], [statSync(path).size, file.path], name);
      if (footer.format === 'avro') {
        assert.ok(footer.metadata.some(({ key }) => key === 'avro.schema'), name);
        continue;
      }
      assert.equal(footer.rows, file.rows, `${name}: ${file.path}`);
      assert.equal(sum(footer.groups.map((group) => group.rows)), file.rows, name);
      assert.ok(footer.groups.every(({ chunks }) => chunks.length === footer.columns.length), name);
      for (const { column, min, max, nullCount } of file.stats) {
        const chunks = footer.groups.flatMap((group) => group.chunks.filter((chunk) => chunk.column === column && chunk.min !== null));
        if (typeof min !== 'number' || !/^(INT|LONG)/.test(chunks[0]?.type) || chunks.length !== footer.groups.length || chunks.length === 0 || typeof chunks[0].min !== 'number') continue;
        // Of whole numbers: bounds of floating point are widened by their writers.
        assert.ok(Math.min(...chunks.map((chunk) => chunk.min)) === min && Math.max(...chunks.map((chunk) => chunk.max)) === max, `${name} ${column}`);
        if (chunks.every(({ nulls }) => nulls !== null)) assert.equal(sum(chunks.map(({ nulls }) => nulls)), nullCount, `${name} ${column}`);
      }
    }
    table.close();
  }
  assert.ok(formats.get('parquet') > 100 && formats.get('orc') > 5 && formats.get('avro') > 5, JSON.stringify([...formats]));
});

test('broken files and places out of bounds are typed errors', async () => {
  const table = await keyed([[1, 2]]);
  const [{ path, size }] = await table.files();
  await assert.rejects(table.footer({ path: 'bucket-0/none.parquet' }), { kind: 'not found' });
  await assert.rejects(table.footer({ path, size: size + 5 }), { kind: 'corrupt' });
  await assert.rejects(table.footer({ path, size: size - 5 }), { kind: 'corrupt' });
  await assert.rejects(table.footer({ path: '/etc/data.parquet' }), { kind: 'unsupported' });
  await assert.rejects(table.footer({ path: '../../data.parquet' }), { kind: 'invalid' });
  await assert.rejects(table.footer({ path: 'snapshot/LATEST' }), { kind: 'unsupported' });
  assert.equal((await table.footer({ path, size })).rows, 2);
});

test('the difference of two states is that of their files', { skip: !GOLDEN && 'no golden tables' }, async () => {
  let compared = 0;
  for (const name of CASES) {
    const table = await open(name);
    const snapshots = (await table.snapshots()).map(({ id }) => id).sort((a, b) => a - b);
    const [from, to] = [snapshots[0], snapshots.at(-1)];
    if (from === undefined || from === to) continue;
    compared += 1;
    const [before, after] = [await table.files({ snapshot: from }), await table.files({ snapshot: to })];
    const diff = await table.diff({ from, to, limit: 1000 });
    const only = (these, those) => these.filter(({ path }) => !those.some((other) => other.path === path));
    const paths = (files) => files.map(({ path }) => path).sort();
    assert.deepEqual(paths(diff.files.addedFiles), paths(only(after, before)), name);
    assert.deepEqual(paths(diff.files.removedFiles), paths(only(before, after)), name);
    assert.equal(diff.files.added.bytes, sum(only(after, before).map(({ size }) => size)), name);
    const stayed = before.filter((file) => after.some(({ path, level }) => path === file.path && level === file.level));
    assert.deepEqual([diff.files.kept, diff.files.kept + diff.files.moved.files], [stayed.length, before.length - only(before, after).length], name);
    assert.equal(sum(diff.files.byPartition.map(({ added }) => added.files)), diff.files.added.files, name);
    assert.deepEqual(diff.commits.map(({ id }) => id), snapshots.slice(1), name);
    assert.deepEqual([diff.from.id, diff.to.id, diff.schema.from, diff.schema.to], [from, to, diff.from.schemaId, diff.to.schemaId], name);
    if (diff.schema.from === diff.schema.to) assert.deepEqual(diff.schema.changes, [], name);
    table.close();
  }
  assert.ok(compared > 40, `${compared} tables`);
});

test('changes of schemas are named', { skip: !GOLDEN && 'no golden tables' }, async () => {
  const table = await open('evolve_pk');
  const ids = (await table.snapshots()).map(({ id }) => id);
  const { schema } = await table.diff({ from: Math.min(...ids), to: Math.max(...ids) });
  const [old, now] = [(await table.schemas()).find(({ id }) => id === schema.from), (await table.schemas()).find(({ id }) => id === schema.to)];
  const added = now.fields.filter(({ id }) => !old.fields.some((field) => field.id === id)).map(({ name }) => name);
  assert.deepEqual(schema.changes.filter(({ kind }) => kind === 'added').map(({ field }) => field), added);
  assert.ok(schema.changes.length > 0);
  await assert.rejects(table.diff({ from: 'no such tag' }), { kind: 'not found' });
  await assert.rejects(table.diff({ from: 9999 }), { kind: 'not found' });
});

test('who keeps old files: what each snapshot and tag reads, counted by hand', { skip: !GOLDEN && 'no golden tables' }, async () => {
  for (const name of ['tags', 'j09_tags', 'pk_lsm_levels', 'overwrite_whole', 'expired', 'fast_forward', 'branches', 'changelog_decoupled'].filter((one) => CASES.includes(one))) {
    const table = await open(name);
    const [snapshots, tags] = [await table.snapshots(), await table.tags()];
    const latest = Math.max(...snapshots.map(({ id }) => id));
    const read = new Map();
    for (const [keeper, at] of [...snapshots.map(({ id }) => [id === latest ? 'latest' : 'snapshots', { snapshot: id }]), ...tags.map((tag) => [`tag ${tag.name}`, { tag: tag.name }])]) {
      for (const { path, size } of await table.files(at)) {
        const held = read.get(path) ?? { size, keepers: new Set() };
        held.keepers.add(keeper);
        read.set(path, held);
      }
    }
    const pins = await table.pins();
    assert.deepEqual([pins.snapshotId, pins.notLookedAt], [latest, []], name);
    const live = [...read.values()].filter(({ keepers }) => keepers.has('latest'));
    assert.deepEqual([pins.live.files, pins.live.bytes], [live.length, sum(live.map(({ size }) => size))], name);
    for (const keeper of pins.keepers) {
      const label = keeper.kind === 'tag' ? `tag ${keeper.name}` : keeper.kind;
      if (!['snapshots'].includes(keeper.kind) && keeper.kind !== 'tag') continue;
      const old = [...read.values()].filter(({ keepers }) => keepers.has(label) && !keepers.has('latest'));
      assert.deepEqual([keeper.kept.files, keeper.kept.bytes], [old.length, sum(old.map(({ size }) => size))], `${name} ${label}`);
      if (pins.keepers.some(({ kind }) => ['branch', 'changelogs'].includes(kind))) continue;
      const alone = old.filter(({ keepers }) => keepers.size === 1);
      assert.deepEqual([keeper.alone.files, keeper.alone.bytes], [alone.length, sum(alone.map(({ size }) => size))], `${name} ${label}`);
    }
    for (const [path, { keepers }] of [...read].slice(0, 5)) {
      const file = await table.pinsOf({ path });
      assert.deepEqual([file.live, file.tags.length], [keepers.has('latest'), [...keepers].filter((one) => one.startsWith('tag ')).length], `${name} ${path}`);
      assert.equal(file.freedBy.length === 0, file.live, `${name} ${path}`);
      assert.ok(file.file !== null, path);
    }
    table.close();
  }
});

test('a compaction leaves files that only older snapshots read, and a tag keeps them', async () => {
  const table = await keyed([[1], [2]]);
  await table.compact({ full: true });
  const [old] = await table.files({ snapshot: 1 });
  const pins = await table.pins({ address: 'a.b' });
  assert.deepEqual([pins.snapshotId, pins.states, pins.live.files, pins.old.files], [3, 3, 1, 2]);
  const older = pins.keepers.find(({ kind }) => kind === 'snapshots');
  assert.deepEqual([older.firstSnapshot, older.lastSnapshot, older.kept, older.alone], [1, 2, pins.old, pins.old]);
  assert.match(older.release, /^cenote expire a\.b /);
  const file = await table.pinsOf({ path: old.name });
  assert.deepEqual([file.live, file.firstSnapshot, file.lastSnapshot, file.addedBy.id, file.removedBy.id, file.removedBy.commitKind], [false, 1, 2, 1, 3, 'COMPACT']);
  assert.match(file.freedBy[0].what, /snapshots up to 2 expire/);
  assert.equal((await table.pinsOf({ path: 'none.parquet' })).file, null);
  assert.deepEqual([await table.branches(), await table.consumers()], [[], []]);
});

test('branches of golden tables', { skip: !GOLDEN && 'no golden tables' }, async () => {
  const { branches } = expectation('branches');
  const table = await open('branches');
  const found = await table.branches();
  assert.deepEqual(found.map(({ name }) => name), Object.keys(branches).sort());
  assert.ok(found.every(({ snapshotId, snapshots }) => (snapshotId === null) === (snapshots === 0)));
  assert.ok(found.some(({ snapshots }) => snapshots > 0));
  assert.ok((await table.pins()).keepers.some(({ kind }) => kind === 'branch'));
});

test('options: what is set, what it is by default, what nobody knows', async () => {
  const table = await keyed([], { 'bukcet-typo': 4, 'merge-engine': 'deduplicate', 'write-buffer-size': '1 mb' });
  const infos = await table.optionsInfo();
  const of = (key) => infos.find((info) => info.key === key);
  assert.deepEqual([of('bucket').status, of('bucket').value, of('bucket').default], ['changed', '1', '-1']);
  assert.deepEqual([of('bukcet-typo').status, of('merge-engine').status, of('write-buffer-size').status], ['unknown', 'default', 'changed']);
  assert.deepEqual([of('snapshot.num-retained.min').value, of('snapshot.num-retained.min').set], ['10', false]);
  assert.ok(infos.length > 300 && infos.every(({ group }) => group));
});

test('row history: the engine says what it took of each version', async () => {
  const table = await keyed([[1, 2], [2, 3], [2]]);
  const history = await table.rowHistory({ key: { id: 2 } });
  assert.deepEqual(history.versions.map(({ kind, picked }) => [kind, picked]), [['+I', 'none'], ['+I', 'none'], ['+I', 'whole']]);
  assert.deepEqual([history.result, history.mergeEngine, history.bucket], [[2, 'v2'], 'deduplicate', 0]);
  assert.deepEqual(history.commits.map(({ snapshotId }) => snapshotId), [3, 2, 1]);
  assert.deepEqual(history.commitsLookedAt, { count: 3, all: true });
  assert.match(history.why, /newest of 3 versions/);
  // Only files whose keys reach over the key are opened: [1..2], and not [2..3], [2..2].
  const one = await table.rowHistory({ key: { id: 1 }, commits: 0 });
  assert.deepEqual([one.files, one.result], [{ inBucket: 3, matching: 1, opened: 1 }, [1, 'v1']]);
  const none = await table.rowHistory({ key: { id: 99 } });
  assert.deepEqual([none.versions, none.result, none.files.opened], [[], null, 0]);
  await assert.rejects(table.rowHistory({ key: { v: 'x' } }), { kind: 'invalid' });
  await assert.rejects(table.rowHistory({ key: { id: 'x' } }), { kind: 'invalid' });
  await assert.rejects(table.rowHistory({ key: {} }), { kind: 'invalid' });
});

test('row history gives the row that a read gives, in golden tables of every engine', { skip: !GOLDEN && 'no golden tables' }, async () => {
  const engines = new Map();
  for (const name of CASES.filter((one) => /^(pk_|agg_|j09_pk)/.test(one))) {
    const table = await open(name);
    const keys = table.schema.primaryKeys;
    if (keys.length === 0) continue;
    const cursor = await table.cursor({ limit: 4 });
    const { rows } = await cursor.rows(4);
    const columns = cursor.columns.map((column) => column.name);
    cursor.close();
    for (const row of rows) {
      const key = Object.fromEntries(keys.map((column) => [column, row[columns.indexOf(column)]]));
      const history = await table.rowHistory({ key, commits: 3 });
      assert.deepEqual([history.columns, history.result], [columns, row], `${name} ${JSON.stringify(key)}: ${history.why}`);
      assert.ok(history.versions.some(({ picked }) => picked !== 'none'), `${name} ${JSON.stringify(key)}`);
      assert.ok(history.why.length > 0);
      engines.set(history.mergeEngine, (engines.get(history.mergeEngine) ?? 0) + 1);
    }
    table.close();
  }
  assert.deepEqual([...engines.keys()].sort(), ['aggregation', 'deduplicate', 'first-row', 'partial-update']);
});

test('partial-update and aggregation say which version made which column', async () => {
  const warehouse = await openWarehouse('memory:/wh', { storage: memory() });
  const made = (name, options) => warehouse.createTable('shop', name, {
    fields: { id: 'INT NOT NULL', a: 'INT', b: 'INT' }, primaryKey: ['id'], options: { bucket: 1, 'write-only': true, ...options },
  });
  const filled = async (table) => {
    for (const row of [{ id: 1, a: 1, b: 10 }, { id: 1, a: 2, b: null }, { id: 1, a: null, b: 30 }]) {
      const writer = await table.write();
      await writer.upsert([row]);
      await writer.commit();
    }
    const { columnWhy, result, versions } = await table.rowHistory({ key: { id: 1 } });
    return { result, picked: versions.map(({ picked }) => picked), by: Object.fromEntries(columnWhy.map((one) => [one.column, one.versions])) };
  };
  assert.deepEqual(await filled(await made('partial', { 'merge-engine': 'partial-update' })), { result: [1, 2, 30], picked: ['none', 'part', 'part'], by: { a: [1], b: [2] } });
  const sums = { 'merge-engine': 'aggregation', 'fields.a.aggregate-function': 'sum', 'fields.b.aggregate-function': 'max' };
  assert.deepEqual(await filled(await made('sums', sums)), { result: [1, 3, 30], picked: ['part', 'part', 'part'], by: { a: [0, 1], b: [2] } });
});

test('append tables have no row history', { skip: !GOLDEN && 'no golden tables' }, async () => {
  await assert.rejects((await open('append_plain')).rowHistory({ key: {} }), { kind: 'invalid', message: /without a primary key/ });
});
