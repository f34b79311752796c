// A table, and reading its rows.

import type { Follow, FollowOptions } from './follow.js';
import type { CompactionPreview, Doctor, Verification } from './health.js';
import type { Long, PaimonType, Row } from './index.js';
import type { Insight } from './insight.js';
import type { DataFile, Explain, IoReport, Manifest, Schema, Snapshot, TableInfo, Tag } from './metadata.js';
import type { ArrowModule, Compacted, CompactOptions, SchemaAlteration, UpdateOptions, WriteOptions, Writer } from './writing.js';

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

/** Which changes, and what of them. */
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
  /** Newest first. `after` and `before` are ids that bound the part; `spread` gives some of all ages, both ends among them. */
  snapshots(options?: { limit?: number; after?: Long; before?: Long; spread?: boolean; signal?: AbortSignal }): Promise<Snapshot[]>;
  /** Tags, by name. */
  tags(options?: { signal?: AbortSignal }): Promise<Tag[]>;
  /** Every version of the schema. */
  schemas(options?: { signal?: AbortSignal }): Promise<(Schema & { timeMillis: Long })[]>;
  /** Data files of a state, all at once; `filesPage` gives them page by page. */
  files(options?: At & { signal?: AbortSignal }): Promise<DataFile[]>;
  /** Manifests of a state. */
  manifests(options?: At & { signal?: AbortSignal }): Promise<Manifest[]>;
  /** What a scan would read; with `analyze` it reads, too, and tells what was left out within files. */
  explain(options?: ScanOptions & { analyze?: boolean }): Promise<Explain>;
  /** What ails the latest state and the command that mends it; with `orphans` all files are listed, too. */
  doctor(options?: { orphans?: boolean; address?: string; signal?: AbortSignal }): Promise<Doctor>;
  /** What `compact` would do; nothing is written. */
  compaction(options?: { full?: boolean; signal?: AbortSignal }): Promise<CompactionPreview>;
  /** Whether every file is there and, from `level: 'rows'`, holds what the metadata says. */
  verify(options?: { level?: 'metadata' | 'files' | 'rows'; all?: boolean; snapshot?: Long; tag?: string; signal?: AbortSignal }): Promise<Verification>;
  /** The rows of a state. Nothing is read until they are iterated. */
  scan(options?: ScanOptions): Scan;
  /** What changed, with `_rowkind` (`+I`, `-U`, `+U`, `-D`) as the first column; `rowkind` for `audit_log` and `binlog`. */
  changes(options?: ChangesOptions): Rows;
  /** The same as it comes, without end: what changed after `from`, step by step, as snapshots are made. */
  follow(options?: FollowOptions): Follow;
  /** A scan read by hand, page by page. */
  cursor(options?: ScanOptions): Promise<Cursor>;
  /** Begins writing rows. */
  write(options?: WriteOptions): Promise<Writer>;
  /**
   * Deletes the rows that a SQL filter matches, in one commit; `true` matches every row. With `dryRun` it only counts.
   * A cancelled call may have happened or not, never half.
   */
  deleteWhere(filter: string, options?: { dryRun?: boolean; signal?: AbortSignal }): Promise<{ snapshot: Long | null; rows: Long }>;
  /**
   * Sets columns of the rows that a SQL filter matches, in one commit; `'true'` matches every row. All values are computed from the
   * old row. With `dryRun` it only counts. A cancelled call may have happened or not, never half.
   *
   * ```ts
   * await orders.update({ set: { total: 'total * 1.1', note: "'raised'" }, where: "region = 'north'" });
   * ```
   */
  update(options: UpdateOptions): Promise<{ snapshot: Long | null; rows: Long }>;
  /** Takes all rows away, in one commit, without reading them. With `dryRun` it only counts. */
  truncate(options?: { dryRun?: boolean; signal?: AbortSignal }): Promise<{ snapshot: Long | null; rows: Long; files: Long; partitions: Long }>;
  /**
   * Changes the schema; all changes are made, in their order, or none. This table has the new schema afterwards; a table that was opened
   * elsewhere has it when it is opened again, and cursors go on with the old one.
   *
   * ```ts
   * await orders.alter([{ addColumn: 'note', type: 'STRING', after: 'id' }, { renameColumn: 'total', to: 'amount' }, { setOption: 'bucket', value: 8 }]);
   * ```
   */
  alter(changes: SchemaAlteration | SchemaAlteration[], options?: { signal?: AbortSignal }): Promise<{ schemaId: Long }>;
  /** Merges files, in one commit. Without `full` only where Paimon's rules ask for it. */
  compact(options?: CompactOptions): Promise<Compacted>;
  /** What was asked of the store; `since` leaves out requests up to that `seq`. */
  io(options?: { since?: number }): IoReport;
  /** Gives the memory back. */
  close(): void;
}

/** Rows to be read; iterate it for Arrow IPC batches, each a complete stream. */
export interface Rows extends AsyncIterable<Uint8Array> {
  /** Batches, each a complete Arrow IPC stream. */
  batches(): AsyncGenerator<Uint8Array>;
  /**
   * All batches as one Arrow IPC stream, for `Response`, `pipeTo`, files and whoever reads Arrow. Nothing is read ahead.
   *
   * ```ts
   * await pipeline(Readable.fromWeb(table.scan().stream()), createWriteStream('orders.arrows'));
   * ```
   */
  stream(): ReadableStream<Uint8Array>;
  /** Rows as objects. */
  rows<R = Row>(): AsyncGenerator<R>;
  /** Everything as one table of `apache-arrow`, whose module you pass. */
  toArrow<Arrow extends ArrowModule>(arrow: Arrow): Promise<InstanceType<Arrow['Table']>>;
  /** The same, read by hand. */
  cursor(): Promise<Cursor>;
}

/** Rows of a state of a table. */
export interface Scan extends Rows {
  /** What is read and what is left out; with `analyze` it reads, too. */
  explain(how?: { analyze?: boolean }): Promise<Explain>;
}

/** Rows read by hand. */
export interface Cursor extends Disposable {
  readonly columns: { name: string; type: string; schemaType: PaimonType }[];
  /** The next batch as an Arrow IPC stream, `undefined` at the end. */
  batch(signal?: AbortSignal): Promise<Uint8Array | undefined>;
  /** Canonical JSON cells; integers beyond 2^53 are strings. */
  rows(count: number, signal?: AbortSignal): Promise<{ rows: any[][]; done: boolean }>;
  /**
   * Up to `count` rows from number `offset` on, as `rows` gives them: any page, in any order, keeping none. `total` is null until
   * it is known, which it is at once where nothing is merged or filtered. `passed` hears of rows read on the way to a far page.
   */
  rowsAt(
    offset: number,
    count: number,
    options?: { signal?: AbortSignal; passed?: (row: number) => Promise<void> | void },
  ): Promise<{ rows: any[][]; total: number | null }>;
  /** The rest of the rows as the bytes of a file, chunk by chunk (full build); the cursor gives no more rows then. */
  file(format: 'csv' | 'ndjson' | 'arrow' | 'parquet', signal?: AbortSignal): AsyncGenerator<{ bytes: Uint8Array; rows: number }>;
  /** Stops reading and gives the memory back. */
  close(): void;
}
