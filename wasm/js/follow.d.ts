// Following a table.

import type { ChangesOptions, Long, Row, Rows } from './index.js';

/** What to follow, and how closely. */
export interface FollowOptions extends Omit<ChangesOptions, 'from' | 'to' | 'limit'> {
  /** Changes after this state: the `to` of the last step seen, a snapshot id, a tag or a time. Without it only what is new. */
  from?: number | string;
  /** How often to look for a new snapshot, 1000 ms unless said. */
  pollMillis?: number;
}

/** What changed between two states. */
export interface Step {
  /** The state that it begins after. */
  from: Long;
  /** The snapshot that it ends with: remember it, and go on from there. */
  to: Long;
  /** What changed, with `_rowkind` as the first column. */
  changes: Rows;
}

/**
 * The changes of a table as they come, for as long as somebody listens; an `AbortSignal` or leaving the loop ends it.
 *
 * A ConflictError says that the table was rolled back, a NotFoundError that snapshots expired before they were read.
 */
export interface Follow extends AsyncIterable<Step> {
  /** Row by row, without the steps. */
  rows<R = Row>(): AsyncGenerator<R>;
  /** Arrow IPC batches, without the steps. */
  batches(): AsyncGenerator<Uint8Array>;
}
