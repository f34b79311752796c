// `cenote serve` and the page: the explorer inside the binary, the warehouse that comes with it, and the link that lets in.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';

import { GOLDEN, ROOT } from '../node/package.mjs';
import { withBrowser } from './chromium.mjs';
import { SITE } from './explorer.mjs';
import { explorer, shown, skip as noSite } from './explorer_page.mjs';

const CLI = [process.env.CENOTE_CLI, join(ROOT, 'target/release/cenote'), join(ROOT, 'target/debug/cenote')].find((path) => path && existsSync(path));
const skip = noSite || (!GOLDEN && 'no golden tables beside this checkout') || (!CLI && 'no CLI is built: CENOTE_CLI names one');

/** Runs `cenote serve` on a golden warehouse; `link`: what it says to open. */
async function serving(args, run, { cli = CLI, cwd } = {}) {
  const child = spawn(cli, ['serve', '--warehouse', join(GOLDEN, 'pk_dedup/warehouse'), '--port', '0', '--no-open', ...args], { stdio: ['ignore', 'pipe', 'pipe'], cwd });
  const said = [];
  createInterface(child.stderr).on('line', (line) => said.push(line));
  try {
    const [url] = await new Promise((resolve, reject) => {
      createInterface(child.stdout).once('line', (line) => resolve([line]));
      child.once('exit', () => reject(new Error(said.join('\n'))));
    });
    await run(url, () => said.join('\n'));
  } finally {
    child.kill();
  }
}

/** The warehouse that the page's server offers is opened and read. */
async function readServed(page) {
  await page.click('.open-served');
  await page.click('.table-card >> text=pk_dedup');
  await shown(page);
  await page.click('[role=tab] >> text=Data');
  await page.waitForFunction(() => document.querySelectorAll('[role=gridcell][id$="-0"]').length >= 20, null, { timeout: 20_000 });
}

const fine = (at) => assert.deepEqual([at.strange().filter((error) => !/401/.test(error)), at.seen.violations, at.foreign()], [[], [], []]);

test('the warehouse that comes with the page', { skip }, async () => {
  await serving(['--explorer', SITE], async (url) => {
    await withBrowser(async (browser) => {
      const at = await explorer(browser, url);
      await readServed(at.page);
      fine(at);
      await at.close();
    });
  });
});

test('the link lets in once, and leaves no trace; others are asked for the token', { skip }, async () => {
  const token = 'the-token-of-this-test';
  await serving(['--explorer', SITE, '--token', token], async (url, said) => {
    const link = /open (\S+enter#([0-9a-f]+))/.exec(said());
    assert.ok(link, said());
    await withBrowser(async (browser) => {
      const context = await browser.newContext();
      const page = await context.newPage();
      const violations = [];
      page.on('console', (message) => /Security.Policy/.test(message.text()) && violations.push(message.text()));
      await page.goto(link[1]);
      await page.waitForSelector('.open-served', { timeout: 20_000 });
      await readServed(page);
      assert.ok(!page.url().includes(link[2]));
      const kept = await page.evaluate(() => JSON.stringify([location.href, document.cookie, { ...localStorage }, { ...sessionStorage }]));
      assert.ok(!kept.includes(link[2]) && !kept.includes(token), kept);
      const [cookie] = await context.cookies();
      assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.value.includes(token)], [true, 'Strict', false]);
      assert.deepEqual(violations, []);
      await context.close();

      const other = await (await browser.newContext()).newPage();
      await other.goto(link[1]);
      await other.waitForSelector('text=This link was used already');
      await other.goto(url);
      await other.waitForSelector('#form:not([hidden])');
      await other.fill('#token', 'a-wrong-token-here');
      await other.click('button');
      await other.waitForSelector('text=That is not the token');
      await other.fill('#token', token);
      await other.click('button');
      await other.waitForSelector('.open-served', { timeout: 20_000 });
      await readServed(other);
    });
  });
});

test('the explorer is inside the binary', { skip: skip || (!process.env.CENOTE_CLI && 'CENOTE_CLI names no binary with the explorer inside') }, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'cenote-binary-'));
  try {
    // Away from the folders where a binary without one would look.
    const cli = join(folder, 'cenote');
    copyFileSync(CLI, cli);
    await serving([], async (url) => {
      const index = await fetch(url);
      assert.equal(await index.text(), readFileSync(join(SITE, 'index.html'), 'utf8'));
      const again = await fetch(url, { headers: { 'If-None-Match': index.headers.get('etag') } });
      assert.equal(again.status, 304);
      const coding = async (accepted) => {
        const answer = await fetch(`${url}cenote-explorer_bg.wasm`, { headers: { 'Accept-Encoding': accepted } });
        assert.ok(Buffer.from(await answer.arrayBuffer()).equals(readFileSync(join(SITE, 'cenote-explorer_bg.wasm'))), accepted);
        return answer.headers.get('content-encoding') ?? 'plain';
      };
      context.diagnostic(`codings: ${await coding('br')}, ${await coding('gzip')}, ${await coding('identity')}`);
      await withBrowser(async (browser) => {
        const at = await explorer(browser, url);
        await readServed(at.page);
        fine(at);
        await at.close();
      });
    }, { cli, cwd: folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
