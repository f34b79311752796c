// The package's front door.

import { guarded } from './calls.js';
import { load } from './load.js';
import { locate, splitTable } from './storage/locate.js';
import { Table } from './table.js';
import { Warehouse } from './warehouse.js';

export * from './errors.js';
export { load } from './load.js';
export { files } from './storage/files.js';
export { http } from './storage/http.js';
export { local } from './storage/local.js';
export { memory } from './storage/memory.js';
export { presigned } from './storage/presigned.js';
export { s3 } from './storage/s3.js';
export { Cursor, Rows, Scan } from './scan.js';
export { Table, Warehouse };

/**
 * Opens a table by its own place; needs no listing. A branch and a system table may follow: `…/t$branch_b$files`.
 * @param {string | URL | FileList | Iterable<File> | FileSystemDirectoryHandle} location
 * @param {{storage?: object, branch?: string, signal?: AbortSignal}} [options]
 */
export async function openTable(location, { storage, branch, signal } = {}) {
  const engine = await load();
  const { folder, suffix } = splitTable(location);
  const { store, label, name } = locate(folder, storage);
  const raw = await guarded(signal, (aborted) => engine.openTable(store, label, name + suffix, branch, aborted));
  return Table.of(raw, signal);
}

/**
 * Opens a warehouse; nothing is read yet.
 * @param {string | URL | FileList | Iterable<File> | FileSystemDirectoryHandle} location
 * @param {{storage?: object, signal?: AbortSignal}} [options]
 */
export async function openWarehouse(location, { storage, signal } = {}) {
  const engine = await load();
  const { store, label } = locate(location, storage);
  return new Warehouse(new engine.Catalog(store, label), store, signal);
}
