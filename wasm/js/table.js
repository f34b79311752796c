// A table, a table at a point in time, and its system tables.

import { able, guarded, longAsText } from './calls.js';
import { errorOf } from './errors.js';
import { Follow } from './follow.js';
import { answers } from './insight.js';
import { Rows, Scan } from './scan.js';
import { Writer } from './write/writer.js';

/** Names of states, as `at` and the reads take them. */
const STATES = ['snapshot', 'tag', 'timestampMillis', 'watermark', 'version'];

export class Table {
  #raw;
  #signal;
  #at;
  #refusal;

  /**
   * @param {object} raw the engine's table @param {object} info @param {AbortSignal} [signal]
   * @param {{at?: object, refusal?: Error}} [how] which state of it; why it cannot be written
   */
  constructor(raw, info, signal, { at = {}, refusal } = {}) {
    this.#raw = raw;
    this.#signal = signal;
    this.#at = at;
    this.#refusal = refusal;
    /** What the table is: name, keys, fields, options, latest snapshot. */
    this.info = info;
  }

  /** @param {object} raw @param {AbortSignal} [signal] @param {{at?: object, refusal?: Error}} [how] */
  static async of(raw, signal, how) {
    const table = new Table(raw, undefined, signal, how);
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

  /**
   * The same table at a snapshot, a tag, a time, a watermark or a version; one of them.
   * @param {{snapshot?: number | string, tag?: string, timestampMillis?: number, watermark?: number | string, version?: string}} at
   */
  at(at) {
    return new Table(this.#raw, this.info, this.#signal, { at: state(at), refusal: this.#refusal });
  }

  /**
   * A system table of this table, such as `files` or `audit_log`: what opening `t$files` gives.
   * @param {string} name @param {{signal?: AbortSignal}} [options]
   */
  async system(name, { signal = this.#signal } = {}) {
    return Table.of(await guarded(signal, () => able(this.#raw, 'system').system(name)), signal, { at: this.#at, refusal: this.#refusal });
  }

  /**
   * Snapshots, newest first; of a long history a part, or with `spread` some of all ages.
   * @param {{limit?: number, after?: number | string, before?: number | string, spread?: boolean, now?: boolean, signal?: AbortSignal}} [options]
   *   `now`: as they are now, of a table that was opened with `hold`
   */
  snapshots({ limit, after, before, spread, now, signal } = {}) {
    return this.#request('snapshots', { limit, after, before, spread, now }, signal);
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
    return this.#request('files', { ...this.#at, ...state(at) }, signal);
  }

  /** @param {{snapshot?: number, tag?: string, signal?: AbortSignal}} [options] */
  manifests({ signal, ...at } = {}) {
    return this.#request('manifests', { ...this.#at, ...state(at) }, signal);
  }

  /**
   * What a scan would read, and why not the rest; with `analyze` it reads, too, and tells what was left out within files.
   * @param {object} [options] as for `scan`
   */
  explain({ signal, analyze = false, ...scan } = {}) {
    return this.#request(analyze ? 'analyze' : 'explain', { ...this.#at, ...scan }, signal);
  }

  /**
   * What ails the latest state, worst first, and the command that mends it. Reads metadata only; over plain HTTP
   * `notLookedAt` says what was left out.
   * @param {{orphans?: boolean, address?: string, signal?: AbortSignal}} [options] `orphans`: list all files, too;
   *   `address`: how commands name the table
   */
  doctor({ orphans, address, signal } = {}) {
    return this.#request('doctor', { orphans, address }, signal);
  }

  /**
   * What `compact` would do with the latest state, bucket by bucket; nothing is written.
   * @param {{full?: boolean, signal?: AbortSignal}} [options]
   */
  compaction({ full, signal } = {}) {
    return this.#request('compaction', { full }, signal);
  }

  /**
   * Whether every file is there and holds what the metadata says, of this state or of `all` snapshots and tags.
   * @param {{level?: 'metadata' | 'files' | 'rows', all?: boolean, snapshot?: number | string, tag?: string, signal?: AbortSignal}} [options]
   */
  verify({ level, all, signal, ...at } = {}) {
    const { snapshot, tag, ...other } = { ...this.#at, ...state(at) };
    if (Object.keys(other).length > 0) throw errorOf('invalid', 'verify takes a snapshot or a tag');
    return this.#request('verify', { level, all, snapshot, tag }, signal);
  }

  /**
   * Reads rows.
   * @param {{columns?: string[], filter?: string, limit?: number, rowTracking?: boolean, readOptimized?: boolean, options?: Record<string, string>, signal?: AbortSignal}} [options]
   *   a state, too: `snapshot`, `tag`, `timestampMillis`, `watermark` or `version`
   */
  scan({ signal = this.#signal, ...options } = {}) {
    const request = { ...this.#at, ...options };
    const open = (aborted) => able(this.#raw, 'scan').scan(JSON.stringify(request), aborted);
    return new Scan(open, (how) => this.explain({ ...request, ...how, signal }), signal);
  }

  /**
   * Reads what changed after `from`, up to and including `to`; the first column is `_rowkind`: `+I`, `-U`, `+U` or `-D`.
   * @param {{from?: number | string, to?: number | string, mode?: 'auto' | 'delta' | 'changelog' | 'diff', columns?: string[], filter?: string, limit?: number, signal?: AbortSignal}} [options]
   */
  changes({ signal = this.#signal, ...options } = {}) {
    const request = { ...this.#at, ...options };
    return new Rows((aborted) => able(this.#raw, 'changes').changes(JSON.stringify(request), aborted), signal);
  }

  /**
   * Follows the table: the changes after `from`, step by step, as snapshots come.
   * @param {object} [options] `from`, `pollMillis`, and those of `changes` but `to`
   */
  follow(options = {}) {
    return new Follow(this, { signal: this.#signal, ...options });
  }

  /** A scan read by hand, page by page. @param {object} [options] as for `scan` @returns {Promise<import('./scan.js').Cursor>} */
  cursor(options) {
    return this.scan(options).cursor();
  }

  /**
   * Begins writing rows: `append`, `upsert` and `delete` them, then `commit`.
   * @param {{commitUser?: string, identifier?: number | string, properties?: Record<string, string>, overwrite?: boolean | 'partitions' | {where: string}, signal?: AbortSignal}} [options]
   * @returns {Promise<Writer>}
   */
  async write({ signal = this.#signal, overwrite, ...plan } = {}) {
    const request = JSON.stringify({ ...plan, overwrite: replaced(overwrite) }, longAsText);
    return new Writer(await guarded(signal, (aborted) => this.#engine('write').write(request, aborted)), signal);
  }

  /**
   * Deletes the rows that a filter matches, in one commit; `true` matches every row.
   * @param {string} filter @param {{dryRun?: boolean, signal?: AbortSignal}} [options]
   * @returns {Promise<{snapshot: number | string | null, rows: number | string}>}
   */
  deleteWhere(filter, { dryRun, signal } = {}) {
    return this.#change('deleteWhere', { filter, dryRun }, signal);
  }

  /**
   * Sets columns of the rows that a filter matches, in one commit; `true` matches every row.
   * @param {{set: Record<string, string | number | bigint | boolean | null>, where: string, dryRun?: boolean, signal?: AbortSignal}} options
   *   `set`: SQL expressions over the old row
   * @returns {Promise<{snapshot: number | string | null, rows: number | string}>}
   */
  async update({ set, where, dryRun, signal }) {
    if (typeof where !== 'string') throw errorOf('invalid', "expected a filter as `where`; say 'true' for every row");
    // What only those who write need is loaded for them.
    const { assignments } = await import('./write/assignments.js');
    return this.#change('update', { set: assignments(set), filter: where, dryRun }, signal);
  }

  /**
   * Takes all rows away, in one commit, without reading them.
   * @param {{dryRun?: boolean, signal?: AbortSignal}} [options]
   */
  truncate({ dryRun, signal } = {}) {
    return this.#change('truncate', { dryRun }, signal);
  }

  /**
   * Changes the schema: columns, options, comments. All changes are made, in their order, or none.
   * @param {object | object[]} changes @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<{schemaId: number | string}>}
   */
  async alter(changes, { signal = this.#signal } = {}) {
    const { alterations } = await import('./write/alteration.js');
    const text = JSON.stringify(alterations(changes));
    const done = JSON.parse(await guarded(signal, (aborted) => this.#engine('alter').alter(text, aborted)));
    this.info = await this.#request('info', {}, signal);
    return done;
  }

  /**
   * Merges files, in one commit; `full` merges all of them, whether they need it or not.
   * @param {{full?: boolean, partitions?: string, dryRun?: boolean, signal?: AbortSignal}} [options] `partitions`: a filter on partition columns
   */
  compact({ full, partitions, dryRun, signal } = {}) {
    return this.#change('compact', { full, partitions, dryRun }, signal);
  }

  /** Requests, bytes and cache hits so far; `since` leaves out records up to that `seq`. @param {{since?: number}} [options] */
  io({ since = 0 } = {}) {
    return JSON.parse(able(this.#raw, 'io').io(since));
  }

  /** Gives the memory back. */
  close() {
    this.#raw?.free();
    this.#raw = undefined;
  }

  #change(method, params, signal = this.#signal) {
    const text = JSON.stringify({ method, params });
    return guarded(signal, async (aborted) => JSON.parse(await this.#engine('change').change(text, aborted)));
  }

  /** The engine's table, where this build and this state of the table can be changed. */
  #engine(method) {
    if (Object.keys(this.#at).length > 0) throw errorOf('invalid', 'an older state of a table cannot be changed');
    if (this.#refusal) throw this.#refusal;
    return able(this.#raw, method);
  }

  async #request(method, params, signal = this.#signal, onProgress = undefined) {
    const text = JSON.stringify({ method, params });
    const hear = onProgress && ((done, total) => onProgress({ done, total }));
    return JSON.parse(await guarded(signal, (aborted) => able(this.#raw, 'request').request(text, hear, aborted)));
  }

  static {
    answers(Table, (table) => ({ at: table.#at, ask: (...asked) => table.#request(...asked) }));
  }
}

/** What an overwrite replaces, in the engine's words. */
function replaced(overwrite) {
  if (overwrite === undefined || overwrite === false) return undefined;
  if (overwrite === true) return 'table';
  if (overwrite === 'partitions') return 'dynamic';
  if (typeof overwrite?.where === 'string') return { partitions: overwrite.where };
  throw errorOf('invalid', "overwrite must be true, 'partitions' or { where }");
}

/** A state, whose name is known: a misspelt one would read another state. @param {object} at */
function state(at) {
  const unknown = Object.keys(at).find((name) => !STATES.includes(name));
  if (unknown === undefined) return at;
  throw errorOf('invalid', `a state is named by ${STATES.join(', ')}, not by ${unknown}`);
}

if (Symbol.dispose) Table.prototype[Symbol.dispose] = Table.prototype.close;
