// What tables tell of themselves: schemas, snapshots, files, requests.

import type { Long, PaimonType } from './index.js';

/** A column. */
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

/** A version of the table's schema. */
export interface Schema {
  id: Long;
  fields: Field[];
  primaryKeys: string[];
  partitionKeys: string[];
  options: Record<string, string>;
  comment: string | null;
}

/** A snapshot, as its file has it. */
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
  /** What whoever committed said besides. */
  properties: Record<string, string> | null;
}

/** A tag: a snapshot with a name, which stays. */
export interface Tag {
  name: string;
  snapshotId: Long;
  timeMillis: Long;
  /** By the clock of whoever made it, whose time zone nobody wrote down; only of tags that expire. */
  createTimeMillis: Long | null;
  /** Seconds from its creation for which it is kept; null for always. */
  timeRetainedSeconds: number | null;
  schemaId: Long;
  recordCount: Long | null;
}

/** A value in metadata: canonical JSON. */
export type Cell = null | boolean | number | string;

/** A data file of one state. */
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

/** A manifest of one state. */
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

/** What a scan reads and what it leaves out, step by step. */
export interface Explain {
  /**
   * Each keeps some of what the one before left. The bytes are those of manifests, of the data files that entries and files are, of
   * row groups; null where rows are counted.
   */
  steps: { name: string; kept: number; total: number; unit: string; keptBytes: number | null; totalBytes: number | null }[];
  splits: number;
  /** Splits whose files must be merged. */
  mergeSplits: number;
  files: number;
  bytes: number;
  /** Rows of those files, unmerged and before the filter. */
  rows: number;
}

/** What was asked of the store. */
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

/** What a table is, as of opening or of `describe`. */
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
