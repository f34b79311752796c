// A table whose rows fill memory: 24 MB that do not compress, in one file.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { load } from './package.mjs';

export const ROWS = 24_000;

/** Runs `run` with the folder of a warehouse that has the table `db.t`, and removes it. @param {(folder: string) => Promise<void>} run */
export async function withBigTable(run) {
  const { openWarehouse } = await load();
  const folder = await mkdtemp(join(tmpdir(), 'cenote-memory-'));
  try {
    const warehouse = await openWarehouse(folder);
    const table = await warehouse.createTable('db', 't', { fields: { id: 'INT', v: 'BYTES' } });
    const writer = await table.write();
    await writer.append(Array.from({ length: ROWS }, (_, id) => ({ id, v: crypto.getRandomValues(new Uint8Array(1000)) })));
    await writer.commit();
    await writer.abort();
    table.close();
    warehouse.close();
    await run(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
