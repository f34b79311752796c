// Tables made by the CLI, and the explorer over them, served by the CLI.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ROOT } from '../node/package.mjs';

export const SITE = process.env.CENOTE_EXPLORER ?? join(ROOT, 'dist/explorer');
export const CLI = [process.env.CENOTE_CLI, join(ROOT, 'target/release/cenote'), join(ROOT, 'target/debug/cenote')].find((path) => path && existsSync(path));

/** Why the tests cannot run here; false where they can. */
export const skip = !CLI ? 'no cenote is built here: CENOTE_CLI names one' : existsSync(join(SITE, 'index.html')) ? false : 'no explorer was built';

/** Runs the CLI and gives what it prints. */
export function cenote(...args) {
  return execFileSync(CLI, args, { maxBuffer: 1 << 30 }).toString();
}

/** Runs `run` with an empty warehouse folder, and removes it. */
export async function withWarehouse(run) {
  const folder = mkdtempSync(join(tmpdir(), 'cenote-grid-'));
  try {
    await run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A file of rows `0..rows`, each made by `line`. */
export function csv(path, header, rows, line) {
  const file = openSync(path, 'w');
  let text = `${header}\n`;
  for (let row = 0; row < rows; row += 1) {
    text += `${line(row)}\n`;
    if (text.length > 4_000_000) {
      writeSync(file, text);
      text = '';
    }
  }
  writeSync(file, text);
  closeSync(file);
}

/** Serves a command of the CLI (`serve --warehouse …`, `demo`) with the explorer while `run` runs. @param {(url: string) => Promise<void>} run */
export async function withSite(args, run) {
  const child = spawn(CLI, [...args, '--port', '0', '--no-open', '--explorer', SITE], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    const url = await new Promise((resolve, reject) => {
      let heard = '';
      const hear = (bytes) => {
        heard += bytes;
        const found = /https?:\/\/127\.0\.0\.1:\d+\//.exec(heard);
        if (found) resolve(found[0]);
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.on('exit', (code) => reject(new Error(`the CLI ended with ${code}: ${heard}`)));
    });
    await run(url);
  } finally {
    child.kill();
  }
}

/** Console errors that are ours: a hint that is absent is a 404, which Chromium logs. */
export function noErrors(errors) {
  assert.deepEqual(errors.filter((error) => !/404/.test(error)), []);
}

/** Texts of the cells of a row of the grid, by its number from 1. */
export async function rowCells(page, number) {
  const row = page.locator(`.grid-row[aria-rowindex="${number + 1}"]`);
  await row.locator('[role=gridcell]').first().waitFor();
  return row.locator('[role=gridcell]').allInnerTexts();
}
