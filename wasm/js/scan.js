// Rows, of a scan or of changes: nothing is read until somebody iterates them.

import { able, guarded } from './calls.js';
import { oneStream } from './ipc.js';
import { rowReader } from './rows.js';

/** Rows fetched from the engine at once. */
const PAGE = 4096;

/** Rows to be read: batches, objects, or a page at a time. */
export class Rows {
  #open;
  #signal;

  /** @param {(aborted?: Promise<void>) => Promise<object>} open makes the engine's cursor @param {AbortSignal} [signal] */
  constructor(open, signal) {
    this.#open = open;
    this.#signal = signal;
  }

  /** Batches, each a complete Arrow IPC stream. */
  [Symbol.asyncIterator]() {
    return this.batches();
  }

  async *batches() {
    const cursor = await Cursor.open(this.#open, this.#signal);
    try {
      for (let batch = await cursor.batch(); batch !== undefined; batch = await cursor.batch()) yield batch;
    } finally {
      cursor.close();
    }
  }

  /** All batches as one Arrow IPC stream, read as it is asked for. @returns {ReadableStream<Uint8Array>} */
  stream() {
    return oneStream(() => this.batches(), () => this.#emptyBatch());
  }

  /** Rows as objects. */
  async *rows() {
    const cursor = await Cursor.open(this.#open, this.#signal);
    try {
      const read = rowReader(cursor.columns);
      for (let done = false; !done; ) {
        const page = await cursor.rows(PAGE);
        for (const cells of page.rows) yield read(cells);
        done = page.done;
      }
    } finally {
      cursor.close();
    }
  }

  /** Everything as one table of apache-arrow. @param {{tableFromIPC: Function, Table: any}} arrow the module */
  async toArrow(arrow) {
    const tables = [];
    for await (const bytes of this.batches()) tables.push(arrow.tableFromIPC(bytes));
    if (tables.length === 0) return arrow.tableFromIPC(await this.#emptyBatch());
    return tables.length === 1 ? tables[0] : new arrow.Table(tables[0].schema, tables.flatMap((table) => table.batches));
  }

  /** Read by hand, page by page. @returns {Promise<Cursor>} */
  cursor() {
    return Cursor.open(this.#open, this.#signal);
  }

  async #emptyBatch() {
    const cursor = await Cursor.open(this.#open, this.#signal);
    try {
      return await cursor.empty();
    } finally {
      cursor.close();
    }
  }
}

/** Rows of a state of a table. */
export class Scan extends Rows {
  #explain;

  /**
   * @param {(aborted?: Promise<void>) => Promise<object>} open makes the engine's cursor
   * @param {(how: object) => Promise<object>} explain @param {AbortSignal} [signal]
   */
  constructor(open, explain, signal) {
    super(open, signal);
    this.#explain = explain;
  }

  /** What is read and what is left out, step by step. @param {{analyze?: boolean}} [how] */
  explain(how = {}) {
    return this.#explain(how);
  }
}

/** A read under way. */
export class Cursor {
  #raw;
  #signal;

  /** @param {(aborted?: Promise<void>) => Promise<object>} open @param {AbortSignal} [signal] */
  static async open(open, signal) {
    return new Cursor(await guarded(signal, open), signal);
  }

  constructor(raw, signal) {
    this.#raw = raw;
    this.#signal = signal;
    /** @type {{name: string, type: string, schemaType: import('./rows.js').PaimonType}[]} */
    this.columns = JSON.parse(raw.columns());
  }

  /** The next batch as Arrow IPC, `undefined` at the end. @param {AbortSignal} [signal] */
  batch(signal = this.#signal) {
    return guarded(signal, (aborted) => able(this.#raw, 'nextBatch').nextBatch(aborted));
  }

  /** Up to `count` rows of canonical cells. @param {number} count @param {AbortSignal} [signal] @returns {Promise<{rows: any[][], done: boolean}>} */
  async rows(count, signal = this.#signal) {
    return JSON.parse(await guarded(signal, (aborted) => able(this.#raw, 'nextRows').nextRows(count, aborted)));
  }

  /**
   * Up to `count` rows from number `offset` on, wherever that is; `total` is null until it is known. `passed` hears of rows that
   * are read on the way, and is waited for.
   * @param {number} offset @param {number} count @param {{signal?: AbortSignal, passed?: (row: number) => Promise<void> | void}} [options]
   * @returns {Promise<{rows: any[][], total: number | null}>}
   */
  async rowsAt(offset, count, { signal = this.#signal, passed } = {}) {
    return JSON.parse(await guarded(signal, (aborted) => able(this.#raw, 'rowsAt').rowsAt(offset, count, passed, aborted)));
  }

  /**
   * The rest of the rows as the bytes of a file, chunk by chunk; the cursor gives no more rows then.
   * @param {'csv' | 'ndjson' | 'arrow' | 'parquet'} format @param {AbortSignal} [signal]
   * @returns {AsyncGenerator<{bytes: Uint8Array, rows: number}>} `rows`: written so far
   */
  async *file(format, signal = this.#signal) {
    const file = await guarded(signal, () => able(this.#raw, 'toFile').toFile(format));
    try {
      for (let bytes = await next(); bytes !== undefined; bytes = await next()) yield { bytes, rows: await file.written() };
    } finally {
      file.free();
    }

    function next() {
      return guarded(signal, (aborted) => file.next(aborted));
    }
  }

  /** The schema alone, as an Arrow IPC stream without batches. */
  empty() {
    return able(this.#raw, 'emptyBatch').emptyBatch();
  }

  /** Stops reading and gives the memory back. */
  close() {
    this.#raw?.free();
    this.#raw = undefined;
  }
}

if (Symbol.dispose) Cursor.prototype[Symbol.dispose] = Cursor.prototype.close;
