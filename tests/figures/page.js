// What is timed in the page: Cenote and its peers over the same files. Bundled by esbuild; Cenote comes as it is packed.

import * as duckdb from '@duckdb/duckdb-wasm';
import { tableFromIPC } from 'apache-arrow';
import { asyncBufferFromUrl, parquetMetadataAsync, parquetRead } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import initParquetWasm, { readParquet } from 'parquet-wasm/esm';

const PACKAGE = new URL('../package/', location.href);

async function cenote() {
  return import(new URL('index.js', PACKAGE).href);
}

/** Milliseconds that `work` takes, and what it gives. */
async function timed(work) {
  const begin = performance.now();
  const value = await work();
  return { millis: performance.now() - begin, value };
}

// Every scan brings all columns of all rows to JavaScript as Arrow or as arrays of values, and counts the rows.
const scans = {
  async cenote({ table }) {
    const { openTable } = await cenote();
    const opened = await openTable(table);
    let rows = 0;
    for await (const batch of opened.scan()) rows += tableFromIPC(batch).numRows;
    opened.close();
    return rows;
  },

  async 'parquet-wasm'({ file }) {
    const bytes = new Uint8Array(await (await fetch(file)).arrayBuffer());
    return tableFromIPC(readParquet(bytes).intoIPCStream()).numRows;
  },

  async hyparquet({ file }) {
    const buffer = await asyncBufferFromUrl({ url: file });
    const metadata = await parquetMetadataAsync(buffer);
    let values = 0;
    await parquetRead({ file: buffer, metadata, compressors, onChunk: ({ columnData }) => { values += columnData.length; } });
    return values / metadata.schema[0].num_children;
  },
};

let database;

async function startDuckdb() {
  const here = new URL('node_modules/@duckdb/duckdb-wasm/dist/', location.href);
  const worker = new Worker(new URL('duckdb-browser-eh.worker.js', here));
  database = new duckdb.AsyncDuckDB(new duckdb.VoidLogger(), worker);
  await database.instantiate(new URL('duckdb-eh.wasm', here).href);

}

// Every aggregate sums one column of all rows.
const sums = {
  async cenote({ table, column }) {
    const { openTable } = await cenote();
    const opened = await openTable(table);
    let sum = 0;
    for await (const batch of opened.scan({ columns: [column] })) {
      for (const { data } of [tableFromIPC(batch).getChildAt(0)]) {
        for (const { values } of data) for (let row = 0; row < values.length; row += 1) sum += values[row];
      }
    }
    opened.close();
    return sum;
  },

  async 'duckdb-wasm'({ files, column }) {
    const connection = await database.connect();
    const list = files.map((file) => `'${file}'`).join(', ');
    const answer = await connection.query(`SELECT sum("${column}") AS s FROM read_parquet([${list}])`);
    await connection.close();
    return Number(answer.get(0).s);
  },
};

window.figures = {
  /** Loads the engines, so that only reading is timed. */
  async prepare() {
    await (await cenote()).load();
    await initParquetWasm({ module_or_path: new URL('node_modules/parquet-wasm/esm/parquet_wasm_bg.wasm', location.href) });
    await startDuckdb();
  },

  scan: (who, what) => timed(() => scans[who](what)),
  sum: (who, what) => timed(() => sums[who](what)),

  /** Compile and start of the engine, from a page that has not seen it. */
  start: () => timed(async () => void (await (await cenote()).load())),

  /** Opens a table and takes its first rows. */
  async cold(url, rows) {
    const { openTable } = await cenote();
    const begin = performance.now();
    const opened = await openTable(url);
    const open = performance.now() - begin;
    let first;
    let count = 0;
    for await (const row of opened.scan({ limit: rows }).rows()) {
      first ??= performance.now() - begin;
      count += row === undefined ? 0 : 1;
    }
    const all = performance.now() - begin;
    opened.close();
    return { open, first, all, count };
  },
};
window.ready = true;
