// What `levels`, `filesPage`, `diff`, `pins`, `footer`, `rowHistory` and their like answer: a table seen to its floor.

import type { At, Cell, DataFile, Long, Manifest, Snapshot } from './index.js';

/** Questions about how a table lies in its files. Answers are bounded: what may be long comes in pages. */
export interface Insight {
  /** The buckets of a state and how deep their files lie over each other. Buckets come in pages, sums are of all. */
  levels(options?: At & { offset?: number; limit?: number; signal?: AbortSignal }): Promise<Levels>;
  /** What each of at most 500 snapshots brought and took, in files and bytes, newest first, and how large the table was there. */
  snapshotSizes(options: { first: Long; last: Long; signal?: AbortSignal; onProgress?: OnProgress }): Promise<SnapshotSize[]>;
  /** Data files of a state, sorted and filtered by the engine, at most 1,000 at a time. */
  filesPage(options?: At & FilesQuery & { signal?: AbortSignal }): Promise<FilesPage>;
  /** What the metadata of two states differ in. The rows come from `changes({ from, to, mode: 'diff' })`. */
  diff(options: DiffOptions): Promise<StateDiff>;
  /** The entries of one manifest, at most 1,000 at a time. */
  manifestEntries(options: { name: string; offset?: number; limit?: number; signal?: AbortSignal }): Promise<ManifestEntries>;
  /**
   * What the end of a data file says of its inside; the rows are not read. `path` as `files` gives it; without `size` the
   * store may have to be asked for it.
   */
  footer(options: { path: string; size?: Long; offset?: number; limit?: number; signal?: AbortSignal }): Promise<Footer>;
  /** Branches. Errors: `UnsupportedError` where the store cannot list. */
  branches(options?: { signal?: AbortSignal }): Promise<Branch[]>;
  /** Readers that keep snapshots. Errors: `UnsupportedError` where the store cannot list. */
  consumers(options?: { signal?: AbortSignal }): Promise<Consumer[]>;
  /** Who keeps old data files from going, and how much of it. Reads the metadata of every kept state; `address`: how commands name the table. */
  pins(options?: { address?: string; signal?: AbortSignal; onProgress?: OnProgress }): Promise<Pins>;
  /** Who keeps one data file. `path` as `files` gives it, or the name of the file alone. */
  pinsOf(options: { path: string; address?: string; signal?: AbortSignal; onProgress?: OnProgress }): Promise<FilePins>;
  /** Every version of the row of one key that the files of a state hold, and what the merge engine makes of them. */
  rowHistory(options: At & RowHistoryOptions): Promise<RowHistory>;
  /** The options of the table, those it leaves at their defaults, and those that nobody knows. */
  optionsInfo(options?: { signal?: AbortSignal }): Promise<OptionInfo[]>;
}

/** Hears how many states of how many were read. An engine in a worker tells nothing. */
export type OnProgress = (progress: { done: number; total: number }) => void;

/** Files and bytes of a snapshot. */
export interface SnapshotSize {
  id: Long;
  addedFiles: Long;
  addedBytes: Long;
  removedFiles: Long;
  removedBytes: Long;
  /** Data files that it reads; null where a snapshot between it and `last` is gone. */
  files: Long | null;
  bytes: Long | null;
}

// ---- levels ------------------------------------------------------------------------------------------------------

/** The LSM levels of one state, summed and bucket by bucket. */
export interface Levels {
  /** null for a table that was never written. */
  snapshotId: Long | null;
  /** Whether rows have keys: only then files are merged and `depth` costs time. */
  keyed: boolean;
  files: Long;
  rows: Long;
  deleteRows: Long;
  bytes: Long;
  smallFiles: Long;
  /** Bytes below which a compaction takes a file for small. */
  smallBelow: Long;
  filesWithVectors: Long;
  deletedByVectors: Long;
  /** The worst of the buckets. */
  depth: number;
  levels: LevelSum[];
  fileSizes: FileSizes;
  partitionCount: number;
  bucketCount: number;
  /** Number of the first bucket below. */
  offset: number;
  /** By partition, then by bucket; at most 10,000. */
  buckets: BucketLevels[];
}

/** The levels of one bucket. */
export interface BucketLevels {
  /** `month=1/day=2`, empty without partitions. */
  partition: string;
  /** -2 is the postpone bucket, whose rows no reader sees yet. */
  bucket: number;
  totalBuckets: number;
  files: Long;
  rows: Long;
  /** Rows that delete others; null where a file does not say. */
  deleteRows: Long | null;
  bytes: Long;
  smallFiles: Long;
  /** Files of level 0 and levels that hold any: what compaction counts. Files of append tables are not sorted: 0. */
  sortedRuns: number;
  /** The most sorted runs that one key meets: what a point read has to open. 1 in append tables. */
  depth: number;
  filesWithVectors: Long;
  /** Rows that deletion vectors hide. */
  deletedByVectors: Long;
  minSequence: Long;
  maxSequence: Long;
  newestMillis: Long | null;
  levels: LevelSum[];
}

/** What lies in one level. */
export interface LevelSum {
  level: number;
  files: Long;
  bytes: Long;
  rows: Long;
}

/** How the sizes of files spread. */
export interface FileSizes {
  count: Long;
  bytes: Long;
  min: Long;
  median: Long;
  average: Long;
  max: Long;
  /** Powers of four from 4 KiB on; empty ends are left out. */
  histogram: { from: Long; below: Long; files: Long; bytes: Long }[];
}

// ---- files -------------------------------------------------------------------------------------------------------

/** What files are sorted by. */
export type FilesSort =
  | 'place' // partition, bucket, level, key
  | 'name' | 'size' | 'rows' | 'level' | 'bucket' | 'created' | 'sequence' | 'schema' | 'deleteRows' | 'deletedByVector';

/** Which files, in which order, and how many of them. */
export interface FilesQuery {
  sort?: FilesSort;
  descending?: boolean;
  filter?: {
    /** As `levels` and `files` give it. */
    partition?: string;
    bucket?: number;
    level?: number;
    /** Part of the path, upper and lower case alike. */
    text?: string;
    /** Smaller than a compaction likes. */
    small?: boolean;
    /** Has a deletion vector. */
    deleted?: boolean;
  };
  /** With the statistics of their columns. */
  stats?: boolean;
  offset?: number;
  /** 100 where it is not said; never more than 1,000. */
  limit?: number;
}

/** Some of the files of one state, and the sums of all that match. */
export interface FilesPage {
  snapshotId: Long | null;
  /** Files that pass the filter, their bytes and rows. */
  total: Long;
  bytes: Long;
  rows: Long;
  offset: number;
  files: PagedFile[];
}

/** A data file of a page. */
export interface PagedFile extends Omit<DataFile, 'stats'> {
  /** Only where the page was asked for with `stats`. */
  stats?: DataFile['stats'];
  /** Rows that its deletion vector hides; null without one, or where the index does not say. */
  deletedByVector: Long | null;
  /** Whether it has a deletion vector. */
  hasVector: boolean;
}

// ---- diff --------------------------------------------------------------------------------------------------------

/** Which two states to compare. */
export interface DiffOptions {
  /** A snapshot id, or text that is a tag, an id or a time. */
  from: number | string;
  /** The latest state where it is not said. */
  to?: number | string;
  /** Files and manifests of each list; 200 where it is not said, never more than 1,000. */
  limit?: number;
  signal?: AbortSignal;
}

/** What differs between two states, from commits down to files. */
export interface StateDiff {
  from: Snapshot;
  to: Snapshot;
  /** Commits after `from` up to `to`, as far as they are kept, oldest first; at most 1,000. */
  commits: { id: Long; commitKind: Snapshot['commitKind']; timeMillis: Long; deltaRecordCount: Long | null }[];
  schema: { from: Long; to: Long; changes: SchemaChange[] };
  /** Options of the two schemas. */
  options: { key: string; from: string | null; to: string | null }[];
  manifests: {
    addedCount: Long;
    removedCount: Long;
    kept: Long;
    /** The first ones. */
    added: Manifest[];
    removed: Manifest[];
  };
  files: {
    added: FileSum;
    removed: FileSum;
    /** The same file at another level: compaction did not rewrite it. */
    moved: FileSum;
    /** Files that both have where they were. */
    kept: Long;
    /** The first ones, by partition, bucket and level. */
    addedFiles: DataFile[];
    removedFiles: DataFile[];
    /** The largest changes first; at most 1,000. */
    byPartition: { partition: string; added: FileSum; removed: FileSum }[];
    partitionCount: number;
  };
  /** Rows that deletion vectors hide in each. */
  deletedByVectors: { from: Long; to: Long };
}

/** Files, their rows and bytes. */
export interface FileSum {
  files: Long;
  bytes: Long;
  rows: Long;
}

/** One change between two schemas. */
export interface SchemaChange {
  kind: 'added' | 'dropped' | 'renamed' | 'type' | 'nullability' | 'comment' | 'default' | 'moved' | 'primaryKeys' | 'partitionKeys' | 'tableComment';
  /** The field's name in the newer schema, or where it was dropped in the older; fields of rows are dotted. */
  field: string | null;
  /** SQL text for types, else text. */
  from: string | null;
  to: string | null;
}

// ---- manifests and footers ---------------------------------------------------------------------------------------

/** Some of the entries of a manifest. */
export interface ManifestEntries {
  name: string;
  size: Long;
  total: Long;
  added: Long;
  deleted: Long;
  offset: number;
  entries: (DataFile & { kind: 'ADD' | 'DELETE' })[];
}

/** One shape for Parquet, ORC and Avro; what a format does not have is null or empty. */
export interface Footer {
  path: string;
  format: 'parquet' | 'orc' | 'avro';
  size: Long;
  /** Bytes of the footer (of the header in Avro). */
  footerBytes: Long;
  version: string | null;
  /** Who wrote the file. */
  writer: string | null;
  rows: Long | null;
  /** Compression of the whole file (ORC, Avro), or of its chunks where all are alike (Parquet). */
  codec: string | null;
  /** The leaf columns in order, dotted. */
  columns: { name: string; type: string }[];
  /** Row groups, stripes or blocks. Avro's blocks are not counted: their number is only known after reading all. */
  groupCount: Long | null;
  offset: number;
  groups: FooterGroup[];
  /** Sums over all groups, by column. */
  columnSums: { column: string; compressed: Long | null; uncompressed: Long | null; nulls: Long | null }[];
  /** Key-value metadata; long values are cut. */
  metadata: { key: string; bytes: Long; value: string }[];
}

/** A row group, a stripe or a block of a data file. */
export interface FooterGroup {
  index: number;
  start: Long | null;
  rows: Long;
  /** Bytes in the file. */
  compressed: Long;
  uncompressed: Long | null;
  chunks: FooterChunk[];
}

/** One column within a row group or a stripe. */
export interface FooterChunk {
  column: string;
  type: string;
  codec: string | null;
  encodings: string[];
  values: Long | null;
  nulls: Long | null;
  min: Cell;
  max: Cell;
  start: Long | null;
  compressed: Long | null;
  uncompressed: Long | null;
  dictionary: boolean;
  /** Statistics of single pages (ORC: of row groups within the stripe). */
  pageIndex: boolean;
  bloomFilter: boolean;
}

// ---- who keeps what ----------------------------------------------------------------------------------------------

/** A branch of a table. */
export interface Branch {
  name: string;
  createTimeMillis: Long | null;
  /** Its latest snapshot; null where it has none. */
  snapshotId: Long | null;
  timeMillis: Long | null;
  schemaId: Long | null;
  recordCount: Long | null;
  /** Snapshots it has of its own. */
  snapshots: Long;
}

/** A consumer, whose place keeps snapshots alive. */
export interface Consumer {
  name: string;
  /** The snapshot it reads next: this and later ones stay. */
  nextSnapshot: Long;
  /** Snapshots it has not read yet. */
  behind: Long;
  modifiedMillis: Long | null;
}

/** What keeps old files alive. */
export interface Pins {
  /** The latest snapshot; null for a table that was never written. */
  snapshotId: Long | null;
  /** Snapshots, tags and changelogs whose metadata was read. */
  states: number;
  /** What the latest snapshot needs. */
  live: KeptFiles;
  /** What is kept only for older states. */
  old: KeptFiles;
  /** Who keeps something, the most bytes of its own first. */
  keepers: Keeper[];
  /** What could not be looked at, and why. */
  notLookedAt: string[];
}

/** Files that something keeps. */
export interface KeptFiles {
  files: Long;
  bytes: Long;
}

/** Something that keeps files: a snapshot, a tag, a branch, a consumer. */
export interface Keeper {
  /** `snapshots`: all but the latest; `changelogs`: changelog files that snapshots or long-lived changelogs keep. */
  kind: 'latest' | 'snapshots' | 'tag' | 'branch' | 'changelogs' | 'consumer';
  /** The tag, branch or consumer. */
  name: string | null;
  firstSnapshot: Long | null;
  lastSnapshot: Long | null;
  timeMillis: Long | null;
  /** Old files (all files for `latest`) that it refers to. */
  kept: KeptFiles;
  /** Of them those that would go if it went: nobody else refers to them. */
  alone: KeptFiles;
  /** The command that lets it go. */
  release: string | null;
}

/** Who refers to one data file. */
export interface FilePins {
  path: string;
  /** null where no state refers to such a file. */
  file: { partition: string; bucket: number; level: number; size: Long; rows: Long } | null;
  /** Whether the latest snapshot reads it. */
  live: boolean;
  /** The first and the last kept snapshot that reads it. */
  firstSnapshot: Long | null;
  lastSnapshot: Long | null;
  /** The snapshot that took it away; null while it is live, or where that is not kept. */
  removedBy: { id: Long; commitKind: Snapshot['commitKind']; timeMillis: Long } | null;
  /** The snapshot that brought it; null where that is not kept. */
  addedBy: { id: Long; commitKind: Snapshot['commitKind']; timeMillis: Long } | null;
  tags: string[];
  branches: string[];
  /** Consumers that keep a snapshot which reads it. */
  consumers: string[];
  /** Whether changelogs refer to it. */
  changelogs: boolean;
  /** What would free it, step by step, in words; empty while it is live. */
  freedBy: { what: string; command: string | null }[];
  notLookedAt: string[];
}

// ---- one row -----------------------------------------------------------------------------------------------------

/** Which row, and how far back. */
export interface RowHistoryOptions {
  /** A value for each column of the primary key; partition columns among them. */
  key: Record<string, Cell>;
  /** Kept commits looked through for changes of the row, newest first; 100 where it is not said, 0 for none. */
  commits?: number;
  signal?: AbortSignal;
}

/** The versions of one row, and why it has the value it has. */
export interface RowHistory {
  snapshotId: Long | null;
  partition: string;
  bucket: number | null;
  /** `deduplicate`, `partial-update`, `aggregation`, `first-row`. */
  mergeEngine: string;
  /** Names of the values below. */
  columns: string[];
  /** Oldest first: as the merge engine takes them. */
  versions: RowVersion[];
  /** What a read gives; null where there is no row. */
  result: Cell[] | null;
  /** Why the result is what it is. */
  why: string;
  /** The same for single columns, where the engine decides by column. */
  columnWhy: { column: string; versions: number[]; why: string }[];
  /** Files of the bucket, those whose keys may hold this one, and those that were opened. */
  files: { inBucket: number; matching: number; opened: number };
  /** Kept commits that wrote the row, newest first. */
  commits: RowCommit[];
  /** Commits looked through, and whether these were all that are kept. */
  commitsLookedAt: { count: number; all: boolean };
}

/** A version of a row, in one file. */
export interface RowVersion {
  file: string;
  path: string;
  level: number;
  /** The row's number in its file. */
  position: Long;
  sequenceNumber: Long;
  kind: '+I' | '-U' | '+U' | '-D';
  values: Cell[];
  /** Hidden by a deletion vector. */
  deleted: boolean;
  /** In a file that readers of the state skip, such as level 0 under deletion vectors. */
  skipped: boolean;
  /** `whole`: the result is this row; `part`: some columns of it come from here; `none`. */
  picked: 'whole' | 'part' | 'none';
}

/** A snapshot that changed the row. */
export interface RowCommit {
  snapshotId: Long;
  commitKind: Snapshot['commitKind'];
  timeMillis: Long;
  commitUser: string;
  file: string;
  sequenceNumber: Long;
  kind: '+I' | '-U' | '+U' | '-D';
  values: Cell[];
}

// ---- options -----------------------------------------------------------------------------------------------------

/** A table option: what it is for, what it is, and what it is when nobody says. */
export interface OptionInfo {
  key: string;
  /** What holds for the table; null where nothing is set and there is no default. */
  value: string | null;
  default: string | null;
  description: string | null;
  /** `changed`: set to something else than the default; `unknown`: no Paimon option that we know of. */
  status: 'default' | 'changed' | 'unknown' | 'deprecated';
  /** Whether the table sets it, be it to the default. */
  set: boolean;
  group: string;
  /** Today's name of a deprecated option. */
  replacedBy: string | null;
}
