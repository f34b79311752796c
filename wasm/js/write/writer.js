// Rows on their way into a table: written as they come, visible with the commit.

import { guarded } from '../calls.js';
import { CenoteError, errorOf } from '../errors.js';

/**
 * Writes rows to one table; made by `table.write()`. Calls are done in the order in which they are made.
 *
 * A write that fails or is cancelled ends the writer and removes its files: nothing of it can be committed any more.
 */
export class Writer {
  #raw;
  #signal;
  #table;
  #last = Promise.resolve();

  /** @param {object} raw the engine's writer @param {AbortSignal} [signal] */
  constructor(raw, signal) {
    this.#raw = raw;
    this.#signal = signal;
    this.#table = JSON.parse(raw.columns());
  }

  /**
   * Writes rows: objects, Arrow IPC bytes, or a table of apache-arrow (with its module as `arrow`). A row may say its kind
   * as `_rowkind`; the others are new rows (`+I`), which in a table with a primary key take the place of older ones.
   * @param {object} rows @param {{signal?: AbortSignal, onProgress?: (progress: {rows: number}) => void, arrow?: object}} [options]
   * @returns {Promise<{rows: number}>}
   */
  write(rows, options) {
    return this.#queued(() => this.#write(rows, options, {}));
  }

  /** Writes new rows to a table without a primary key. @param {object} rows @param {object} [options] as for `write` */
  append(rows, options) {
    return this.#queued(async () => {
      if (this.#table.primaryKeys.length > 0) throw errorOf('invalid', 'the table has a primary key: use upsert');
      return this.#write(rows, options, {});
    });
  }

  /** Writes rows that take the place of those with the same key. @param {object} rows @param {object} [options] as for `write` */
  upsert(rows, options) {
    return this.#queued(async () => {
      this.#requireKey('append');
      return this.#write(rows, options, {});
    });
  }

  /**
   * Deletes rows by their keys. The rows need the primary key, columns of `sequence.field`, and what is NOT NULL without a
   * default; other columns may be missing.
   * @param {object} rows @param {object} [options] as for `write`
   */
  delete(rows, options) {
    return this.#queued(async () => {
      this.#requireKey('table.deleteWhere');
      return this.#write(rows, options, { kind: '-D', required: this.#table.neededToDelete });
    });
  }

  /**
   * Makes everything written since the last commit visible, as one snapshot.
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<{snapshot: number | string | null, rows: number, files: number}>}
   */
  commit({ signal = this.#signal } = {}) {
    return this.#queued(async () => JSON.parse(await guarded(signal, (aborted) => this.#engine().commit(aborted))));
  }

  /** Gives up what was written since the last commit, removes its files, and ends the writer. */
  abort() {
    return this.#queued(async () => {
      const raw = this.#raw;
      this.#raw = undefined;
      await raw?.abort();
      raw?.free();
    });
  }

  #queued(work) {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #write(rows, { signal = this.#signal, onProgress, arrow } = {}, how) {
    const bytes = ipcOf(rows, arrow);
    try {
      if (bytes === undefined) return await this.#objects(rows, { signal, onProgress }, how);
      const written = await guarded(signal, (aborted) => this.#engine().writeIpc(bytes, how.kind === '-D', aborted));
      onProgress?.({ rows: written });
      return { rows: written };
    } catch (error) {
      // Half of the rows may be with the engine: none of them may be committed.
      await this.#raw?.abort();
      throw error;
    }
  }

  async #objects(rows, { signal, onProgress }, how) {
    // Most pages only read: what makes columns of objects is loaded for those that write.
    const { CHUNK, Columns } = await import('./columns.js');
    const columns = new Columns(this.#table, how);
    let written = 0;
    const flush = async () => {
      const { names, cells, rows: count, kinds, first } = columns.take();
      await numbered(first, guarded(signal, (aborted) => this.#engine().writeCells(names, cells, count, kinds, aborted)));
      written += count;
      onProgress?.({ rows: written });
    };
    for await (const row of iterated(rows)) {
      columns.add(row);
      if (columns.rows >= CHUNK) await flush();
    }
    if (columns.rows > 0) await flush();
    return { rows: written };
  }

  #requireKey(instead) {
    if (this.#table.primaryKeys.length === 0) throw errorOf('invalid', `the table has no primary key: use ${instead}`);
  }

  #engine() {
    if (!this.#raw) throw errorOf('invalid', 'the writer has ended: begin another with table.write()');
    return this.#raw;
  }
}

/** Arrow IPC bytes out of what was given; `undefined` for objects. */
function ipcOf(rows, arrow) {
  if (rows instanceof Uint8Array) return rows;
  if (rows instanceof ArrayBuffer) return new Uint8Array(rows);
  const isArrow = typeof rows?.schema === 'object' && (Array.isArray(rows.batches) || typeof rows.numRows === 'number');
  if (!isArrow) return undefined;
  if (typeof arrow?.tableToIPC === 'function') return arrow.tableToIPC(rows, 'stream');
  throw errorOf('invalid', 'a table of apache-arrow needs its module', { hint: 'pass { arrow }, or the bytes of tableToIPC(table)' });
}

/** One object is one row. */
function iterated(rows) {
  if (rows === null || typeof rows !== 'object') throw errorOf('invalid', 'expected rows: objects, Arrow IPC bytes or an Arrow table');
  return rows[Symbol.asyncIterator] || rows[Symbol.iterator] ? rows : [rows];
}

/** Errors count rows within what the engine got at once; the caller's rows began earlier. */
async function numbered(first, promise) {
  try {
    return await promise;
  } catch (error) {
    if (!(error instanceof CenoteError) || error.row === undefined || first === 0) throw error;
    const { kind, message, path, hint, column, row, cause } = error;
    throw errorOf(kind, message, { path, hint, column, row: row + first, cause });
  }
}

if (Symbol.dispose) Writer.prototype[Symbol.dispose] = Writer.prototype.abort;
if (Symbol.asyncDispose) Writer.prototype[Symbol.asyncDispose] = Writer.prototype.abort;
