// Figures of the engine in a real browser, beside its peers: `cargo xtask bench browser [cold | scan]`.
//
// All of a comparison runs in turns in one run, because machines are noisy; what counts is the ratio of the medians.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

import { openPage, withBrowser } from '../browser/chromium.mjs';
import { serve } from '../node/server.mjs';
import { makeTable, PACKAGE } from './tables.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROUNDS = Number(process.env.CENOTE_ROUNDS ?? 5);
const CLI = process.env.CENOTE_CLI ?? 'cenote';

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const ms = (millis) => `${millis.toFixed(0)} ms`;

/** Runs `use(page, site)` in a page with the package beside it; the server has `warehouse` at /wh. */
async function inPage(warehouse, how, use) {
  const site = await serve({ '': HERE, figures: HERE, package: PACKAGE, browser: join(HERE, '../browser'), wh: warehouse }, how);
  try {
    await withBrowser(async (browser) => {
      const { page, errors } = await openPage(browser, `${site.url}/figures/page.html`);
      await page.waitForFunction('window.ready');
      await use(page, site);
      // Absent files are how the newest snapshot is found where nothing can be listed.
      const wrong = errors.filter((error) => !/status of 404/.test(error));
      if (wrong.length > 0) throw new Error(`the page has errors: ${wrong.join('; ')}`);
    });
  } finally {
    await site.close();
  }
}

/** A cold open and the first rows of a table of a gigabyte, over a link of 50 ms. */
async function cold(warehouse) {
  const bytes = makeTable(CLI, warehouse, 'wide', Number(process.env.CENOTE_COLD_BYTES ?? 2 ** 30));
  console.log(`\ncold open of ${mib(bytes)}, first 100 rows, each answer 50 ms late`);
  await inPage(warehouse, { delayMillis: 50 }, async (page, site) => {
    const started = site.log.length;
    const start = await page.evaluate(() => figures.start());
    const loaded = site.log.slice(started);
    console.log(`engine      ${ms(start.millis)}, ${loaded.length} requests, ${mib(sum(loaded))} uncompressed`);
    const before = site.log.length;
    const seen = await page.evaluate((url) => figures.cold(url, 100), `${site.url}/wh/d.db/wide`);
    const log = site.log.slice(before).filter(({ method }) => method === 'GET');
    if (seen.count !== 100) throw new Error(`expected 100 rows, found ${seen.count}`);
    console.log(`open        ${ms(seen.open)}\nfirst row   ${ms(seen.first)}\n100 rows    ${ms(seen.all)}`);
    console.log(`requests    ${log.length}, ${mib(sum(log))}`);
    for (const { path, range, status, bytes } of log) console.log(`  ${status} ${path.split('/').slice(-2).join('/')} ${range ?? ''} ${bytes}`);
  });
}

const sum = (log) => log.reduce((bytes, entry) => bytes + entry.bytes, 0);

/** Scans and aggregates against the peers. */
async function scan(warehouse) {
  makeTable(CLI, warehouse, 'rows', 3_000_000);
  const folder = join(warehouse, 'd.db/rows/bucket-0');
  const names = readdirSync(folder).filter((name) => name.endsWith('.parquet'));
  const bytes = names.reduce((all, name) => all + statSync(join(folder, name)).size, 0);
  if (names.length !== 1) throw new Error(`expected one Parquet file, found ${names.length}`);
  console.log(`\nscan of 3,000,000 rows x 6 columns, one zstd Parquet file of ${mib(bytes)}, ${ROUNDS} rounds`);
  await inPage(warehouse, {}, async (page, site) => {
    const at = { table: `${site.url}/wh/d.db/rows`, file: `${site.url}/wh/d.db/rows/bucket-0/${names[0]}` };
    await page.evaluate(() => figures.prepare());
    const scans = await rounds(['cenote', 'parquet-wasm', 'hyparquet'], (who) => page.evaluate(([who, at]) => figures.scan(who, at), [who, at]), 3_000_000);
    scans['native, 1 core'] = [];
    scans['native, all cores'] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      scans['native, 1 core'].push(native(warehouse, true));
      scans['native, all cores'].push(native(warehouse, false));
    }
    report(scans);
    console.log('\nsum of one column of the same file');
    const asked = { table: at.table, files: [at.file], column: 'amount' };
    const sum = (who) => page.evaluate(([who, asked]) => figures.sum(who, asked), [who, asked]);
    report(await rounds(['cenote', 'duckdb-wasm'], sum));
  });
}

/** Times each of `peers` in turns; all must give `expected`, or the same. */
async function rounds(peers, run, expected) {
  const times = Object.fromEntries(peers.map((who) => [who, []]));
  let answer = expected;
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const who of peers) {
      const { millis, value } = await run(who);
      answer ??= value;
      if (Math.abs(value - answer) > Math.abs(answer) * 1e-9) throw new Error(`${who}: expected ${answer}, found ${value}`);
      // The first round warms up.
      if (round > 0) times[who].push(millis);
    }
  }
  return times;
}

/** The same scan by the CLI, as Arrow into nothing. */
function native(warehouse, oneCore) {
  const args = [CLI, 'read', 'd.rows', '--warehouse', warehouse, '-o', 'arrow'];
  const [program, ...rest] = oneCore && process.platform === 'linux' ? ['taskset', '-c', '0', ...args] : args;
  const begin = performance.now();
  const { status } = spawnSync(program, rest, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${program} failed`);
  return performance.now() - begin;
}

function report(times) {
  const ours = median(times.cenote);
  for (const [who, all] of Object.entries(times)) {
    const theirs = median(all);
    const ratio = who === 'cenote' ? '' : `  cenote is ${(theirs / ours).toFixed(2)} x as fast`;
    console.log(`${who.padEnd(18)} ${ms(theirs).padStart(8)}  [${all.map((one) => one.toFixed(0)).join(' ')}]${ratio}`);
  }
}

const wanted = process.argv.slice(2);
const warehouse = mkdtempSync(join(process.env.CENOTE_FIGURES_TMP ?? tmpdir(), 'cenote-figures-'));
mkdirSync(warehouse, { recursive: true });
await build({ entryPoints: [join(HERE, 'page.js')], outfile: join(warehouse, 'page.bundle.js'), bundle: true, format: 'esm', logLevel: 'error' });
try {
  execFileSync(CLI, ['--version'], { stdio: 'ignore' });
  for (const [name, run] of Object.entries({ cold, scan })) if (wanted.length === 0 || wanted.includes(name)) await run(warehouse);
} finally {
  rmSync(warehouse, { recursive: true, force: true });
}
