// Following a table: what changed, step by step, for as long as somebody listens.

import { errorOf } from './errors.js';

/** How often a table is looked at, unless said otherwise. */
const POLL_MILLIS = 1000;

/** The changes of a table as they come; nothing is read until somebody iterates it. */
export class Follow {
  #table;
  #from;
  #pollMillis;
  #signal;
  #changes;

  /**
   * @param {import('./table.js').Table} table
   * @param {{from?: number | string, pollMillis?: number, signal?: AbortSignal}} options and those of `changes`
   */
  constructor(table, { from, pollMillis = POLL_MILLIS, signal, ...changes }) {
    if (!(pollMillis >= 0)) throw errorOf('invalid', `pollMillis is a time in milliseconds, not ${pollMillis}`);
    if (changes.to !== undefined) throw errorOf('invalid', 'following has no end: use changes({ from, to })');
    this.#table = table;
    this.#from = from;
    this.#pollMillis = pollMillis;
    this.#signal = signal;
    this.#changes = changes;
  }

  /** Steps: the changes after the state `from`, up to and including `to`, from where one may go on later. */
  async *[Symbol.asyncIterator]() {
    let from = this.#from ?? (await this.#latest());
    for (;;) {
      const to = await this.#latest();
      if (Number(to) < Number(from)) throw errorOf('conflict', `the table went back from snapshot ${from} to ${to}`, { path: this.#table.name });
      if (String(to) === String(from)) await pause(this.#pollMillis, this.#signal);
      else {
        yield { from, to, changes: this.#table.changes({ ...this.#changes, from, to, signal: this.#signal }) };
        from = to;
      }
    }
  }

  /** The same, row by row. */
  async *rows() {
    for await (const { changes } of this) yield* changes.rows();
  }

  /** The same as batches, each a complete Arrow IPC stream. */
  async *batches() {
    for await (const { changes } of this) yield* changes.batches();
  }

  /** Id of the latest snapshot, 0 before the first. */
  async #latest() {
    const [latest] = await this.#table.snapshots({ limit: 1, signal: this.#signal });
    return latest?.id ?? 0;
  }
}

/** @param {number} millis @param {AbortSignal} [signal] */
function pause(millis, signal) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, millis);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
