// A table with a long history: the snapshots of a golden table, over and over, with ids and times of their own.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { GOLDEN } from '../node/package.mjs';

const KINDS = ['APPEND', 'APPEND', 'APPEND', 'COMPACT', 'APPEND', 'OVERWRITE'];
const MINUTE = 60_000;

/** A warehouse with `golden.long_history` of `count` snapshots, each of which reads. */
export function longHistory(count) {
  const folder = mkdtempSync(join(tmpdir(), 'cenote-history-'));
  const table = join(folder, 'golden.db', 'long_history');
  cpSync(join(GOLDEN, 'append_plain/warehouse/golden.db/append_plain'), table, { recursive: true });
  const first = JSON.parse(readFileSync(join(table, 'snapshot/snapshot-1'), 'utf8'));
  const begin = Date.UTC(2026, 0, 1);
  for (let id = 1; id <= count; id += 1) {
    const rows = id * 10 + (id % 7) * 3;
    // Numbers beyond what JavaScript holds are replaced.
    const snapshot = { ...first, id, commitIdentifier: id, watermark: null, commitKind: KINDS[id % KINDS.length], timeMillis: begin + id * MINUTE, totalRecordCount: rows, deltaRecordCount: 10 };
    writeFileSync(join(table, `snapshot/snapshot-${id}`), JSON.stringify(snapshot));
  }
  writeFileSync(join(table, 'snapshot/LATEST'), String(count));
  writeFileSync(join(table, 'snapshot/EARLIEST'), '1');
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
