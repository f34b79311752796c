/** Writing rows: what `table.write()` takes and gives. */

import type { Long, PaimonType, Value } from './index.js';

/** How rows are written and committed. */
export interface WriteOptions {
  /** Name under which the snapshots are made; a new one for each writer unless said. */
  commitUser?: string;
  /** Number of the first commit, for streams that tell their commits apart; each further one counts on. */
  identifier?: Long | bigint;
  /**
   * What each commit replaces: `true` the whole table, `'partitions'` those that the rows are in, `where` those that a
   * filter on partition columns names.
   */
  overwrite?: boolean | 'partitions' | { where: string };
  /** What is kept with each snapshot that is made, as its `properties`. */
  properties?: Record<string, string>;
  signal?: AbortSignal;
}

/** A value to be written: what rows give, and what fits without loss. */
export type Input =
  | Value
  | undefined
  /** For TIMESTAMP (its time in UTC), TIMESTAMP WITH LOCAL TIME ZONE, and DATE (at midnight UTC). */
  | Date
  | ArrayBuffer
  | ArrayBufferView
  | Input[]
  | Map<Input, Input>
  | { [name: string]: Input };

/** A row to be written. A column that is missing, undefined or null takes its default, else null. */
export type InputRow = { [column: string]: Input; _rowkind?: '+I' | '-U' | '+U' | '-D' };

/** One row, many rows, rows that are still to come, Arrow IPC bytes (stream or file), or a table of `apache-arrow`. */
export type InputRows = InputRow | Iterable<InputRow> | AsyncIterable<InputRow> | Uint8Array | ArrayBuffer | { schema: object; batches: object[] };

/** What is used of the module `apache-arrow`. */
export interface ArrowModule {
  /** Writes a table as Arrow IPC. */
  tableToIPC(table: any, type?: any): Uint8Array;
  /** Reads Arrow IPC. */
  tableFromIPC(bytes: any): any;
  /** The class of tables. */
  Table: new (...args: any[]) => any;
}

/** What goes with some rows. */
export interface InputOptions {
  signal?: AbortSignal;
  /** Told after each some thousand rows. */
  onProgress?: (progress: { rows: number }) => void;
  /** The module `apache-arrow`, for its tables. */
  arrow?: ArrowModule;
}

/**
 * Rows on their way into a table, visible with the commit. Calls are done in the order in which they are made.
 *
 * A write that fails or is cancelled ends the writer and removes its files, so that half of it is never committed: mend
 * the rows and begin another. Errors about a row are InvalidErrors with `row` (counted from 0 within the call) and `column`.
 */
export interface Writer extends AsyncDisposable {
  /** Rows of any kind: `_rowkind` of a row says its kind, else it is new (`+I`). */
  write(rows: InputRows, options?: InputOptions): Promise<{ rows: number }>;
  /** New rows, of a table without a primary key. */
  append(rows: InputRows, options?: InputOptions): Promise<{ rows: number }>;
  /** Rows that take the place of those with the same key. */
  upsert(rows: InputRows, options?: InputOptions): Promise<{ rows: number }>;
  /**
   * Deletes rows by their keys. The rows need the primary key, the columns of `sequence.field`, and those that are NOT NULL
   * without a default.
   */
  delete(rows: InputRows, options?: InputOptions): Promise<{ rows: number }>;
  /**
   * Makes everything since the last commit visible as one snapshot (null where there was nothing). A ConflictError says that
   * somebody else changed the table in a contradicting way and that nothing was committed. Once publishing has begun, the
   * signal does not stop it any more.
   */
  commit(options?: { signal?: AbortSignal }): Promise<{ snapshot: Long | null; rows: Long; files: number }>;
  /** Gives up what was written since the last commit, removes its files, and ends the writer. */
  abort(): Promise<void>;
}

/** Which rows change, and how. */
export interface UpdateOptions {
  /** Columns, each with a SQL expression over the old row as text; numbers, booleans and null stand for themselves. Text is `"'text'"`. */
  set: Record<string, string | number | bigint | boolean | null>;
  /** A SQL filter. */
  where: string;
  /** Only counts. */
  dryRun?: boolean;
  signal?: AbortSignal;
}

/** A column by its name, or a field within one by its path: `['address', 'street']`; `element` leads into an ARRAY, `value` into a MAP. */
export type ColumnPath = string | string[];

/** One place among columns; at the end unless said. */
export interface ColumnPlace {
  /** Before all others. */
  first?: boolean;
  /** Behind all others. */
  last?: boolean;
  /** Behind this one. */
  after?: string;
  /** Before this one. */
  before?: string;
}

/** A change of a schema, named by its first member. */
export type SchemaAlteration =
  /** A column that may be null; rows that are there have null in it, whatever the default is. */
  | ({ addColumn: ColumnPath; type: PaimonType; comment?: string; default?: string | number | boolean } & ColumnPlace)
  /** Options and keys that name the column follow. */
  | { renameColumn: ColumnPath; to: string }
  | { dropColumn: ColumnPath }
  | ({ moveColumn: string } & ColumnPlace)
  /** Values that are there are cast when they are read. Whether null is allowed stays, unless the type says NOT NULL. */
  | { setType: ColumnPath; type: PaimonType }
  | { setNullable: ColumnPath; nullable: boolean }
  /** `null` removes it. */
  | { setComment: ColumnPath; comment: string | null }
  /** What is written where a row has no value; `null` removes it. */
  | { setDefault: ColumnPath; value: string | number | boolean | null }
  /** A table option of Paimon, such as `bucket`. */
  | { setOption: string; value: string | number | boolean }
  | { removeOption: string }
  /** The comment of the table; `null` removes it. */
  | { tableComment: string | null };

/** What to compact. */
export interface CompactOptions {
  /** Everything into one sorted run, or into files of the target size. */
  full?: boolean;
  /** A filter on partition columns. */
  partitions?: string;
  /** Only tells what would be done. */
  dryRun?: boolean;
  signal?: AbortSignal;
}

/** What a compaction did. */
export interface Compacted {
  snapshot: Long | null;
  bucketsSeen: number;
  buckets: { path: string; runsBefore: number; filesIn: number; bytesIn: Long; filesOut: number; bytesOut: Long; outputLevel: number }[];
}
