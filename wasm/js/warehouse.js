// A warehouse: folders `<database>.db/<table>` below one place.

import { able, guarded } from './calls.js';
import { errorOf } from './errors.js';
import { whyNotWritable } from './storage/commits.js';
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
    if (this.canList) return JSON.parse(await guarded(signal, (aborted) => able(this.#raw, 'databases').databases(aborted)));
    const index = await guarded(signal, () => this.#store.index?.({ signal }) ?? null);
    if (index) return readIndex(index);
    throw errorOf('unsupported', 'this server cannot list folders', {
      hint: 'open a table by its own URL, or serve the warehouse with `cenote serve`',
    });
  }

  /**
   * @param {string} database @param {string} table
   * @param {{signal?: AbortSignal, hold?: boolean}} [options] `hold`: all answers are about the moment of opening, for the engine behind `call`
   */
  async table(database, table, { signal = this.#signal, hold } = {}) {
    const raw = await guarded(signal, (aborted) => able(this.#raw, 'table').table(database, table, aborted, hold));
    return Table.of(raw, signal, { refusal: whyNotWritable(this.#store) });
  }

  /** @param {string} name @param {{ifNotExists?: boolean, signal?: AbortSignal}} [options] */
  createDatabase(name, { ifNotExists, signal } = {}) {
    return this.#change('createDatabase', { name, ifNotExists }, signal);
  }

  /** Removes a database, with `cascade` its tables and their data, too. @param {string} name @param {{ifExists?: boolean, cascade?: boolean, signal?: AbortSignal}} [options] */
  async dropDatabase(name, { ifExists, cascade, signal } = {}) {
    await this.#change('dropDatabase', { name, ifExists, cascade }, signal);
    await this.#store.prune?.(`${name}.db`);
  }

  /**
   * Makes a table, and its database where that is missing, and opens it.
   * @param {string} database @param {string} name
   * @param {object} definition
   * @param {import('./write/definition.js').NewFields} [definition.fields] `{id: 'BIGINT NOT NULL'}`, or `[{name, type, description?, defaultValue?}]`
   * @param {object} [definition.schema] that of another table instead: its fields, keys, options and comment
   * @param {string[]} [definition.primaryKey] @param {string[]} [definition.partitionBy]
   * @param {Record<string, string | number | boolean>} [definition.options] Paimon's, such as `bucket`
   * @param {string} [definition.comment]
   * @param {boolean} [definition.ifNotExists] open a table of this name as it is
   * @param {AbortSignal} [definition.signal]
   */
  async createTable(database, name, { signal = this.#signal, ...definition }) {
    this.#requireWritable();
    // What only those who write need is loaded for them.
    const { newTable } = await import('./write/definition.js');
    const request = newTable(definition);
    const make = (aborted) => able(this.#raw, 'createTable').createTable(database, name, request, aborted);
    return Table.of(await guarded(signal, make), signal, { refusal: whyNotWritable(this.#store) });
  }

  /** Removes a table with its data. @param {string} database @param {string} name @param {{ifExists?: boolean, signal?: AbortSignal}} [options] */
  async dropTable(database, name, { ifExists, signal } = {}) {
    await this.#change('dropTable', { database, name, ifExists }, signal);
    await this.#store.prune?.(`${database}.db/${name}`);
  }

  /** Requests, bytes and cache hits of all tables opened here. @param {{since?: number}} [options] */
  io({ since = 0 } = {}) {
    return JSON.parse(able(this.#raw, 'io').io(since));
  }

  /** Gives the memory back. */
  close() {
    this.#raw?.free();
    this.#raw = undefined;
  }

  #requireWritable() {
    const refusal = whyNotWritable(this.#store);
    if (refusal) throw refusal;
  }

  async #change(method, params, signal = this.#signal) {
    this.#requireWritable();
    return guarded(signal, (aborted) => able(this.#raw, 'change').change(JSON.stringify({ method, params }), aborted));
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
