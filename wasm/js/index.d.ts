/**
 * Apache Paimon tables in browsers, workers and Node, read and written.
 *
 * ```ts
 * const table = await openTable('https://host/warehouse/db.db/orders');
 * for await (const row of table.scan({ columns: ['id', 'total'], filter: 'total > 100', limit: 10 }).rows()) console.log(row);
 * ```
 *
 * @packageDocumentation
 */

/// <reference lib="esnext.disposable" />

import type { IoReport, Schema } from './metadata.js';
import type { Location, Storage, Store } from './storage.js';
import type { Table } from './table.js';

export * from './follow.js';
export * from './health.js';
export * from './in_worker.js';
export * from './insight.js';
export * from './metadata.js';
export * from './storage.js';
export * from './table.js';
export * from './writing.js';

/** An integer of 64 bits outside of rows: a number where that is exact (almost always), else its digits. */
export type Long = number | string;

/** A type as schema files have it: text for scalar types, an object for nested ones. */
export type PaimonType =
  | string
  | { type: string; element?: PaimonType; key?: PaimonType; value?: PaimonType; fields?: { id: number; name: string; type: PaimonType }[] };

/**
 * A value in a row: BIGINT is `bigint`, BINARY is `Uint8Array`, MAP is a `Map`, MULTISET a `Map` of counts, ROW an object,
 * VARIANT any JSON value; DECIMAL, DATE, TIME and TIMESTAMP are exact text.
 */
export type Value = null | boolean | number | bigint | string | Uint8Array | Value[] | Map<Value, Value> | { [name: string]: Value };
/** A row by the names of its columns. */
export type Row = Record<string, Value>;

// ---- opening -----------------------------------------------------------------------------------------------------

/** How a place is opened. */
export interface OpenOptions {
  storage?: Storage | Store;
  /**
   * Commit although the store cannot create a file only if it is absent. Two writers at once may then lose rows: only where
   * there is surely one at a time.
   */
  unsafeCommits?: boolean;
  signal?: AbortSignal;
}

/**
 * Opens a table by its own place; needs no listing. The address may end in a branch, in a system table, or in both:
 * `…/orders$branch_test`, `…/orders$files`, `…/orders$branch_test$audit_log`.
 */
export function openTable(location: Location, options?: OpenOptions & { branch?: string }): Promise<Table>;

/** Opens a warehouse; nothing is read yet. */
export function openWarehouse(location: Location, options?: OpenOptions): Promise<Warehouse>;

/** Where a module of the engine is. */
export type ModuleSource = BufferSource | WebAssembly.Module | Response | Promise<Response> | URL | string;

/** How the engine is started. */
export interface LoadOptions {
  /** The reader, when `wasm/reader_bg.wasm` of the package is not right. */
  module?: ModuleSource;
  /** The full module, when `wasm/full_bg.wasm` of the package is not right. */
  fullModule?: ModuleSource;
  /** Load all of the engine now and open everything there, instead of when it is needed. */
  full?: boolean;
  /** How long nothing must be open before the memory of the engine is given back, 1000 ms unless said; `Infinity` for never. */
  idleMillis?: number;
}

/**
 * Starts the engine ahead of time, or from places of your own.
 *
 * The engine is two modules: a small reader, and the full one, which is loaded when a table or a call needs more: ORC and Avro data
 * files, rare codecs, sketches, every change of a table, `doctor`, `verify` and `compaction`.
 *
 * WebAssembly memory never shrinks: when all tables, warehouses, cursors and writers have been closed for a second (`idleMillis`), the
 * modules are ended, which gives all of it back. They stay compiled, and start anew within milliseconds when something is opened.
 */
export function load(options?: LoadOptions): Promise<unknown>;

/** The modules that run: none before the first opening, and none after the memory was given back. */
export function loaded(): ('reader' | 'full')[];
/** Bytes of memory that the engine has taken on this thread: 0 before it is started, and again a while after all is closed. */
export function engineBytes(): number;

/** A warehouse: databases `<database>.db` with their tables, below one place. */
export interface Warehouse extends Disposable {
  /** Whether the store lists folders. */
  readonly canList: boolean;
  /** Databases and their tables. Servers that cannot list may offer a list of them, as `cenote serve` does. */
  databases(options?: { signal?: AbortSignal }): Promise<{ name: string; tables: string[] }[]>;
  /**
   * `table` may name a branch and a system table: `orders$branch_test`, `orders$files`. The database `sys` has tables
   * about all others: `tables`, `partitions`, `all_table_options`, `catalog_options`.
   */
  table(database: string, table: string, options?: { signal?: AbortSignal }): Promise<Table>;
  /** Makes a database; with `ifNotExists` one that is there is left as it is. */
  createDatabase(name: string, options?: { ifNotExists?: boolean; signal?: AbortSignal }): Promise<void>;
  /** With `cascade` its tables and their data go, too; without it a database with tables is refused. */
  dropDatabase(name: string, options?: { ifExists?: boolean; cascade?: boolean; signal?: AbortSignal }): Promise<void>;
  /** Makes a table, and its database where that is missing, and opens it. */
  createTable(database: string, table: string, definition: NewTable): Promise<Table>;
  /** Removes a table with its data. */
  dropTable(database: string, table: string, options?: { ifExists?: boolean; signal?: AbortSignal }): Promise<void>;
  /** What all tables opened here asked of the store; `since` leaves out requests up to that `seq`. */
  io(options?: { since?: number }): IoReport;
  /** Gives the memory back. Tables that it opened stay open. */
  close(): void;
}

/** What a new table shall be. */
export interface NewTable {
  /**
   * Columns in order, with types as SQL text or as in schema files: `{ id: 'BIGINT NOT NULL', total: 'DECIMAL(10, 2)' }`, or
   * a list where columns have comments or defaults.
   */
  fields?: Record<string, PaimonType> | { name: string; type: PaimonType; description?: string; defaultValue?: string }[];
  /** The fields, keys, options and comment of another table; what is said besides wins. */
  schema?: Schema;
  /** With one it is a table whose rows are updated and deleted by key, without one rows are only appended. */
  primaryKey?: string[];
  partitionBy?: string[];
  /** Paimon's table options, such as `bucket` or `merge-engine`. */
  options?: Record<string, string | number | boolean>;
  comment?: string;
  /** A table of this name is opened as it is. */
  ifNotExists?: boolean;
  signal?: AbortSignal;
}

// ---- errors ------------------------------------------------------------------------------------------------------

/** Whatever goes wrong: everything that this package throws is one, or the reason of your own AbortSignal. */
export class CenoteError extends Error {
  /** Stable word: `not found`, `corrupt`, `cors`, … */
  readonly kind: string;
  /** File or table that it is about. */
  readonly path?: string;
  /** What to do; for a CorsError the policy to paste. */
  readonly hint?: string;
  /** Column that it is about. */
  readonly column?: string;
  /** Row that it is about, counted from 0 within the rows of the call. */
  readonly row?: number;
  /** What the full module has and the reader lacks, where that is the reason. */
  readonly lacks?: string;
}
/** The named table, snapshot, tag or file does not exist. */
export class NotFoundError extends CenoteError {}
/** What shall be created is there already. */
export class AlreadyExistsError extends CenoteError {}
/** Somebody else changed the table in a contradicting way; nothing of yours was committed. */
export class ConflictError extends CenoteError {}
/** The store failed or refused for now. */
export class UnavailableError extends CenoteError {}
/** The store wants credentials, or other ones. */
export class ForbiddenError extends UnavailableError {}
/** The browser kept the server's answer from the page: `hint` holds the policy to paste into the bucket's settings. */
export class CorsError extends UnavailableError {}
/** Bytes disagree with the format. */
export class CorruptError extends CenoteError {}
/** A valid table, or a store, that needs what this build does not have. */
export class UnsupportedError extends CenoteError {}
/** An argument is wrong, or the thing was closed. */
export class InvalidError extends CenoteError {}
/** The call was ended from elsewhere, such as by closing its worker. */
export class CancelledError extends CenoteError {}
/** A fault of this package: please report it. */
export class InternalError extends CenoteError {}
