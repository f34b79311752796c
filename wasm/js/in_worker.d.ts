// The engine off the main thread.

import type { openTable, openWarehouse } from './index.js';

/** How the worker is made, and when it ends. */
export interface WorkerOptions {
  /** Makes the worker, where a bundler does not find the one of the package by itself. */
  worker?: () => Worker;
  /** Where the reader's module is, as for `load`. */
  module?: URL | string | BufferSource | WebAssembly.Module;
  /** Where the full module is, as for `load`. */
  fullModule?: URL | string | BufferSource | WebAssembly.Module;
  /** Load all of the engine at once, as for `load`. */
  full?: boolean;
  /** How long the worker waits for work when everything is closed, 1000 ms unless said. */
  idleMillis?: number;
}

/** An engine in a worker. What it opens has the methods, the errors and the iterators of tables on this thread. */
export interface WorkerEngine extends AsyncDisposable {
  /** As `openTable` of the package. */
  openTable: typeof openTable;
  /** As `openWarehouse` of the package. */
  openWarehouse: typeof openWarehouse;
  /** Whether the worker is there: it ends when all is closed, and is started anew when something is opened. */
  readonly isRunning: boolean;
  /** Bytes that the engine has taken; 0 when the worker has ended. */
  memory(): Promise<number>;
  /** Ends the worker at once and gives its memory back. Whatever is open is closed, whatever waits fails. */
  close(): Promise<void>;
}

/**
 * Starts the engine in a worker of its own, in browsers and in Node.
 *
 * ```ts
 * const { openTable } = await inWorker();
 * const table = await openTable('https://host/warehouse/shop.db/orders');
 * ```
 *
 * Files are fetched in the worker; Arrow batches move to this thread without a copy. A `Store` of your own, `memory()`, and a
 * storage with a `fetch` of its own stay on this thread and are called from the worker.
 */
export function inWorker(options?: WorkerOptions): Promise<WorkerEngine>;
