// Values of every type: what `.rows()` gives can be written again, and is the same afterwards.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { parseExact } from './golden.mjs';
import { load, ROOT } from './package.mjs';

const { memory, openWarehouse } = await load();
const CLI = [process.env.CENOTE_CLI, join(ROOT, 'target/release/cenote'), join(ROOT, 'target/debug/cenote')].find((path) => path && existsSync(path));

/** A small generator with a seed, so that a failure comes again. */
function random(seed) {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const below = (limit) => Math.floor(next() * limit);
  return { next, below, pick: (list) => list[below(list.length)] };
}

const digits = (r, count) => Array.from({ length: count }, () => r.below(10)).join('');
const pad = (number, length) => String(number).padStart(length, '0');
const date = (r) => `${pad(r.pick([0, 1, 1582, 1969, 1970, 2024, 9999]), 4)}-${pad(1 + r.below(12), 2)}-${pad(1 + r.below(28), 2)}`;
const clock = (r, precision) => `${pad(r.below(24), 2)}:${pad(r.below(60), 2)}:${pad(r.below(60), 2)}${precision > 0 ? `.${digits(r, precision)}` : ''}`;
const text = (r) => r.pick(['', ' ', 'a', 'ü', '🙂', '"\\\n\u0000', '\u2028', 'null', 'x'.repeat(300)]);
const list = (r, make) => Array.from({ length: r.below(4) }, () => (r.below(5) === 0 ? null : make(r)));
const long = (r) => r.pick([0n, 1n, -1n, 2n ** 53n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n), BigInt(r.below(1e9))]);
const timestamp = (precision, years = date) => (r) => `${years(r)}T${clock(r, precision)}`;
const recent = (r) => `${1700 + r.below(500)}-06-15`;

const TYPES = {
  BOOLEAN: (r) => r.below(2) === 1,
  TINYINT: (r) => r.pick([-128, 127, 0]),
  SMALLINT: (r) => r.pick([-32768, 32767, 7]),
  INT: (r) => r.pick([-(2 ** 31), 2 ** 31 - 1, 0, r.below(1e6)]),
  BIGINT: long,
  FLOAT: (r) => r.pick([0.1, -0, 1.5, 3.4028235e38, 1e-45, NaN, Infinity, -Infinity]),
  DOUBLE: (r) => r.pick([0.1, -0, 0.1 + 0.2, 5e-324, Number.MAX_VALUE, NaN, Infinity, -Infinity, r.next(), 1 / 3, r.next() * 1e300]),
  'DECIMAL(9, 2)': (r) => `${r.pick(['', '-'])}${1 + r.below(9_999_998)}.${digits(r, 2)}`,
  'DECIMAL(38, 18)': (r) => `${r.pick(['', '-'])}${1 + r.below(9)}${digits(r, 19)}.${digits(r, 18)}`,
  STRING: text,
  'VARCHAR(300)': text,
  'CHAR(3)': (r) => r.pick(['abc', 'äöü', '🙂🙂🙂']),
  BYTES: (r) => Uint8Array.from({ length: r.below(20) }, () => r.below(256)),
  'BINARY(2)': (r) => Uint8Array.of(r.below(256), r.below(256)),
  DATE: date,
  'TIME(3)': (r) => clock(r, 3),
  'TIMESTAMP(0)': timestamp(0),
  'TIMESTAMP(3)': timestamp(3),
  'TIMESTAMP(6)': timestamp(6),
  'TIMESTAMP(9)': timestamp(9, recent),
  'TIMESTAMP(3) WITH LOCAL TIME ZONE': (r) => `${timestamp(3)(r)}Z`,
  'TIMESTAMP(6) WITH LOCAL TIME ZONE': (r) => `${timestamp(6)(r)}Z`,
  'ARRAY<BIGINT>': (r) => list(r, long),
  'ARRAY<ROW<a BYTES, b ARRAY<DOUBLE>>>': (r) => list(r, () => ({ a: TYPES.BYTES(r), b: list(r, TYPES.DOUBLE) })),
  'MAP<STRING, BIGINT>': (r) => new Map(list(r, text).filter((key) => key !== null).map((key) => [key, r.pick([null, long(r)])])),
  'MAP<INT, ROW<`odd name` DECIMAL(3, 1)>>': (r) => new Map([[r.below(9), { 'odd name': `${1 + r.below(9)}.${r.below(10)}` }]]),
  'MULTISET<STRING>': (r) => new Map([[text(r), 1 + r.below(9)]]),
  'ROW<a INT, b ROW<c BOOLEAN, d DATE>>': (r) => ({ a: r.below(9), b: r.pick([null, { c: true, d: date(r) }]) }),
};

/** Types that a format does not hold, as in Java's writers; ORC's calendar of timestamps begins in 1582. */
const LACKS = {
  avro: ['TIMESTAMP(9)', 'MAP<INT, ROW<`odd name` DECIMAL(3, 1)>>'],
  orc: ['BINARY(2)', 'MULTISET<STRING>', 'TIMESTAMP(0)', 'TIMESTAMP(3)', 'TIMESTAMP(6)', 'TIMESTAMP(3) WITH LOCAL TIME ZONE', 'TIMESTAMP(6) WITH LOCAL TIME ZONE'],
};

function columnsOf(format) {
  return Object.keys(TYPES).map((type, index) => [`c${index}`, type]).filter(([, type]) => !LACKS[format]?.includes(type));
}

function rowsOf(seed, count, format) {
  const r = random(seed);
  const cell = (type) => (r.below(6) === 0 ? null : TYPES[type](r));
  return Array.from({ length: count }, (_, id) => Object.fromEntries([['id', id], ...columnsOf(format).map(([name, type]) => [name, cell(type)])]));
}

async function written(warehouse, name, rows, definition) {
  const columns = columnsOf(definition.options?.['file.format']);
  const table = await warehouse.createTable('db', name, { fields: Object.fromEntries([['id', 'INT NOT NULL'], ...columns]), ...definition });
  const writer = await table.write();
  await writer.write(rows);
  await writer.commit();
  await writer.abort();
  return table;
}

async function read(table) {
  const rows = [];
  for await (const row of table.scan().rows()) rows.push(row);
  return rows.sort((a, b) => a.id - b.id);
}

for (const [what, definition] of Object.entries({
  parquet: {},
  avro: { options: { 'file.format': 'avro' } },
  orc: { options: { 'file.format': 'orc' } },
  'a primary key': { primaryKey: ['id'], options: { bucket: 2 } },
})) {
  test(`values of every type come back from ${what}`, async () => {
    const warehouse = await openWarehouse('memory:/wh', { storage: memory() });
    for (let seed = 1; seed <= 3; seed += 1) {
      const rows = rowsOf(seed, 60, what);
      const once = await read(await written(warehouse, `t${seed}`, rows, definition));
      assert.deepEqual(once, rows, `seed ${seed}`);
      assert.deepEqual(await read(await written(warehouse, `again${seed}`, once, definition)), once);
    }
  });
}

test('values in other shapes are taken where nothing is lost', async () => {
  const warehouse = await openWarehouse('memory:/wh', { storage: memory() });
  const shapes = [
    ['BIGINT', 7, 7n], ['BIGINT', '9223372036854775807', 2n ** 63n - 1n], ['INT', 7n, 7], ['DECIMAL(9, 2)', 12.3, '12.30'], ['DECIMAL(9, 2)', 5n, '5.00'],
    ['DOUBLE', 3, 3], ['BYTES', Uint8Array.of(1, 2).buffer, Uint8Array.of(1, 2)], ['BYTES', new DataView(new ArrayBuffer(3), 1), Uint8Array.of(0, 0)],
    ['DATE', new Date('2024-02-29T00:00:00Z'), '2024-02-29'], ['TIMESTAMP(3)', new Date(0), '1970-01-01T00:00:00.000'], ['TIMESTAMP(6)', '2024-01-01 10:00', '2024-01-01T10:00:00.000000'],
    ['TIMESTAMP(3) WITH LOCAL TIME ZONE', '2024-01-01T00:00:00+02:00', '2023-12-31T22:00:00.000Z'], ['ARRAY<INT>', Int32Array.of(1, 2), [1, 2]],
    ['MAP<STRING, INT>', { a: 1 }, new Map([['a', 1]])], ['ROW<a INT, b INT>', { a: 1, b: undefined }, { a: 1, b: null }], ['TIMESTAMP(3)', new Date(Date.UTC(12345, 0, 1)), '+12345-01-01T00:00:00.000'],
  ];
  for (const [type, given, expected] of shapes) {
    const table = await warehouse.createTable('db', 't', { fields: { id: 'INT', c: type } });
    const writer = await table.write();
    await writer.append({ id: 1, c: given });
    await writer.commit();
    assert.deepEqual(await read(table), [{ id: 1, c: expected }], type);
    await warehouse.dropTable('db', 't');
  }
});

test('values that would be lost are refused', async () => {
  const warehouse = await openWarehouse('memory:/wh', { storage: memory() });
  const wrong = [
    ['INT', 1.5], ['INT', 2 ** 31], ['INT', '7'], ['INT', NaN], ['INT', Infinity], ['TINYINT', 128], ['BIGINT', 1e20], ['BIGINT', 2n ** 63n], ['BIGINT', ''],
    ['DOUBLE', '1.5'], ['DOUBLE', 1n], ['DECIMAL(9, 2)', 0.1 + 0.2], ['DECIMAL(9, 2)', '1.234'], ['DECIMAL(3, 2)', 10], ['DECIMAL(9, 2)', NaN],
    ['BOOLEAN', 1], ['BOOLEAN', 'true'], ['STRING', 1], ['STRING', {}], ['STRING', '\ud800'], ['VARCHAR(2)', 'abc'], ['BYTES', [1]], ['BYTES', 'xyz'], ['BINARY(1)', Uint8Array.of(1, 2)],
    ['DATE', new Date('2024-01-31T23:00:00Z')], ['DATE', new Date(NaN)], ['DATE', '2023-02-29'], ['TIMESTAMP(0)', new Date(1)], ['TIMESTAMP(3)', '2024-01-01T00:00:00+02:00'],
    ['TIME(0)', '00:00:00.5'], ['ARRAY<INT>', 1], ['ARRAY<INT>', ['x']], ['ARRAY<INT NOT NULL>', [null]], ['MAP<STRING, INT>', [['a']]], ['MAP<INT, INT>', { a: 1 }],
    ['ROW<a INT>', { b: 1 }], ['ROW<a INT>', []], ['ROW<a INT NOT NULL>', {}], ['INT', () => 1], ['INT', Symbol('x')],
  ];
  for (const [type, value] of wrong) {
    const table = await warehouse.createTable('db', 't', { fields: { id: 'INT', c: type } });
    const writer = await table.write();
    await assert.rejects(writer.append([{ id: 0 }, { id: 1, c: value }]), { kind: 'invalid', row: 1, column: 'c' }, `${type} ${String(value)}`);
    assert.deepEqual(await table.snapshots(), []);
    await warehouse.dropTable('db', 't');
  }
});

test('the command line reads what JavaScript wrote', async () => {
  assert.ok(CLI, 'no cenote is built here: CENOTE_CLI names one');
  const folder = await mkdtemp(join(tmpdir(), 'cenote-'));
  try {
    const warehouse = await openWarehouse(folder);
    const table = await written(warehouse, 't', rowsOf(9, 40), { primaryKey: ['id'], options: { bucket: 1 } });
    const out = execFileSync(CLI, ['--warehouse', folder, 'read', 'db.t', '-o', 'ndjson'], { encoding: 'utf8' });
    const cursor = await table.cursor();
    const { rows } = await cursor.rows(100);
    const names = cursor.columns.map(({ name }) => name);
    const lines = out.trim().split('\n').map(parseExact);
    const order = (list) => list.sort((a, b) => a.id - b.id);
    assert.deepEqual(order(lines), order(rows.map((cells) => Object.fromEntries(cells.map((cell, index) => [names[index], cell])))));
  } finally {
    await rm(folder, { recursive: true });
  }
});
