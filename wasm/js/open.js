// Opening tables and warehouses, on this thread or with an engine elsewhere.

import { guarded } from './calls.js';
import { load } from './load.js';
import { committable, whyNotWritable } from './storage/commits.js';
import { locate, splitTable } from './storage/locate.js';
import { Table } from './table.js';
import { Warehouse } from './warehouse.js';

/**
 * Where an engine is.
 * @typedef {object} Host
 * @property {() => Promise<{openTable: Function, Catalog: new (store: object, label: string) => object}>} engine starts it
 * @property {(location: unknown, storage: unknown, unsafeCommits?: boolean) => Placed | Promise<Placed>} place the store of a location
 *
 * @typedef {{store: object, label: string, name: string}} Placed label for messages, name of the last folder
 *
 * @typedef {string | URL | FileList | Iterable<File> | FileSystemDirectoryHandle} Location
 */

/** The engine on this thread. @type {Host} */
const here = {
  engine: load,
  place(location, storage, unsafeCommits) {
    const { store, ...place } = locate(location, storage);
    return { ...place, store: committable(store, unsafeCommits) };
  },
};

/** The two ways in, for an engine. @param {Host} host */
export function opener(host) {
  return {
    /**
     * @param {Location} location
     * @param {{storage?: object, branch?: string, unsafeCommits?: boolean, signal?: AbortSignal, hold?: boolean}} [options] `hold`: as for
     *   `Warehouse.table`
     */
    async openTable(location, { storage, branch, unsafeCommits, signal, hold } = {}) {
      signal?.throwIfAborted();
      const engine = await host.engine();
      const { folder, suffix } = splitTable(location);
      const { store, label, name } = await host.place(folder, storage, unsafeCommits);
      try {
        const raw = await guarded(signal, (aborted) => engine.openTable(store, label, name + suffix, branch, aborted, hold));
        return await Table.of(raw, signal, { refusal: whyNotWritable(store) });
      } finally {
        store.release?.();
      }
    },

    /** @param {Location} location @param {{storage?: object, unsafeCommits?: boolean, signal?: AbortSignal}} [options] */
    async openWarehouse(location, { storage, unsafeCommits, signal } = {}) {
      signal?.throwIfAborted();
      const engine = await host.engine();
      const { store, label } = await host.place(location, storage, unsafeCommits);
      return new Warehouse(new engine.Catalog(store, label), store, signal);
    },
  };
}

/**
 * Opens a table by its own place; needs no listing. A branch and a system table may follow: `…/t$branch_b$files`.
 * Opens a warehouse; nothing is read yet.
 */
export const { openTable, openWarehouse } = opener(here);
