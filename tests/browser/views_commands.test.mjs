// What the page says to type is typed: every command and every snippet of every view runs and does what it says.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { PACKAGE } from '../node/package.mjs';
import { withBrowser } from './chromium.mjs';
import { VIEWS, settled, watchedPage } from './explorer.mjs';
import { CLI, cenote, skip, withSite } from './table_site.mjs';

/** States of views besides those that they begin with. */
const MORE = [
  'data?at=snapshot:2&filter=carrier%20%3D%20%27UA%27&columns=day,carrier', 'data?at=tag:q1', 'snapshots?f.show=refs', 'snapshots?f.from=2&f.to=4',
  'snapshots?f.from=q1&f.to=38', 'changelog?from=2&to=4', 'changelog?from=q1&to=q3&mode=diff', 'changelog?to=3&f.kinds=%2BI', 'system?system=files',
  'system?system=sys.tables', 'options?f.option=bucket',
];

/** A command that changes the table, or would. */
const WRITES = /^cenote (compact|expire|table alter|tag (create|delete)|branch|consumer|orphans|repair|rollback)\b/;

/** Runs a line of a shell in which `cenote` is the CLI under test. Gives what went wrong, if anything did. */
function shell(line, folder) {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, PATH: `${join(folder, 'bin')}:${process.env.PATH}` }, cwd: folder, timeout: 60_000 };
    execFile('bash', ['-c', `( ${line}\n) > /dev/null`], options, (error, _, told) => resolve(error ? told || String(error) : undefined));
  });
}

/** Runs a script of Node until it has printed something or has ended. */
function script(text, folder, number) {
  const path = join(folder, `snippet-${number}.mjs`);
  writeFileSync(path, text);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let [told, seen] = ['', false];
    const late = setTimeout(() => (told += 'nothing came for a minute', child.kill()), 60_000);
    child.stdout.once('data', () => (seen = true, child.kill()));
    child.stderr.on('data', (chunk) => (told += chunk));
    child.on('exit', (code) => (clearTimeout(late), resolve(seen || code === 0 ? undefined : told || `ended with ${code}`)));
  });
}

/** Every command that views of these tables show. */
async function collect(browser, url, looks) {
  const { page } = await watchedPage(browser, url);
  const found = new Map();
  for (const look of looks) {
    const hash = `#/demo/${look}`;
    if (page.url().startsWith(url)) await page.evaluate((hash) => { location.hash = hash; }, hash);
    else await page.goto(`${url}${hash}`);
    await page.waitForSelector('.table-head h1');
    await page.waitForTimeout(250);
    await settled(page, 60_000);
    // Those of folded parts, too.
    const texts = await page.locator('.command pre').allTextContents();
    assert.ok(texts.length > 0, `${look} says what to type`);
    for (const text of texts) found.set(text, [...(found.get(text) ?? []), look]);
  }
  await page.close();
  return found;
}

async function runAll(context, found, warehouse) {
  const folder = mkdtempSync(join(tmpdir(), 'cenote-typed-'));
  mkdirSync(join(folder, 'bin'));
  symlinkSync(CLI, join(folder, 'bin/cenote'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(PACKAGE, join(folder, 'node_modules/cenote'));
  const failed = [];
  const counts = { read: 0, write: 0, snippet: 0 };
  try {
    for (const [text, looks] of found) {
      const where = `${[...new Set(looks)].join(', ')}\n${text}`;
      if (text.startsWith('import ')) {
        counts.snippet += 1;
        const wrong = await script(text, folder, counts.snippet);
        if (wrong) failed.push(`${where}\n=> ${wrong}`);
        continue;
      }
      if (!text.startsWith('cenote ')) {
        failed.push(`${where}\n=> is neither a command nor a snippet`);
        continue;
      }
      let line = text;
      if (WRITES.test(text)) {
        // Plain HTTP cannot be written: the same command to a copy of the folder that is served.
        const copy = join(folder, `copy-${counts.write}`);
        cpSync(warehouse, copy, { recursive: true });
        assert.match(text, /--warehouse http/, text);
        line = text.replaceAll(/--warehouse http\S+/g, `--warehouse ${copy}`);
        counts.write += 1;
      } else counts.read += 1;
      const wrong = await shell(line, folder);
      if (wrong) failed.push(`${where}\n=> ${wrong}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  context.diagnostic(JSON.stringify(counts));
  assert.deepEqual(failed, []);
  return counts;
}

test('commands and snippets of every view run', { skip }, async (context) => {
  const warehouse = mkdtempSync(join(tmpdir(), 'cenote-demo-'));
  try {
    await withSite(['demo', '--warehouse', warehouse, '--keep'], (url) => withBrowser(async (browser) => {
      const [{ tailnum }] = JSON.parse(`[${cenote('read', 'demo.planes', '--warehouse', warehouse, '-n', '1', '-o', 'ndjson').trim()}]`);
      const history = `data?f.row=${encodeURIComponent(JSON.stringify({ tailnum }))}`;
      const looks = [...VIEWS, ...MORE].map((look) => `demo/flights/${look}`).concat(`demo/planes/${history}`, 'demo/planes/lsm');
      const found = await collect(browser, url, looks);
      const counts = await runAll(context, found, warehouse);
      assert.ok(counts.read >= 15 && counts.write >= 5 && counts.snippet >= 8, JSON.stringify(counts));
    }));
  } finally {
    rmSync(warehouse, { recursive: true, force: true });
  }
});
