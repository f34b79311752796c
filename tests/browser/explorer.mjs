// The explorer under test: `cenote serve` around the built page, over the golden tables.

import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { GOLDEN, ROOT } from '../node/package.mjs';

/** The site that `cargo xtask explorer` built. */
export const SITE = process.env.CENOTE_EXPLORER ?? join(ROOT, 'dist/explorer');
const CLI = process.env.CENOTE_CLI ?? [join(ROOT, 'target/release/cenote'), join(ROOT, 'target/debug/cenote')].find(existsSync);

/** Why the explorer cannot be tested here, or false. */
export const skip = [
  [GOLDEN, 'no golden tables beside this checkout'],
  [existsSync(join(SITE, 'index.html')), 'no explorer was built'],
  [CLI && existsSync(CLI), 'no cenote was built'],
].find(([there]) => !there)?.[1] ?? false;

/** The views in the order of their tabs. */
export const VIEWS = ['overview', 'data', 'snapshots', 'lsm', 'files', 'manifests', 'schema', 'changelog', 'options', 'system'];

/** Golden tables by their names: each lies alone in a warehouse of its own. */
export function goldenTables() {
  return readdirSync(GOLDEN).filter((name) => existsSync(join(GOLDEN, name, 'expect.json')));
}

/** A warehouse with copies of golden tables; `remove` it. */
export function goldenWarehouse(names = goldenTables()) {
  const folder = mkdtempSync(join(tmpdir(), 'cenote-golden-'));
  for (const name of names) {
    const from = join(GOLDEN, name, 'warehouse');
    for (const database of readdirSync(from)) {
      mkdirSync(join(folder, database), { recursive: true });
      cpSync(join(from, database), join(folder, database), { recursive: true });
    }
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** `cenote serve` (or another verb) on a port of its choice: `{ url, close }`. */
export async function cenote(verb, ...args) {
  const child = spawn(CLI, [verb, '--port', '0', '--no-open', '--explorer', SITE, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const url = await new Promise((resolve, reject) => {
    let told = '';
    const hear = (chunk) => {
      told += chunk;
      const found = /http:\/\/127\.0\.0\.1:\d+\/\S*/.exec(told);
      if (found) resolve(found[0].replace(/\/(#.*)?$/, ''));
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code) => reject(new Error(`cenote ${verb} ended with ${code}: ${told}`)));
  });
  // A test that fails before it closes its server must not hang the run.
  child.unref();
  child.stdout.unref();
  child.stderr.unref();
  return {
    url,
    close: () => new Promise((resolve) => {
      child.ref();
      child.once('exit', resolve);
      child.kill();
    }),
  };
}

/** Runs with golden tables served at `url`. */
export async function withGolden(run, names) {
  const warehouse = goldenWarehouse(names);
  const server = await cenote('serve', '--warehouse', warehouse.folder);
  try {
    await run(server.url);
  } finally {
    await server.close();
    warehouse.remove();
  }
}

/** A page in its own context, with everything that must not happen: console errors, breaches of the policy, other hosts. */
export async function watchedPage(browser, url, { theme = 'light', width = 1440, height = 900, reducedMotion = 'reduce' } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, reducedMotion });
  await context.addInitScript(() => {
    window.breaches = [];
    document.addEventListener('securitypolicyviolation', (event) => window.breaches.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(`error ${error}`));
  page.on('crash', () => faults.push('the page crashed'));
  // Absent hints and probes are 404s, which Chromium logs; anything else is ours.
  page.on('console', (message) => message.type() === 'error' && !/404/.test(message.text()) && faults.push(`console ${message.text()}`));
  const own = new URL(url).origin;
  page.on('request', (request) => {
    const to = new URL(request.url());
    if (/^http/.test(to.protocol) && to.origin !== own) faults.push(`request to ${to.origin}`);
  });
  const breaches = async () => (await page.evaluate(() => window.breaches.splice(0))).forEach((breach) => faults.push(`policy ${breach}`));
  return { page, context, faults, breaches };
}

/** Waits until nothing on the page is on its way. */
export async function settled(page, timeout = 15_000) {
  await page.waitForFunction(() => {
    const place = document.querySelector('main, .open');
    return place && !document.querySelector('[aria-busy="true"], .activity, #boot');
  }, null, { timeout, polling: 30 });
}

/** Goes to a view of a table by the address, as a link does. */
export async function show(page, url, table, view, more = '') {
  const hash = `#/demo/golden/${encodeURIComponent(table)}/${view}${more}`;
  if (page.url().startsWith(url)) await page.evaluate((hash) => { location.hash = hash; }, hash);
  else await page.goto(`${url}/${hash}`);
  await page.waitForSelector(`#tab-${view}[aria-selected="true"]`);
  await page.waitForFunction((table) => document.querySelector('.table-head h1')?.textContent.endsWith(table), table);
  await settled(page);
}
