/**
 * Apache Paimon tables in browsers, workers and Node, read and written.
 *
 * ```ts
 * const table = await openTable('https://host/warehouse/db.db/orders');
 * for await (const row of table.scan({ columns: ['id', 'total'], filter: 'total > 100', limit: 10 }).rows()) console.log(row);
 * ```
 */

import type { CompactionPreview, Doctor, Verification } from './health.js';
import type { Follow, FollowOptions } from './follow.js';
import type { Insight } from './insight.js';
import type { CompactOptions, Compacted, WriteOptions, Writer } from './writing.js';

export * from './follow.js';
export * from './health.js';
export * from './in_worker.js';
export * from './insight.js';
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
export type Row = Record<string, Value>;

// ---- stores ------------------------------------------------------------------------------------------------------

/** What the engine needs of a place where files are. Write your own, or use one of the storages below. */
export interface Store {
  /**
   * An object or a part of it; `null` when it is absent. `end` is exclusive, `suffix` asks for the last bytes.
   * `size` is that of the whole object.
   */
  get(path: string, options: { start?: number; end?: number; suffix?: number; signal?: AbortSignal }): Promise<Found | null>;
  /** Direct children of a folder. Without it tables are found through their hints. */
  list?(folder: string, options: { signal?: AbortSignal }): Promise<{ dirs: string[]; files: { name: string; size: number; modified?: number }[] }>;
  /** Writes an object, replacing what is there. */
  put?(path: string, bytes: Uint8Array): Promise<void>;
  /** Creates an object only if absent, in one step; false when there is one. Commits need it. */
  putIfAbsent?(path: string, bytes: Uint8Array): Promise<boolean>;
  delete?(path: string): Promise<void>;
  /** Removes a folder that has no files, where folders are there by themselves. */
  prune?(folder: string): Promise<void>;
}

export interface Found {
  bytes: Uint8Array;
  /** Where `bytes` begin. */
  start?: number;
  /** Length of the whole object, where known. */
  size?: number;
  etag?: string;
  /** Epoch milliseconds. */
  modified?: number;
}

/** A kind of place; `open` gives the store of one location. */
export interface Storage {
  readonly kind: string;
  open(location: string): Store;
}

export interface FetchOptions {
  fetch?: typeof fetch;
  /** Told about servers that make reading slow, such as those without ranges. */
  onWarning?: (message: string) => void;
}

/** Any HTTP server. Never HEAD; ranges are checked. */
export function http(options?: FetchOptions & { headers?: HeadersInit; credentials?: RequestCredentials }): Storage;

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** S3 and compatibles. Anonymous without credentials; they are kept in memory only. */
export function s3(options?: FetchOptions & {
  credentials?: Credentials;
  /** Asked before each request, so that credentials may expire. */
  provider?: () => Credentials | Promise<Credentials>;
  region?: string;
  endpoint?: string;
  pathStyle?: boolean;
  /** false for a server that ignores `If-None-Match`: commits are refused there. */
  conditionalPut?: boolean;
}): Storage;

/**
 * URLs that your backend signs; with `write` for PUT and DELETE, too. The signature must cover `headers`, such as the
 * `If-None-Match` of a commit.
 */
export function presigned(
  sign: (path: string, options: { method: string; headers: Record<string, string> }) => string | URL | Promise<string | URL>,
  options?: FetchOptions & { write?: boolean; cacheMillis?: number },
): Storage;

/**
 * A folder that the user picked or dropped; read in place. A `FileSystemDirectoryHandle` is written to as well: commits are
 * safe among the pages and workers of one origin, but not against other programs that commit at the same time.
 */
export function files(
  source: FileList | Iterable<File | [string, File]> | FileSystemDirectoryHandle,
  options?: { root?: string },
): Store;

/**
 * The origin's private file system, for locations such as `opfs:/warehouse`, in pages and workers. `root` is a folder above
 * all of them.
 */
export function opfs(root?: string): Storage;

/** Objects in memory. */
export function memory(entries?: Iterable<[string, Uint8Array]>): Store;

/** The local disk, in Node. */
export function local(): Storage;

// ---- opening -----------------------------------------------------------------------------------------------------

export type Location = string | URL | FileList | Iterable<File> | FileSystemDirectoryHandle;

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

/** Starts the engine ahead of time, or from a place of your own. */
export function load(options?: { module?: BufferSource | WebAssembly.Module | Response | Promise<Response> | URL | string }): Promise<unknown>;

export interface Warehouse extends Disposable {
  readonly canList: boolean;
  databases(options?: { signal?: AbortSignal }): Promise<{ name: string; tables: string[] }[]>;
  /**
   * `table` may name a branch and a system table: `orders$branch_test`, `orders$files`. The database `sys` has tables
   * about all others: `tables`, `partitions`, `all_table_options`, `catalog_options`.
   */
  table(database: string, table: string, options?: { signal?: AbortSignal }): Promise<Table>;
  createDatabase(name: string, options?: { ifNotExists?: boolean; signal?: AbortSignal }): Promise<void>;
  /** With `cascade` its tables and their data go, too; without it a database with tables is refused. */
  dropDatabase(name: string, options?: { ifExists?: boolean; cascade?: boolean; signal?: AbortSignal }): Promise<void>;
  /** Makes a table, and its database where that is missing, and opens it. */
  createTable(database: string, table: string, definition: NewTable): Promise<Table>;
  /** Removes a table with its data. */
  dropTable(database: string, table: string, options?: { ifExists?: boolean; signal?: AbortSignal }): Promise<void>;
  io(options?: { since?: number }): IoReport;
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

// ---- tables ------------------------------------------------------------------------------------------------------

export interface Field {
  id: number;
  name: string;
  /** SQL text, such as `DECIMAL(10, 2) NOT NULL`. */
  type: string;
  schemaType: PaimonType;
  nullable: boolean;
  description: string | null;
  defaultValue: string | null;
}

export interface Schema {
  id: Long;
  fields: Field[];
  primaryKeys: string[];
  partitionKeys: string[];
  options: Record<string, string>;
  comment: string | null;
}

export interface Snapshot {
  id: Long;
  schemaId: Long;
  commitKind: 'APPEND' | 'COMPACT' | 'OVERWRITE' | 'ANALYZE';
  timeMillis: Long;
  commitUser: string;
  commitIdentifier: Long;
  totalRecordCount: Long | null;
  deltaRecordCount: Long | null;
  changelogRecordCount: Long | null;
  watermark: Long | null;
  baseManifestList: string;
  deltaManifestList: string;
  changelogManifestList: string | null;
  indexManifest: string | null;
  operation: string | null;
  writerVersion: string | null;
}

export interface Tag {
  name: string;
  snapshotId: Long;
  timeMillis: Long;
  createTimeMillis: Long | null;
  schemaId: Long;
  recordCount: Long | null;
}

/** A value in metadata: canonical JSON. */
export type Cell = null | boolean | number | string;

export interface DataFile {
  /** `month=1/day=2`, empty without partitions. */
  partition: string;
  bucket: number;
  totalBuckets: number;
  level: number;
  name: string;
  /** Relative to the table, or a URL for files kept elsewhere. */
  path: string;
  format: string;
  size: Long;
  rows: Long;
  deleteRows: Long | null;
  minKey: Cell[];
  maxKey: Cell[];
  minSequence: Long;
  maxSequence: Long;
  creationMillis: Long | null;
  schemaId: Long;
  source: 'append' | 'compact' | null;
  /** Whether it is kept outside the table's folder. */
  external: boolean;
  /** Row id of its first row, where the table tracks rows. */
  firstRowId: Long | null;
  /** The columns that it holds, where only some were written. */
  writeCols: string[] | null;
  /** Files beside it, such as file indexes. */
  extraFiles: string[];
  /** Bytes of the file index that the manifest holds. */
  embeddedIndexSize: Long | null;
  stats: { column: string; min: Cell; max: Cell; nullCount: Long | null }[];
}

export interface Manifest {
  list: 'base' | 'delta' | 'changelog';
  name: string;
  size: Long;
  added: Long;
  deleted: Long;
  schemaId: Long;
  minPartition: Cell[];
  maxPartition: Cell[];
}

export interface Explain {
  steps: { name: string; kept: number; total: number; unit: string }[];
  splits: number;
  /** Splits whose files must be merged. */
  mergeSplits: number;
  files: number;
  bytes: number;
  /** Rows of those files, unmerged and before the filter. */
  rows: number;
}

export interface IoReport {
  totals: { requests: number; bytes: number; bytesWritten: number; cacheHits: number; failures: number };
  requests: {
    seq: number;
    method: string;
    path: string;
    start: number | null;
    end: number | null;
    bytes: number;
    startMillis: number;
    durationMillis: number;
    outcome: string;
    cached: boolean;
  }[];
}

export interface TableInfo extends Schema {
  name: string;
  database: string | null;
  url: string | null;
  schemaId: Long;
  bucket: string | null;
  bucketKeys: string[];
  mergeEngine: string;
  changelogProducer: string;
  latestSnapshot: Snapshot | null;
  fileCount: Long | null;
  totalSize: Long | null;
  recordCount: Long | null;
}

/** A state of the table, by one of these names; the latest when nothing is named. */
export interface At {
  snapshot?: Long;
  tag?: string;
  /** The last snapshot not later than this. */
  timestampMillis?: Long;
  /** The first snapshot with this watermark or a later one. */
  watermark?: Long;
  /** As `VERSION AS OF` takes it: a tag, a snapshot id, `watermark-<millis>`. */
  version?: string;
}

export interface ScanOptions extends At {
  columns?: string[];
  /** SQL, such as `country = 'DE' AND total > 10`. */
  filter?: string;
  limit?: number;
  /** Rows that are given before more is fetched, as for the top of a grid over a slow link; `limit` does the same. */
  firstRows?: number;
  /** Reads `_ROW_ID` and `_SEQUENCE_NUMBER`, too, of a table with `row-tracking.enabled`. */
  rowTracking?: boolean;
  /** Reads only what compaction has brought to the top level: nothing is merged, what is not compacted is not seen. */
  readOptimized?: boolean;
  /** Options of this read by Paimon's names, such as `scan.tag-name`; they win over those of the table. */
  options?: Record<string, string>;
  signal?: AbortSignal;
}

export interface ChangesOptions {
  /** Changes after this state: a snapshot id, or text that is a tag, an id or a time. Without it from the beginning. */
  from?: number | string;
  /** Up to and including this state; without it the latest. */
  to?: number | string;
  /**
   * `auto`: between two tags as `diff`, else as `changelog` where the table makes changelogs, else as `delta`.
   * `delta`: rows that APPEND snapshots added; `changelog`: rows of changelog files; `diff`: what differs between the two.
   */
  mode?: 'auto' | 'delta' | 'changelog' | 'diff';
  /** Without it `_rowkind` and all columns. */
  columns?: string[];
  /** SQL over the columns, `_rowkind` among them. Each row is judged by itself. */
  filter?: string;
  limit?: number;
  signal?: AbortSignal;
}

/** A table; a system table is one too, of which only rows can be asked. */
export interface Table extends Disposable, Insight {
  readonly name: string;
  readonly schema: Schema;
  /** As of opening; `fileCount` and `totalSize` are null here. */
  readonly info: TableInfo;
  /** The same as of now, with number and size of the files. */
  describe(options?: { signal?: AbortSignal }): Promise<TableInfo>;
  /** The same table as it was. */
  at(at: At): Table;
  /** A system table of this one, such as `files` or `audit_log`: what opening `t$files` gives. */
  system(name: string, options?: { signal?: AbortSignal }): Promise<Table>;
  snapshots(options?: { limit?: number; signal?: AbortSignal }): Promise<Snapshot[]>;
  tags(options?: { signal?: AbortSignal }): Promise<Tag[]>;
  schemas(options?: { signal?: AbortSignal }): Promise<(Schema & { timeMillis: Long })[]>;
  files(options?: At & { signal?: AbortSignal }): Promise<DataFile[]>;
  manifests(options?: At & { signal?: AbortSignal }): Promise<Manifest[]>;
  /** What a scan would read; with `analyze` it reads, too, and tells what was left out within files. */
  explain(options?: ScanOptions & { analyze?: boolean }): Promise<Explain>;
  /** What ails the latest state and the command that mends it; with `orphans` all files are listed, too. */
  doctor(options?: { orphans?: boolean; address?: string; signal?: AbortSignal }): Promise<Doctor>;
  /** What `compact` would do; nothing is written. */
  compaction(options?: { full?: boolean; signal?: AbortSignal }): Promise<CompactionPreview>;
  /** Whether every file is there and, from `level: 'rows'`, holds what the metadata says. */
  verify(options?: { level?: 'metadata' | 'files' | 'rows'; all?: boolean; snapshot?: Long; tag?: string; signal?: AbortSignal }): Promise<Verification>;
  scan(options?: ScanOptions): Scan;
  /** What changed, with `_rowkind` (`+I`, `-U`, `+U`, `-D`) as the first column; `rowkind` for `audit_log` and `binlog`. */
  changes(options?: ChangesOptions): Rows;
  /** The same as it comes, without end: what changed after `from`, step by step, as snapshots are made. */
  follow(options?: FollowOptions): Follow;
  cursor(options?: ScanOptions): Promise<Cursor>;
  /** Begins writing rows. */
  write(options?: WriteOptions): Promise<Writer>;
  /**
   * Deletes the rows that a SQL filter matches, in one commit; `true` matches every row. With `dryRun` it only counts.
   * A cancelled call may have happened or not, never half.
   */
  deleteWhere(filter: string, options?: { dryRun?: boolean; signal?: AbortSignal }): Promise<{ snapshot: Long | null; rows: Long }>;
  /** Merges files, in one commit. Without `full` only where Paimon's rules ask for it. */
  compact(options?: CompactOptions): Promise<Compacted>;
  io(options?: { since?: number }): IoReport;
  close(): void;
}

/** Rows to be read; iterate it for Arrow IPC batches, each a complete stream. */
export interface Rows extends AsyncIterable<Uint8Array> {
  batches(): AsyncGenerator<Uint8Array>;
  rows<R = Row>(): AsyncGenerator<R>;
  /** Everything as one table of `apache-arrow`, whose module you pass. */
  toArrow<T = unknown>(arrow: { tableFromIPC: (bytes: Uint8Array) => any; Table: any }): Promise<T>;
  cursor(): Promise<Cursor>;
}

/** Rows of a state of a table. */
export interface Scan extends Rows {
  explain(how?: { analyze?: boolean }): Promise<Explain>;
}

/** Rows read by hand. */
export interface Cursor {
  readonly columns: { name: string; type: string; schemaType: PaimonType }[];
  batch(signal?: AbortSignal): Promise<Uint8Array | undefined>;
  /** Canonical JSON cells; integers beyond 2^53 are strings. */
  rows(count: number, signal?: AbortSignal): Promise<{ rows: any[][]; done: boolean }>;
  close(): void;
}

// ---- errors ------------------------------------------------------------------------------------------------------

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
}
export class NotFoundError extends CenoteError {}
export class AlreadyExistsError extends CenoteError {}
export class ConflictError extends CenoteError {}
export class UnavailableError extends CenoteError {}
export class ForbiddenError extends UnavailableError {}
export class CorsError extends UnavailableError {}
export class CorruptError extends CenoteError {}
export class UnsupportedError extends CenoteError {}
export class InvalidError extends CenoteError {}
export class CancelledError extends CenoteError {}
export class InternalError extends CenoteError {}
