// A table of many data files that are not there: metadata only, written here as Paimon lays it out (Avro manifests, binary
// rows), so that a browser test can ask how the explorer lists 100,000 files.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const MANIFESTS = 20;
const PARTITIONS = 100;
const BUCKETS = 4;
/** Files of the one bucket that has thousands. */
const CROWD = 5000;

const STATS = (name) => ({
  type: 'record', name, fields: [
    { name: '_MIN_VALUES', type: 'bytes' }, { name: '_MAX_VALUES', type: 'bytes' },
    { name: '_NULL_COUNTS', type: ['null', { type: 'array', items: ['null', 'long'] }], default: null },
  ],
});
const optional = (name, type) => ({ name, type: ['null', type], default: null });
const texts = { type: 'array', items: 'string' };
const ENTRY = {
  type: 'record', name: 'record', namespace: 'org.apache.paimon.avro.generated', fields: [
    { name: '_VERSION', type: 'int' }, { name: '_KIND', type: 'int' }, { name: '_PARTITION', type: 'bytes' }, { name: '_BUCKET', type: 'int' }, { name: '_TOTAL_BUCKETS', type: 'int' },
    { name: '_FILE', type: { type: 'record', name: 'record__FILE', fields: [
      { name: '_FILE_NAME', type: 'string' }, { name: '_FILE_SIZE', type: 'long' }, { name: '_ROW_COUNT', type: 'long' }, { name: '_MIN_KEY', type: 'bytes' }, { name: '_MAX_KEY', type: 'bytes' },
      { name: '_KEY_STATS', type: STATS('record__FILE__KEY_STATS') }, { name: '_VALUE_STATS', type: STATS('record__FILE__VALUE_STATS') },
      { name: '_MIN_SEQUENCE_NUMBER', type: 'long' }, { name: '_MAX_SEQUENCE_NUMBER', type: 'long' }, { name: '_SCHEMA_ID', type: 'long' }, { name: '_LEVEL', type: 'int' }, { name: '_EXTRA_FILES', type: texts },
      optional('_CREATION_TIME', { type: 'long', logicalType: 'timestamp-millis' }), optional('_DELETE_ROW_COUNT', 'long'), optional('_EMBEDDED_FILE_INDEX', 'bytes'), optional('_FILE_SOURCE', 'int'),
      optional('_VALUE_STATS_COLS', texts), optional('_EXTERNAL_PATH', 'string'), optional('_FIRST_ROW_ID', 'long'), optional('_WRITE_COLS', texts),
    ] } },
  ],
};
const LIST = {
  type: 'record', name: 'record', namespace: 'org.apache.paimon.avro.generated', fields: [
    { name: '_VERSION', type: 'int' }, { name: '_FILE_NAME', type: 'string' }, { name: '_FILE_SIZE', type: 'long' }, { name: '_NUM_ADDED_FILES', type: 'long' }, { name: '_NUM_DELETED_FILES', type: 'long' },
    { name: '_PARTITION_STATS', type: STATS('record__PARTITION_STATS') }, { name: '_SCHEMA_ID', type: 'long' },
    optional('_MIN_BUCKET', 'int'), optional('_MAX_BUCKET', 'int'), optional('_MIN_LEVEL', 'int'), optional('_MAX_LEVEL', 'int'), optional('_MIN_ROW_ID', 'long'), optional('_MAX_ROW_ID', 'long'),
  ],
};

/** Bytes that grow. */
class Out {
  #bytes = Buffer.alloc(1 << 20);
  #length = 0;

  push(more) {
    if (this.#length + more.length > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], Math.max(this.#bytes.length * 2, this.#length + more.length));
    Buffer.from(more).copy(this.#bytes, this.#length);
    this.#length += more.length;
  }

  long(value) {
    let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
    const bytes = [];
    for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
    this.push([...bytes, Number(rest)]);
  }

  bytes(bytes) {
    this.long(bytes.length);
    this.push(bytes);
  }

  done() {
    return this.#bytes.subarray(0, this.#length);
  }
}

function write(out, type, value) {
  if (Array.isArray(type)) {
    const branch = value === null || value === undefined ? 0 : 1;
    out.long(branch);
    if (branch === 1) write(out, type[1], value);
    return;
  }
  switch (type.type ?? type) {
    case 'int': case 'long': out.long(value); break;
    case 'string': out.bytes(Buffer.from(value)); break;
    case 'bytes': out.bytes(value); break;
    case 'array':
      if (value.length > 0) {
        out.long(value.length);
        for (const item of value) write(out, type.items, item);
      }
      out.long(0);
      break;
    default: for (const field of type.fields) write(out, field.type, value[field.name]);
  }
}

/** An Avro file of these records. */
function avro(schema, records) {
  const sync = Buffer.alloc(16, 7);
  const out = new Out();
  out.push(Buffer.from('Obj\u0001', 'latin1'));
  out.long(2);
  for (const [key, text] of [['avro.schema', JSON.stringify(schema)], ['avro.codec', 'null']]) {
    out.bytes(Buffer.from(key));
    out.bytes(Buffer.from(text));
  }
  out.long(0);
  out.push(sync);
  const body = new Out();
  for (const record of records) write(body, schema, record);
  const bytes = body.done();
  out.long(records.length);
  out.bytes(bytes);
  out.push(sync);
  return Buffer.from(out.done());
}

/** A binary row of whole numbers, as metadata holds it: its arity, then null bits, then eight bytes a field. */
function row(...values) {
  const bytes = Buffer.alloc(4 + 8 + values.length * 8);
  bytes.writeInt32BE(values.length, 0);
  values.forEach((value, index) => bytes.writeBigInt64LE(BigInt(value), 12 + index * 8));
  return bytes;
}

/** The files: a hundred partitions of four buckets, and one bucket that has thousands. */
function* files(count) {
  const each = Math.floor((count - CROWD) / (PARTITIONS * BUCKETS));
  for (let number = 0; number < count; number += 1) {
    const crowd = number >= each * PARTITIONS * BUCKETS;
    const place = crowd ? number - each * PARTITIONS * BUCKETS : number % each;
    const within = crowd ? count - each * PARTITIONS * BUCKETS : each;
    const bucket = crowd ? 0 : Math.floor(number / each) % BUCKETS;
    const partition = crowd ? PARTITIONS : Math.floor(number / each / BUCKETS);
    const unmerged = Math.min(crowd ? 60 : partition % 9, within);
    const level = place < unmerged ? 0 : 5;
    const width = Math.floor(10_000_000 / Math.max(1, within - unmerged));
    const from = level === 0 ? (place * 7919) % 5_000_000 : (place - unmerged) * width;
    const to = level === 0 ? from + 4_000_000 : from + width - 1;
    yield { partition, bucket, level, from, to, rows: 1000 + (number % 500), size: 200_000 + ((number * 7919) % 9973) * (number % 11 === 0 ? 40_000 : 900), number };
  }
}

function entry(file) {
  const stats = { _MIN_VALUES: row(file.from), _MAX_VALUES: row(file.to), _NULL_COUNTS: [0] };
  return {
    _VERSION: 2, _KIND: 0, _PARTITION: row(file.partition), _BUCKET: file.bucket, _TOTAL_BUCKETS: BUCKETS, _FILE: {
      _FILE_NAME: `data-${String(file.number).padStart(8, '0')}-7b1c-4e0f-9d2a-0.parquet`, _FILE_SIZE: file.size, _ROW_COUNT: file.rows, _MIN_KEY: row(file.from), _MAX_KEY: row(file.to),
      _KEY_STATS: stats, _VALUE_STATS: { _MIN_VALUES: row(file.from, 0), _MAX_VALUES: row(file.to, 999), _NULL_COUNTS: [0, 0] },
      _MIN_SEQUENCE_NUMBER: file.number * 2000, _MAX_SEQUENCE_NUMBER: file.number * 2000 + file.rows, _SCHEMA_ID: 0, _LEVEL: file.level, _EXTRA_FILES: [],
      _CREATION_TIME: 1_767_000_000_000 + file.number * 1000, _DELETE_ROW_COUNT: file.level === 0 ? 3 : 0, _EMBEDDED_FILE_INDEX: null, _FILE_SOURCE: file.level === 0 ? 0 : 1,
      _VALUE_STATS_COLS: ['id', 'v'], _EXTERNAL_PATH: null, _FIRST_ROW_ID: null, _WRITE_COLS: null,
    },
  };
}

/**
 * Writes the metadata of a keyed table of `count` data files into the folder `table`.
 * @returns {Promise<{files: number, rows: number, bytes: number, largest: number}>} sums to compare with
 */
export async function makeTable(table, count) {
  for (const folder of ['schema', 'snapshot', 'manifest']) await mkdir(join(table, folder), { recursive: true });
  const field = (id, name, type) => ({ id, name, type });
  const schema = {
    version: 3, id: 0, fields: [field(0, 'p', 'INT NOT NULL'), field(1, 'id', 'BIGINT NOT NULL'), field(2, 'v', 'INT')], highestFieldId: 2,
    partitionKeys: ['p'], primaryKeys: ['p', 'id'], options: { bucket: String(BUCKETS) }, comment: '', timeMillis: 1_767_000_000_000,
  };
  await writeFile(join(table, 'schema/schema-0'), JSON.stringify(schema));
  const sums = { files: 0, rows: 0, bytes: 0, largest: 0 };
  const lists = [];
  let batch = [];
  const flush = async () => {
    const name = `manifest-11111111-2222-3333-4444-555555555555-${lists.length}`;
    const bytes = avro(ENTRY, batch.map(entry));
    await writeFile(join(table, 'manifest', name), bytes);
    const partitions = batch.map((file) => file.partition);
    const ends = [Math.min(...partitions), Math.max(...partitions)];
    lists.push({
      _VERSION: 2, _FILE_NAME: name, _FILE_SIZE: bytes.length, _NUM_ADDED_FILES: batch.length, _NUM_DELETED_FILES: 0, _SCHEMA_ID: 0,
      _PARTITION_STATS: { _MIN_VALUES: row(ends[0]), _MAX_VALUES: row(ends[1]), _NULL_COUNTS: [0] },
      _MIN_BUCKET: null, _MAX_BUCKET: null, _MIN_LEVEL: null, _MAX_LEVEL: null, _MIN_ROW_ID: null, _MAX_ROW_ID: null,
    });
    batch = [];
  };
  for (const file of files(count)) {
    batch.push(file);
    sums.files += 1;
    sums.rows += file.rows;
    sums.bytes += file.size;
    sums.largest = Math.max(sums.largest, file.size);
    if (batch.length >= count / MANIFESTS) await flush();
  }
  if (batch.length > 0) await flush();
  const [base, delta] = [avro(LIST, lists), avro(LIST, [])];
  const list = (number) => `manifest-list-11111111-2222-3333-4444-555555555555-${number}`;
  await writeFile(join(table, 'manifest', list(0)), base);
  await writeFile(join(table, 'manifest', list(1)), delta);
  const snapshot = {
    version: 3, id: 1, schemaId: 0, baseManifestList: list(0), baseManifestListSize: base.length, deltaManifestList: list(1), deltaManifestListSize: delta.length,
    commitUser: 'layout', commitIdentifier: 1, commitKind: 'APPEND', timeMillis: 1_767_000_000_000, totalRecordCount: sums.rows, deltaRecordCount: sums.rows,
  };
  await writeFile(join(table, 'snapshot/snapshot-1'), JSON.stringify(snapshot));
  for (const hint of ['LATEST', 'EARLIEST']) await writeFile(join(table, 'snapshot', hint), '1');
  return sums;
}
