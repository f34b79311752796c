// DuckDB-wasm out of its npm package, with no CDN.

import { AsyncDuckDB, ConsoleLogger, LogLevel } from '@duckdb/duckdb-wasm';
import worker from '@duckdb/duckdb-wasm/dist/duckdb-browser-eh.worker.js?url';
import module from '@duckdb/duckdb-wasm/dist/duckdb-eh.wasm?url';

/** A database in memory, in a worker of its own. @returns {Promise<AsyncDuckDB>} */
export async function openDuckdb() {
  const database = new AsyncDuckDB(new ConsoleLogger(LogLevel.WARNING), new Worker(worker));
  await database.instantiate(module);
  return database;
}
