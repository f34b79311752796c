// Rows by their number: whatever page of a golden table is asked for, in whatever order, is the same part of the same rows. And
// the files that a cursor makes have those rows.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { GOLDEN, load } from './package.mjs';

const skip = GOLDEN ? false : 'no golden tables beside this checkout';

/** Every table of the golden warehouses that can be opened and read. */
async function* tables() {
  const { openWarehouse } = await load();
  for (const name of readdirSync(GOLDEN)) {
    const warehouse = await openWarehouse(join(GOLDEN, name, 'warehouse')).catch(() => undefined);
    if (!warehouse) continue;
    for (const { name: database, tables: names } of await warehouse.databases()) {
      for (const table of names) yield { name: `${name}/${table}`, table: await warehouse.table(database, table) };
    }
    warehouse.close();
  }
}

/** All rows of a cursor from front to back; undefined where the table cannot be read. */
async function allRows(table, scan) {
  const cursor = await table.scan(scan).cursor().catch((error) => (error.kind === 'unsupported' ? undefined : Promise.reject(error)));
  if (!cursor) return undefined;
  const rows = [];
  for (let done = false; !done; ) {
    const page = await cursor.rows(500);
    rows.push(...page.rows);
    done = page.done;
  }
  cursor.close();
  return rows;
}

/** Numbers that look random and are the same in every run. */
function* places(count, below) {
  let state = 42;
  for (let index = 0; index < count; index += 1) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    yield state % Math.max(1, below);
  }
}

test('any page in any order is the same part of the rows', { skip }, async () => {
  let read = 0;
  for await (const { name, table } of tables()) {
    const filter = `${quoted(table.schema.fields[0].name)} is not null`;
    for (const scan of [{}, { filter }]) {
      const rows = await allRows(table, scan).catch((error) => assert.fail(`${name}: ${error.message}`));
      if (!rows) continue;
      const cursor = await table.scan(scan).cursor();
      for (const offset of [...places(12, rows.length + 2), rows.length, 0]) {
        const page = await cursor.rowsAt(offset, 7);
        assert.deepEqual(page.rows, rows.slice(offset, offset + 7), `${name} ${JSON.stringify(scan)} at ${offset}`);
        if (page.total !== null) assert.equal(page.total, rows.length, name);
      }
      assert.equal((await cursor.rowsAt(rows.length + 5, 1)).total, rows.length, `${name}: the end tells the total`);
      cursor.close();
      read += 1;
    }
  }
  assert.ok(read > 100, `${read} scans of golden tables`);
});

test('a cancelled page leaves the cursor usable', { skip }, async () => {
  const { openTable } = await load();
  const folder = join(GOLDEN, 'pk_dedup/warehouse/golden.db/pk_dedup');
  const before = await openTable(folder);
  const rows = await allRows(before, {});
  // Opened anew: nothing is at hand yet, so that the page has to wait for its files.
  const table = await openTable(folder);
  const cursor = await table.scan().cursor();
  const stop = new AbortController();
  const late = cursor.rowsAt(0, 5, { signal: stop.signal });
  stop.abort();
  await assert.rejects(late, { name: 'AbortError' });
  assert.deepEqual((await cursor.rowsAt(1, 5)).rows, rows.slice(1, 6));
  for (const each of [cursor, table, before]) each.close();
});

test('files have the rows: NDJSON read back, Arrow and Parquet framed as they should be', { skip }, async () => {
  let made = 0;
  for await (const { name, table } of tables()) {
    const rows = await allRows(table, {});
    if (!rows) continue;
    for (const format of ['csv', 'ndjson', 'arrow', 'parquet']) {
      const cursor = await table.scan().cursor();
      const parts = [];
      let count = 0;
      try {
        for await (const { bytes, rows: so } of cursor.file(format)) {
          parts.push(Buffer.from(bytes));
          count = so;
        }
      } catch (error) {
        // BLOB columns have no place in a Parquet file of Paimon's.
        assert.equal(error.kind, 'unsupported', `${name} ${format}: ${error.message}`);
        continue;
      } finally {
        cursor.close();
      }
      const bytes = Buffer.concat(parts);
      assert.equal(count, rows.length, `${name} ${format}`);
      if (format === 'ndjson') assert.equal(bytes.toString().split('\n').length - 1, rows.length, name);
      if (format === 'arrow') assert.ok(bytes.subarray(0, 6).toString() === 'ARROW1' && bytes.subarray(-6).toString() === 'ARROW1', name);
      if (format === 'parquet') assert.ok(bytes.subarray(0, 4).toString() === 'PAR1' && bytes.subarray(-4).toString() === 'PAR1', name);
      made += 1;
    }
  }
  assert.ok(made > 200, `${made} files of golden tables`);
});

function quoted(name) {
  return `\`${name.replaceAll('`', '``')}\``;
}
