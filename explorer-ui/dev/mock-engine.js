// A fake engine with invented, deterministic tables, for working on the page and for tests of the page: `?mock`.
// `demo` holds tables of each kind, `trouble` a table for each way to fail.

const NOW = Date.UTC(2026, 10, 21, 4, 0, 0);
const MINUTE = 60_000;
const CARRIERS = ['9E', 'AA', 'B6', 'DL', 'EV', 'MQ', 'UA', 'US', 'WN', 'YV'];

/** A small generator of numbers in 0..1, the same each time. */
function random(seed) {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}

const field = (id, name, type, description) => ({ id, name, type, nullable: !type.includes('NOT NULL'), description });

const FLIGHT_FIELDS = [
  field(0, 'month', 'INT NOT NULL'), field(1, 'day', 'INT NOT NULL'), field(2, 'carrier', 'STRING NOT NULL', 'IATA code'),
  field(3, 'flight', 'INT NOT NULL'), field(4, 'origin', 'STRING NOT NULL'), field(5, 'dest', 'STRING'),
  field(6, 'sched_dep', 'TIMESTAMP(3)'), field(7, 'dep_delay', 'DOUBLE'), field(8, 'arr_delay', 'DOUBLE'),
  field(9, 'tailnum', 'STRING'), field(10, 'distance', 'BIGINT'), field(11, 'cancelled', 'BOOLEAN'),
];
const TYPE_FIELDS = [
  field(0, 'id', 'BIGINT NOT NULL'), field(1, 'price', 'DECIMAL(10, 2)'), field(2, 'note', 'STRING'), field(3, 'raw', 'BYTES'),
  field(4, 'day', 'DATE'), field(5, 'at', 'TIMESTAMP(6) WITH LOCAL TIME ZONE'), field(6, 'tags', 'ARRAY<STRING>'),
  field(7, 'attrs', 'MAP<STRING, INT>'), field(8, 'place', 'ROW<lat DOUBLE, lon DOUBLE, names ARRAY<STRING>>'), field(9, 'ok', 'BOOLEAN'),
];

function flightRow(index) {
  const next = random(index * 7919 + 13);
  const delay = next() < 0.03 ? null : Math.round((next() * next() * 200 - 12) * 10) / 10;
  return [1 + (index % 12), 1 + (Math.floor(index / 12) % 31), CARRIERS[Math.floor(next() * 10)], 100 + Math.floor(next() * 6000),
    ['EWR', 'JFK', 'LGA'][index % 3], ['ATL', 'BOS', 'ORD', 'SFO', 'MIA'][Math.floor(next() * 5)],
    new Date(NOW - index * 311_000).toISOString().slice(0, 23), delay, delay === null ? null : delay + Math.round(next() * 30 - 15),
    next() < 0.02 ? '' : `N${Math.floor(next() * 90000)}`, 94 + Math.floor(next() * 4000), delay === null];
}

function typeRow(index) {
  const odd = index % 7;
  return [index === 0 ? '9223372036854775807' : index, odd === 1 ? null : `${index * 13}.${String(index % 100).padStart(2, '0')}`,
    [null, '', 'plain', 'line\nbreak', '<b onclick="alert(1)">not HTML</b>', 'ein langer Text, der breiter als jede Spalte ist '.repeat(4), '深い水'][odd],
    odd === 2 ? null : 'cafe00ff', `2026-01-${String(1 + (index % 28)).padStart(2, '0')}`, '2026-01-31T14:05:09.123456Z',
    odd === 3 ? null : ['a', null, 'b'], [['x', index], ['y', null]], { lat: 20.7 + index, lon: -87.9, names: ['Ik Kil', 'Cenote'] }, odd === 4 ? null : index % 2 === 0];
}

const TABLES = {
  flights: { fields: FLIGHT_FIELDS, keys: ['month', 'day', 'carrier', 'flight', 'origin'], partitions: ['month'], bucket: 2, row: flightRow, rows: 120_000, comment: 'Flights from New York, 2013', options: { bucket: '2', 'file.format': 'parquet', 'sequence.field': 'sched_dep', 'num-sorted-run.compaction-trigger': '5', 'bukcet-typo': '4' } },
  weather: { fields: FLIGHT_FIELDS.slice(0, 8), keys: [], partitions: ['month'], bucket: -1, row: (index) => flightRow(index).slice(0, 8), rows: 5_000_000, options: { 'target-file-size': '64 mb' } },
  types: { fields: TYPE_FIELDS, keys: ['id'], partitions: [], bucket: 1, row: typeRow, rows: 60, options: { bucket: '1' } },
  never_written: { fields: TYPE_FIELDS, keys: [], partitions: [], bucket: -1, row: typeRow, rows: 0, empty: true, options: {} },
};
const TROUBLE = {
  no_cors: { kind: 'cors', message: 'the browser kept the answer of https://lake.example.org back: no CORS header', path: 'snapshot/LATEST' },
  damaged: { kind: 'corrupt', message: 'expected bucket in 0..4, found 9', path: 'manifest/manifest-a1b2c3-0' },
  forbidden: { kind: 'forbidden', message: 'the store answered 403', path: 'snapshot/LATEST' },
  orc: { kind: 'unsupported', message: 'file format orc is not read by this build', path: 'bucket-0/data-1.orc' },
};

function snapshotsOf(table) {
  if (table.empty) return [];
  const kinds = ['APPEND', 'APPEND', 'APPEND', 'COMPACT', 'APPEND', 'OVERWRITE'];
  return Array.from({ length: 14 }, (_, index) => {
    const id = index + 1;
    const total = Math.round(table.rows * Math.min(1, 0.15 + id * 0.07));
    return { id, schemaId: id < 6 ? 0 : id < 10 ? 1 : 2, commitKind: kinds[index % 6], timeMillis: NOW - (14 - id) ** 2 * 47 * MINUTE - 2 * MINUTE,
      commitUser: 'cenote-5f1c9a2e-77', commitIdentifier: id * 10, totalRecordCount: total, deltaRecordCount: Math.round(table.rows * 0.07) * (index % 6 === 3 ? -1 : 1),
      changelogRecordCount: 0, watermark: '-9223372036854775808', baseManifestList: `manifest-list-${id}-base-0`, deltaManifestList: `manifest-list-${id}-delta-1`, indexManifest: null, operation: null, writerVersion: 3 };
  }).reverse();
}

function filesOf(table, snapshot = 14) {
  if (table.empty) return [];
  const next = random(snapshot);
  const files = [];
  const add = (partition, bucket, level, from, to, rows) => {
    const number = files.length;
    const name = `data-7c1e${String(number).padStart(4, '0')}-53a1-4b06-9d2f-${bucket}.parquet`;
    const key = (at) => [1 + Math.floor(at * 30), CARRIERS[Math.floor(at * 9.99)], 100 + Math.floor(at * 6000), 'EWR'];
    files.push({ partition, bucket, totalBuckets: Math.max(table.bucket, 1), level, name, path: `${partition ? `${partition}/` : ''}bucket-${bucket}/${name}`, format: 'parquet',
      size: rows * 260, rows, deleteRows: level === 0 ? Math.floor(rows / 60) : 0, minKey: table.keys.length ? key(from) : [], maxKey: table.keys.length ? key(to) : [],
      minSequence: number * 1000, maxSequence: number * 1000 + rows, creationMillis: NOW - number * 9 * MINUTE, schemaId: number % 3, source: level ? 'COMPACT' : 'APPEND',
      stats: table.fields.slice(0, 6).map((one, index) => ({ column: one.name, min: [from * 30, 'AA'][index % 2], max: [to * 30, 'YV'][index % 2], nullCount: index })) });
  };
  for (let month = 1; month <= (table.partitions.length ? 12 : 1); month += 1) {
    for (let bucket = 0; bucket < Math.max(table.bucket, 1); bucket += 1) {
      const partition = table.partitions.length ? `month=${month}` : '';
      const fresh = table.keys.length ? (month > 10 ? 5 : month > 6 ? 2 : month % 2) : 6;
      for (let run = 0; run < fresh; run += 1) { const from = next() * 0.4; add(partition, bucket, 0, from, from + 0.2 + next() * 0.38, 4000 + Math.floor(next() * 9000)); }
      if (!table.keys.length) continue;
      if (month > 5) for (let part = 0; part < 3; part += 1) add(partition, bucket, 3, part * 0.33 + 0.02, part * 0.33 + 0.29, 30_000 + Math.floor(next() * 9000));
      if (month > 9) for (let part = 0; part < 3; part += 1) add(partition, bucket, 4, part * 0.335, part * 0.335 + 0.33, 60_000);
      for (let part = 0; part < 5; part += 1) add(partition, bucket, 5, part * 0.2, part * 0.2 + 0.19, 90_000);
    }
  }
  return files;
}

const fail = (problem) => { throw Object.assign(new Error(problem.message), problem); };

/** The fake engine. */
export async function createEngine() {
  const log = [];
  const cursors = new Map();
  let last = 0;
  const started = performance.now();
  const request = (path, bytes, cached = false) => log.push({ seq: log.length + 1, method: 'GET', path, start: null, end: null, bytes, startMillis: performance.now() - started, durationMillis: cached ? 0.1 : 2 + (bytes % 37), outcome: 'ok', cached });
  const pause = (millis, signal) => new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, millis);
    signal?.addEventListener('abort', () => { clearTimeout(timer); reject(Object.assign(new Error('cancelled'), { kind: 'cancelled' })); });
  });
  const table = (params) => TABLES[params.table] ?? fail({ kind: 'not found', message: `no table ${params.table}`, path: params.table });

  const methods = {
    openWarehouse: () => ({ warehouse: 1, canList: true, databases: [{ name: 'demo', tables: Object.keys(TABLES) }, { name: 'trouble', tables: Object.keys(TROUBLE) }] }),
    openTable({ database, table: name = 'flights' }) {
      if (TROUBLE[name]) fail(TROUBLE[name]);
      const found = table({ table: name });
      for (const path of ['snapshot/LATEST', 'snapshot/snapshot-14', 'schema/schema-2']) request(path, 700 + path.length * 31);
      const [latest = null] = snapshotsOf(found);
      return { table: name, info: { name, database: database ?? '', url: `https://lake.example.org/wh/demo.db/${name}`, comment: found.comment, primaryKeys: found.keys, partitionKeys: found.partitions, bucket: found.bucket,
        bucketKeys: found.keys.filter((key) => !found.partitions.includes(key)), mergeEngine: found.keys.length ? 'deduplicate' : null, changelogProducer: 'none', options: found.options, schemaId: 2, fields: found.fields, latestSnapshot: latest, fileCount: null, totalSize: null, recordCount: found.rows } };
    },
    snapshots: (params) => snapshotsOf(table(params)),
    tags: (params) => (table(params).empty ? [] : [{ name: 'july', snapshotId: 8, timeMillis: NOW - 36 * 47 * MINUTE, schemaId: 1, recordCount: 9 }, { name: 'before-the-great-migration', snapshotId: 12, timeMillis: NOW, schemaId: 2, recordCount: 9 }]),
    schemas(params) {
      const found = table(params);
      const fields = found.fields;
      const older = fields.slice(0, -1).map((one, index) => (index === 5 ? { ...one, name: 'destination' } : index === 3 ? { ...one, type: 'SMALLINT NOT NULL' } : one));
      const base = { primaryKeys: found.keys, partitionKeys: found.partitions, comment: found.comment };
      return [{ id: 0, timeMillis: NOW - 9e9, fields: [...older, field(90, 'legacy', 'STRING')], options: { bucket: '2' }, ...base },
        { id: 1, timeMillis: NOW - 4e9, fields: older, options: { bucket: '2', 'file.format': 'orc' }, ...base }, { id: 2, timeMillis: NOW - 1e9, fields, options: found.options, ...base }];
    },
    files(params) {
      for (let index = 0; index < 4; index += 1) request(`manifest/manifest-4be0c3d2-${index}`, 31_000 + index * 977, index === 3);
      return filesOf(table(params), params.snapshot ?? (params.tag ? 8 : 14));
    },
    manifests: (params) => [...Array(4).keys()].map((index) => ({ list: index < 3 ? 'base' : 'delta', name: `manifest-4be0c3d2-90fe-4b6d-bb2f-${index}`, size: 31_000 + index * 977, added: 120 - index * 30, deleted: index * 9, schemaId: Math.min(index, 2), minPartition: table(params).partitions.length ? [1] : [], maxPartition: table(params).partitions.length ? [12] : [] })),
    explain: (params) => ({ steps: [{ name: 'manifests by partition', kept: 3, total: 4, unit: 'manifests' }, { name: 'files by partition', kept: 40, total: 172, unit: 'files' }, { name: 'files by statistics', kept: params.filter ? 12 : 40, total: 40, unit: 'files' }], splits: 4, files: 12, bytes: 88_000_000 }),
    doctor(params) {
      const found = table(params);
      if (!found.keys.length) return { findings: [], notLookedAt: [], files: 6, bytes: 1, buckets: 1, readAmplification: 1 };
      return { notLookedAt: ['consumers: the store cannot list folders'], findings: [
        { rule: 'read-amplification', severity: 'warning', what: 'reads merge 4.2 sorted runs on average; month=12, bucket 1 has 8, at 5 compaction is due', evidence: { worst_runs: 8, compaction_trigger: 5 }, command: `cenote compact ${params.address ?? 'demo.flights'}` },
        { rule: 'unexpired-history', severity: 'note', what: '31 snapshots are older than the retention of the table', evidence: { beyond_retention: 31 }, command: `cenote expire ${params.address ?? 'demo.flights'}` },
      ] };
    },
    compaction(params) {
      const found = table(params);
      const worst = filesOf(found).filter((file) => found.keys.length && file.partition === 'month=12' && file.bucket === 1);
      if (worst.length === 0) return { snapshotId: 14, files: 0, bytes: 0, tasks: [] };
      const taken = worst.filter((file) => file.level < 5);
      const bytes = taken.reduce((sum, file) => sum + file.size, 0);
      return { snapshotId: 14, files: taken.length, bytes, tasks: [{ partition: 'month=12', bucket: 1, reason: 'size-ratio', files: taken.map((file) => file.name), bytes, outputLevel: 4, runsBefore: 8, runsAfter: 2 }] };
    },
    scanOpen(params) {
      const found = table(params);
      if (params.filter && !/^[\w\s=<>'".()!%-]+$/.test(params.filter)) fail({ kind: 'invalid', message: `expected a comparison, found “${params.filter.slice(0, 12)}” at 1` });
      if (params.filter?.includes('nope')) fail({ kind: 'invalid', message: 'no column nope; columns are month, day, carrier, flight, …' });
      const chosen = params.columns ?? found.fields.map((one) => one.name);
      const indices = chosen.map((name) => found.fields.findIndex((one) => one.name === name));
      last += 1;
      cursors.set(last, { found, indices, at: 0, end: params.filter?.includes('none') ? 0 : params.filter ? Math.min(found.rows, 480) : found.rows });
      return { cursor: last, columns: indices.map((index) => ({ name: found.fields[index].name, type: found.fields[index].type })) };
    },
    scanNext({ cursor, rows }) {
      const scan = cursors.get(cursor) ?? fail({ kind: 'invalid', message: 'the cursor is closed' });
      const end = Math.min(scan.at + rows, scan.end);
      const out = [];
      for (; scan.at < end; scan.at += 1) { const row = scan.found.row(scan.at); out.push(scan.indices.map((index) => row[index])); }
      request(`month=1/bucket-0/data-7c1e000${cursor % 10}.parquet`, out.length * 61);
      return { rows: out, done: scan.at >= scan.end, millis: 4 };
    },
    closeTable: () => ({}),
    scanClose: ({ cursor }) => cursors.delete(cursor),
    io({ since = 0 }) {
      const totals = { requests: log.filter((one) => !one.cached).length, bytes: log.reduce((sum, one) => sum + one.bytes, 0), cacheHits: log.filter((one) => one.cached).length };
      return { totals, requests: log.slice(since) };
    },
  };
  const slow = Number(new URL(self.location.href).searchParams.get('mock')) || 15;
  return {
    async call(method, params, { signal } = {}) {
      if (!['io', 'scanClose', 'closeTable'].includes(method)) await pause(slow, signal);
      return methods[method](params);
    },
  };
}
