// What `doctor`, `compaction` and `verify` answer.

import type { Long } from './index.js';

/** Something that ails a table. */
export interface Finding {
  /** Name of the rule, such as `small-files`. */
  rule: string;
  severity: 'critical' | 'warning' | 'note';
  what: string;
  /** The figures that say so, by name. */
  evidence: Record<string, unknown>;
  /** The command that mends it. */
  command: string | null;
}

/** What ails a table, and the figures of its latest state. */
export interface Doctor {
  table: string;
  snapshotId: Long | null;
  /** Worst first. */
  findings: Finding[];
  /** What could not be looked at, and why: tags and consumers need a store that lists. */
  notLookedAt: string[];
  files: Long;
  bytes: Long;
  buckets: Long;
  /** Sorted runs that a read merges, averaged over the bytes. */
  readAmplification: number;
}

/** What a compaction would do. */
export interface CompactionPreview {
  snapshotId: Long;
  files: Long;
  bytes: Long;
  tasks: {
    /** `dt=1`; empty without partitions. */
    partition: string;
    bucket: number;
    /** The rule that picked the files, such as `size-amplification`. */
    reason: string;
    /** Names of the files that take part. */
    files: string[];
    bytes: Long;
    outputLevel: number;
    /** Sorted runs (files of append tables) that a read merges (opens) now, and then. */
    runsBefore: Long;
    runsAfter: Long;
  }[];
}

/** Whether the files of a table are there and hold what its metadata says. */
export interface Verification {
  findings: { fault: string; path: string; state: string; detail: string; mend: string }[];
  states: Long;
  manifests: Long;
  files: Long;
  bytes: Long;
  rows: Long;
  /** What could not be looked at, and why. */
  skipped: string[];
}
