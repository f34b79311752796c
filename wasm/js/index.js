// The package's front door.

import { guarded } from './calls.js';
import { load } from './load.js';
import { committable, whyNotWritable } from './storage/commits.js';
import { locate, splitTable } from './storage/locate.js';
import { Table } from './table.js';
import { Warehouse } from './warehouse.js';

export * from './errors.js';
export { load } from './load.js';
export { files } from './storage/files.js';
export { http } from './storage/http.js';
export { local } from './storage/local.js';
export { opfs } from './storage/opfs.js';
export { memory } from './storage/memory.js';
export { presigned } from './storage/presigned.js';
export { s3 } from './storage/s3.js';
export { Cursor, Rows, Scan } from './scan.js';
export { Writer } from './write/writer.js';
export { Table, Warehouse };

/**
 * Opens a table by its own place; needs no listing. A branch and a system table may follow: `…/t$branch_b$files`.
 * @param {string | URL | FileList | Iterable<File> | FileSystemDirectoryHandle} location
 * @param {{storage?: object, branch?: string, unsafeCommits?: boolean, signal?: AbortSignal}} [options]
 */
export async function openTable(location, { storage, branch, unsafeCommits, signal } = {}) {
  const engine = await load();
  const { folder, suffix } = splitTable(location);
  const { store: given, label, name } = locate(folder, storage);
  const store = committable(given, unsafeCommits);
  const raw = await guarded(signal, (aborted) => engine.openTable(store, label, name + suffix, branch, aborted));
  return Table.of(raw, signal, { refusal: whyNotWritable(store) });
}

/**
 * Opens a warehouse; nothing is read yet.
 * @param {string | URL | FileList | Iterable<File> | FileSystemDirectoryHandle} location
 * @param {{storage?: object, unsafeCommits?: boolean, signal?: AbortSignal}} [options]
 */
export async function openWarehouse(location, { storage, unsafeCommits, signal } = {}) {
  const engine = await load();
  const { store: given, label } = locate(location, storage);
  const store = committable(given, unsafeCommits);
  return new Warehouse(new engine.Catalog(store, label), store, signal);
}
