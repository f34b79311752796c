// A table, and a table at a point in time.

import { guarded } from './calls.js';
import { Cursor, Scan } from './scan.js';

export class Table {
  #raw;
  #signal;
  #at;

  /** @param {object} raw the engine's table @param {object} info @param {AbortSignal} [signal] @param {object} [at] */
  constructor(raw, info, signal, at = {}) {
    this.#raw = raw;
    this.#signal = signal;
    this.#at = at;
    /** What the table is: name, keys, fields, options, latest snapshot. */
    this.info = info;
  }

  /** @param {object} raw @param {AbortSignal} [signal] */
  static async of(raw, signal) {
    const table = new Table(raw, undefined, signal);
    table.info = await table.#request('info', {});
    return table;
  }

  /** What the table is, as it is now, with the number and size of its files. @param {{signal?: AbortSignal}} [options] */
  describe({ signal } = {}) {
    return this.#request('info', { sizes: true }, signal);
  }

  /** Name of the table. */
  get name() {
    return this.info.name;
  }

  /** Fields of the latest schema. */
  get schema() {
    const { schemaId, fields, primaryKeys, partitionKeys, options, comment } = this.info;
    return { id: schemaId, fields, primaryKeys, partitionKeys, options, comment };
  }

  /** The same table at a snapshot, a tag or a time. @param {{snapshot?: number, tag?: string, timestampMillis?: number}} at */
  at({ snapshot, tag, timestampMillis }) {
    return new Table(this.#raw, this.info, this.#signal, { snapshot, tag, timestampMillis });
  }

  /** Snapshots, newest first. @param {{limit?: number, signal?: AbortSignal}} [options] */
  snapshots({ limit, signal } = {}) {
    return this.#request('snapshots', { limit }, signal);
  }

  /** @param {{signal?: AbortSignal}} [options] */
  tags({ signal } = {}) {
    return this.#request('tags', {}, signal);
  }

  /** Every version of the schema. @param {{signal?: AbortSignal}} [options] */
  schemas({ signal } = {}) {
    return this.#request('schemas', {}, signal);
  }

  /** Data files, with statistics. @param {{snapshot?: number, tag?: string, signal?: AbortSignal}} [options] */
  files({ signal, ...at } = {}) {
    return this.#request('files', { ...this.#at, ...at }, signal);
  }

  /** @param {{snapshot?: number, tag?: string, signal?: AbortSignal}} [options] */
  manifests({ signal, ...at } = {}) {
    return this.#request('manifests', { ...this.#at, ...at }, signal);
  }

  /** What a scan would read, and why not the rest. @param {object} [options] as for `scan` */
  explain({ signal, ...scan } = {}) {
    return this.#request('explain', { ...this.#at, ...scan }, signal);
  }

  /**
   * Reads rows.
   * @param {{columns?: string[], filter?: string, limit?: number, snapshot?: number, tag?: string, timestampMillis?: number, signal?: AbortSignal}} [options]
   */
  scan({ signal = this.#signal, ...options } = {}) {
    const request = { ...this.#at, ...options };
    return new Scan(this.#opener(request), () => this.explain(request), signal);
  }

  /** A scan read by hand, page by page. @param {object} [options] as for `scan` @returns {Promise<Cursor>} */
  cursor({ signal = this.#signal, ...options } = {}) {
    return Cursor.open(this.#opener({ ...this.#at, ...options }), signal);
  }

  /** Requests, bytes and cache hits so far; `since` leaves out records up to that `seq`. @param {{since?: number}} [options] */
  io({ since = 0 } = {}) {
    return JSON.parse(this.#raw.io(since));
  }

  /** Gives the memory back. */
  close() {
    this.#raw?.free();
    this.#raw = undefined;
  }

  #opener(request) {
    return (aborted) => this.#raw.scan(JSON.stringify(request), aborted);
  }

  async #request(method, params, signal = this.#signal) {
    const text = JSON.stringify({ method, params });
    return JSON.parse(await guarded(signal, (aborted) => this.#raw.request(text, aborted)));
  }
}

if (Symbol.dispose) Table.prototype[Symbol.dispose] = Table.prototype.close;
