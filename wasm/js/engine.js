// The engine as one function: `call(method, params)` with plain values in and out, so that it can stand behind a worker's
// messages. Warehouses, tables and cursors are numbers here.

import { errorOf } from './errors.js';
import { breath, writeFile } from './export.js';
import { QUESTIONS } from './insight.js';
import { openTable, openWarehouse } from './open.js';
import { Meter } from './meter.js';
import { files } from './storage/files.js';
import { http } from './storage/http.js';
import { opfs } from './storage/opfs.js';
import { presigned, signedBy } from './storage/presigned.js';
import { s3 } from './storage/s3.js';

/** @typedef {{signal?: AbortSignal, onProgress?: (progress: object) => void}} CallOptions */

/** @returns {{call: (method: string, params?: object, options?: CallOptions) => Promise<any>}} */
export function createEngine() {
  const engine = new Engine();
  return {
    async call(method, params = {}, options = {}) {
      const run = METHODS[method];
      if (!run) throw errorOf('invalid', `the engine has no method ${method}`);
      return run(engine, params, options);
    },
  };
}

class Engine {
  warehouses = new Handles('warehouse');
  tables = new Handles('table');
  cursors = new Handles('cursor');
  writers = new Handles('writer');
  meter = new Meter();
}

/** Things by number. */
class Handles {
  #what;
  #last = 0;
  #held = new Map();

  constructor(what) {
    this.#what = what;
  }

  add(thing) {
    this.#last += 1;
    this.#held.set(this.#last, thing);
    return this.#last;
  }

  get(handle) {
    const thing = this.#held.get(handle);
    if (thing === undefined) throw errorOf('invalid', `there is no ${this.#what} ${handle}`);
    return thing;
  }

  take(handle) {
    const thing = this.#held.get(handle);
    this.#held.delete(handle);
    return thing;
  }
}

const METHODS = {
  async openWarehouse({ warehouses, meter }, { url, storage, unsafeCommits }, { signal, onProgress }) {
    const { location, given } = place(url, storage);
    const warehouse = await openWarehouse(location, { storage: given, unsafeCommits });
    onProgress?.({ step: 'listing databases' });
    try {
      const databases = await warehouse.databases({ signal });
      meter.add(warehouse);
      return { warehouse: warehouses.add(warehouse), canList: warehouse.canList, databases };
    } catch (error) {
      warehouse.close();
      throw error;
    }
  },

  /** With `hold` all answers are about the moment of opening: what can change is asked of the store once. */
  async openTable({ warehouses, tables, meter }, { warehouse, database, table, url, storage, branch, unsafeCommits, hold }, { signal }) {
    if (warehouse !== undefined && warehouse !== null) {
      const opened = await warehouses.get(warehouse).table(database, table, { signal, hold });
      return described(tables, opened, signal);
    }
    const { location, given } = place(url, storage);
    const opened = await openTable(location, { storage: given, branch, unsafeCommits, signal, hold });
    meter.add(opened);
    return described(tables, opened, signal);
  },

  closeTable: ({ tables, meter }, { table }) => {
    const taken = tables.take(table);
    if (taken) meter.remove(taken);
    taken?.close();
    return {};
  },

  snapshots: ({ tables }, { table, ...params }, { signal }) => tables.get(table).snapshots({ ...params, signal }),
  tags: ({ tables }, { table }, { signal }) => tables.get(table).tags({ signal }),
  schemas: ({ tables }, { table }, { signal }) => tables.get(table).schemas({ signal }),
  files: ({ tables }, { table, ...params }, { signal }) => tables.get(table).files({ ...params, signal }),
  manifests: ({ tables }, { table, ...params }, { signal }) => tables.get(table).manifests({ ...params, signal }),
  explain: ({ tables }, { table, ...params }, { signal }) => tables.get(table).explain({ ...params, signal }),

  doctor: ({ tables }, { table, ...params }, { signal }) => tables.get(table).doctor({ ...params, signal }),
  compaction: ({ tables }, { table, ...params }, { signal }) => tables.get(table).compaction({ ...params, signal }),
  verify: ({ tables }, { table, ...params }, { signal }) => tables.get(table).verify({ ...params, signal }),

  ...Object.fromEntries(
    QUESTIONS.map((method) => [method, ({ tables }, { table, ...params }, { signal, onProgress }) => tables.get(table)[method]({ ...params, signal, onProgress })]),
  ),

  async scanOpen(engine, { table, warehouse, system, ...params }, { signal }) {
    const open = (seen) => seen.scan({ ...params, signal }).cursor();
    return reading(engine.cursors, await looking(engine, { table, warehouse, system }, signal, open));
  },

  async changesOpen(engine, { table, system, ...params }, { signal }) {
    const open = (seen) => seen.changes({ ...params, signal }).cursor();
    return reading(engine.cursors, await looking(engine, { table, system }, signal, open));
  },

  async scanNext({ cursors }, { cursor, rows = 100 }, { signal }) {
    const begin = performance.now();
    const page = await cursors.get(cursor).rows(rows, signal);
    return { ...page, millis: performance.now() - begin };
  },

  async scanRows({ cursors }, { cursor, offset = 0, rows = 100 }, { signal, onProgress }) {
    const begin = performance.now();
    // A breath between, so that a cancel is heard.
    const passed = (row) => (onProgress?.({ rows: row }), breath());
    const page = await cursors.get(cursor).rowsAt(offset, rows, { signal, passed });
    return { ...page, offset, millis: performance.now() - begin };
  },

  async exportRows(engine, { table, warehouse, system, changes, format, to, ...params }, { signal, onProgress }) {
    const open = (seen) => (changes ? seen.changes({ ...params, signal }) : seen.scan({ ...params, signal })).cursor();
    const cursor = await looking(engine, { table, warehouse, system }, signal, open);
    return writeFile(cursor, format, { to, signal, onProgress });
  },

  scanClose: ({ cursors }, { cursor }) => {
    cursors.take(cursor)?.close();
    return {};
  },

  createDatabase: ({ warehouses }, { warehouse, name, ...params }, { signal }) => done(warehouses.get(warehouse).createDatabase(name, { ...params, signal })),
  dropDatabase: ({ warehouses }, { warehouse, name, ...params }, { signal }) => done(warehouses.get(warehouse).dropDatabase(name, { ...params, signal })),
  dropTable: ({ warehouses }, { warehouse, database, table, ...params }, { signal }) => done(warehouses.get(warehouse).dropTable(database, table, { ...params, signal })),

  async createTable({ warehouses, tables }, { warehouse, database, table, definition }, { signal }) {
    return described(tables, await warehouses.get(warehouse).createTable(database, table, { ...definition, signal }), signal);
  },

  async writeOpen({ tables, writers }, { table, ...params }, { signal }) {
    return { writer: writers.add(await tables.get(table).write({ ...params, signal })) };
  },

  writeRows({ writers }, { writer, rows, how = 'write' }, { signal, onProgress }) {
    if (!['write', 'append', 'upsert', 'delete'].includes(how)) throw errorOf('invalid', `rows are not written by ${how}`);
    return writers.get(writer)[how](rows, { signal, onProgress });
  },

  writeCommit: ({ writers }, { writer }, { signal }) => writers.get(writer).commit({ signal }),
  writeAbort: ({ writers }, { writer }) => done(writers.take(writer)?.abort()),

  deleteWhere: ({ tables }, { table, filter, ...params }, { signal }) => tables.get(table).deleteWhere(filter, { ...params, signal }),
  update: ({ tables }, { table, ...params }, { signal }) => tables.get(table).update({ ...params, signal }),
  truncate: ({ tables }, { table, ...params }, { signal }) => tables.get(table).truncate({ ...params, signal }),
  alter: ({ tables }, { table, changes }, { signal }) => tables.get(table).alter(changes, { signal }),
  compact: ({ tables }, { table, ...params }, { signal }) => tables.get(table).compact({ ...params, signal }),

  io: ({ meter }, { since }) => meter.read(since ?? 0),
};

/** Waits, and answers nothing. */
async function done(work) {
  await work;
  return {};
}

async function described(tables, opened, signal) {
  const info = await opened.describe({ signal });
  return { table: tables.add(opened), info };
}

/** Runs `read` with a table, with the system table of it that is named, or with one of the warehouse's, such as `sys.tables`. */
async function looking({ tables, warehouses }, { table, warehouse, system }, signal, read) {
  if (system === undefined || system === null) return read(tables.get(table));
  const global = system.startsWith('sys.') && warehouse !== undefined && warehouse !== null;
  const seen = global ? await warehouses.get(warehouse).table('sys', system.slice(4), { signal }) : await tables.get(table).system(system, { signal });
  try {
    return await read(seen);
  } finally {
    seen.close();
  }
}

function reading(cursors, cursor) {
  const columns = cursor.columns.map(({ name, type }) => ({ name, type }));
  return { cursor: cursors.add(cursor), columns };
}

/** A location and a storage out of the protocol's plain description. */
function place(url, storage) {
  switch (storage?.kind) {
    case undefined:
      return { location: url, given: undefined };
    case 'http':
      return { location: url, given: http({ headers: storage.headers }) };
    case 's3': {
      const { accessKeyId, secretAccessKey, sessionToken, region, endpoint, pathStyle, conditionalPut, bucket } = storage;
      const credentials = accessKeyId ? { accessKeyId, secretAccessKey, sessionToken } : undefined;
      const location = /^s3a?:/.test(url) ? url : `s3://${bucket}/${url ?? ''}`;
      const options = { credentials, region: region || undefined, endpoint: endpoint || undefined, conditionalPut: conditionalPut ?? true };
      return { location, given: s3({ ...options, ...(typeof pathStyle === 'boolean' ? { pathStyle } : {}) }) };
    }
    case 'files':
      // A FileSystemDirectoryHandle crosses to a worker as it is.
      return { location: url ?? storage.root ?? 'files', given: files(storage.handle ?? storage.files, { root: storage.root ?? '' }) };
    case 'presigned': {
      const sign = signedBy(storage.sign, { by: storage.by, headers: storage.headers });
      return { location: url ?? '', given: presigned(sign) };
    }
    case 'opfs':
      return { location: url ?? 'opfs:', given: opfs(storage.root) };
    default:
      throw errorOf('invalid', `no storage of kind ${storage.kind}`);
  }
}
