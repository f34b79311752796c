// Tables to measure, made by the CLI.

import { execFileSync, spawnSync } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { readdirSync, statSync, writeFileSync, openSync, writeSync, closeSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package that is measured: what `cargo xtask npm` built, or what CENOTE_PACKAGE names. */
export const PACKAGE = resolve(process.env.CENOTE_PACKAGE ?? fileURLToPath(new URL('../../dist/npm', import.meta.url)));

const KINDS = {
  // Text that does not compress: few rows for many bytes.
  wide: { schema: 'id BIGINT NOT NULL, ts TIMESTAMP(3), body STRING, n INT', write: wide },
  rows: { schema: 'id BIGINT NOT NULL, name STRING, amount DOUBLE, day DATE, flag BOOLEAN, code INT', write: rows },
};

/** Makes table `d.<kind>` of about `size` bytes (wide) or of so many rows (rows); gives its bytes. */
export function makeTable(cli, warehouse, kind, size) {
  const { schema, write } = KINDS[kind];
  const name = `d.${kind}`;
  execFileSync(cli, ['table', 'create', name, '--warehouse', warehouse, '--schema', schema], { stdio: ['ignore', 'ignore', 'inherit'] });
  const csv = join(warehouse, `${kind}.csv`);
  write(csv, size);
  const { status } = spawnSync(cli, ['write', name, '--warehouse', warehouse, csv], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`cannot write ${name}`);
  rmSync(csv);
  const folder = join(warehouse, `d.db/${kind}/bucket-0`);
  return readdirSync(folder).reduce((bytes, file) => bytes + statSync(join(folder, file)).size, 0);
}

/** Writes a CSV file in pieces. @param {(from: number, to: number) => string} lines */
function inPieces(path, header, count, lines) {
  writeFileSync(path, `${header}\n`);
  const file = openSync(path, 'a');
  for (let from = 0; from < count; from += 20_000) writeSync(file, lines(from, Math.min(from + 20_000, count)));
  closeSync(file);
}

function wide(path, bytes) {
  const noise = Buffer.alloc(20_000 * 360);
  // A row keeps 360 random bytes, behind as much base64 as that takes.
  inPieces(path, 'id,ts,body,n', Math.ceil(bytes / 366), (from, to) => {
    randomFillSync(noise);
    let text = '';
    for (let row = from; row < to; row += 1) {
      text += `${row},2026-01-01 00:00:${String(row % 60).padStart(2, '0')},${noise.toString('base64', (row - from) * 360, (row - from + 1) * 360)},${row % 1000}\n`;
    }
    return text;
  });
}

function rows(path, count) {
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647);
  inPieces(path, 'id,name,amount,day,flag,code', count, (from, to) => {
    let text = '';
    for (let row = from; row < to; row += 1) {
      const day = new Date(Date.UTC(2024, 0, 1 + (row % 700))).toISOString().slice(0, 10);
      text += `${row},name-${random() % 100000},${(random() % 1000000) / 100},${day},${row % 3 === 0},${random() % 5000}\n`;
    }
    return text;
  });
}
