// A warehouse: folders `<database>.db/<table>` below one place.

import { guarded } from './calls.js';
import { errorOf } from './errors.js';
import { Table } from './table.js';

export class Warehouse {
  #raw;
  #store;
  #signal;

  /** @param {object} raw the engine's catalog @param {object} store @param {AbortSignal} [signal] */
  constructor(raw, store, signal) {
    this.#raw = raw;
    this.#store = store;
    this.#signal = signal;
  }

  /** Whether the store lists folders. */
  get canList() {
    return this.#raw.canList;
  }

  /** Databases and their tables. @param {{signal?: AbortSignal}} [options] @returns {Promise<{name: string, tables: string[]}[]>} */
  async databases({ signal = this.#signal } = {}) {
    if (this.canList) return JSON.parse(await guarded(signal, (aborted) => this.#raw.databases(aborted)));
    const index = await guarded(signal, () => this.#store.index?.({ signal }) ?? null);
    if (index) return readIndex(index);
    throw errorOf('unsupported', 'this server cannot list folders', {
      hint: 'open a table by its own URL, or serve the warehouse with `cenote serve`',
    });
  }

  /** @param {string} database @param {string} table @param {{signal?: AbortSignal}} [options] */
  async table(database, table, { signal = this.#signal } = {}) {
    const raw = await guarded(signal, (aborted) => this.#raw.table(database, table, aborted));
    return Table.of(raw, signal);
  }

  /** Requests, bytes and cache hits of all tables opened here. @param {{since?: number}} [options] */
  io({ since = 0 } = {}) {
    return JSON.parse(this.#raw.io(since));
  }

  /** Gives the memory back. */
  close() {
    this.#raw?.free();
    this.#raw = undefined;
  }
}

function readIndex(bytes) {
  try {
    const { databases } = JSON.parse(new TextDecoder().decode(bytes));
    return databases.map(({ name, tables }) => ({ name: String(name), tables: tables.map(String) }));
  } catch (cause) {
    throw errorOf('corrupt', `the server's list of databases cannot be read: ${cause.message}`, { cause });
  }
}

if (Symbol.dispose) Warehouse.prototype[Symbol.dispose] = Warehouse.prototype.close;
