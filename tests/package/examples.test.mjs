// The examples of `examples/js`, built and run: examples that nobody runs rot.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'node:test';

import { openPage, withBrowser } from '../browser/chromium.mjs';
import { GOLDEN } from '../node/package.mjs';
import { serve } from '../node/server.mjs';
import { ROOT, node, project, tool } from './projects.mjs';

const skip = GOLDEN ? false : 'no golden tables beside this checkout';
const table = (name) => `golden/${name}/warehouse/golden.db/${name}`;
const example = (name) => project(`example-${name}`, join(ROOT, 'examples/js', name));

/** A page of an example with a table, and what it logged as errors. */
async function withPage(folder, name, run) {
  const site = await serve({ '': folder, golden: GOLDEN });
  try {
    await withBrowser(async (browser) => {
      const { page, errors } = await openPage(browser, `${site.url}/index.html?table=${encodeURIComponent(`${site.url}/${table(name)}`)}`);
      await run(page);
      assert.deepEqual(errors.filter((error) => !/404/.test(error)), []);
    });
  } finally {
    await site.close();
  }
}

test('plain: a page without a bundler', { skip }, async () => {
  await withPage(await example('plain'), 'pk_dedup', async (page) => {
    await page.waitForFunction(() => /rows of snapshot 3/.test(document.querySelector('#status').textContent));
    assert.deepEqual(await page.locator('th').allTextContents(), ['id', 'name', 'v']);
    assert.equal(await page.locator('tr').count(), 21);
    await page.getByLabel('Filter').fill('id = 4');
    await page.getByRole('button').click();
    await page.waitForFunction(() => /: 1 rows/.test(document.querySelector('#status').textContent));
    assert.deepEqual(await page.locator('td').allTextContents(), ['4', 'U4', '44']);
    await page.getByLabel('Filter').fill('nonsense');
    await page.getByRole('button').click();
    await page.waitForFunction(() => /^InvalidError/.test(document.querySelector('#status').textContent));
  });
});

test('react: hooks that open and close', { skip }, async () => {
  const folder = await example('react');
  await node(folder, tool('vite/bin/vite.js'), 'build', '--logLevel', 'warn');
  await withPage(join(folder, 'dist'), 'pk_dedup', async (page) => {
    await page.getByRole('heading', { name: 'pk_dedup' }).waitFor();
    await page.getByText('20 rows').waitFor();
    await page.getByLabel('Filter').fill('id = 4');
    await page.getByRole('button').click();
    await page.getByText('1 rows').waitFor();
    assert.deepEqual(await page.locator('td').allTextContents(), ['4', 'U4', '44']);
  });
});

test('duckdb: SQL over a table', { skip }, async () => {
  const folder = await example('duckdb');
  await node(folder, tool('vite/bin/vite.js'), 'build', '--logLevel', 'error');
  await withPage(join(folder, 'dist'), 'pk_dedup', async (page) => {
    await page.waitForFunction(() => document.querySelector('#answer').textContent !== '');
    assert.equal(await page.locator('#answer').textContent(), '{"n": 20}');
    await page.getByLabel('SQL').fill('SELECT name, v FROM t WHERE id = 4');
    await page.getByRole('button').click();
    await page.waitForFunction(() => /U4/.test(document.querySelector('#answer').textContent));
    assert.equal(await page.locator('#answer').textContent(), '{"name": "U4", "v": 44}');
  });
});

test('arrow: columns in Node', { skip }, async () => {
  const folder = await example('arrow');
  const printed = await node(folder, 'main.js', join(GOLDEN, '..', table('pk_dedup')), 'id', 'v');
  assert.match(printed, /^20 rows, \d+ batches\nid: 0 … 100\nv: 0 … 110\n$/);
});

test('a scan is one stream of Arrow, for whoever reads that', { skip }, async () => {
  const folder = await example('arrow');
  const { openTable } = await import(pathToFileURL(join(folder, 'node_modules/cenote/index.js')).href);
  const arrow = await import(pathToFileURL(tool('apache-arrow/Arrow.node.mjs')).href);
  const opened = await openTable(join(GOLDEN, '..', table('pk_dedup')));
  const read = async (scan) => arrow.tableFromIPC(new Uint8Array(await new Response(scan.stream()).arrayBuffer()));
  const all = await read(opened.scan());
  assert.equal(all.numRows, 20);
  assert.deepEqual([...all].map(String).sort(), [...(await opened.scan().toArrow(arrow))].map(String).sort());
  const none = await read(opened.scan({ filter: 'id > 1000' }));
  assert.deepEqual([none.numRows, none.schema.names], [0, ['id', 'name', 'v']]);
  const reader = opened.scan().stream().getReader();
  await reader.read();
  await reader.cancel();
});

test('follow: changes, and where to go on', async () => {
  const folder = await example('follow');
  const { openWarehouse } = await import(pathToFileURL(join(folder, 'node_modules/cenote/index.js')).href);
  const data = await mkdtemp(join(tmpdir(), 'cenote-follow-'));
  try {
    const written = await (await openWarehouse(data)).createTable('db', 't', { fields: { id: 'INT' } });
    const append = async (id) => {
      const writer = await written.write();
      await writer.append([{ id }]);
      await writer.commit();
      await writer.abort();
    };
    const args = ['follow.js', join(data, 'db.db/t'), join(data, 'state')];
    const first = await followed(folder, args, 1, () => append(1));
    assert.deepEqual(first, [{ _rowkind: '+I', id: 1 }]);
    await append(2);
    assert.deepEqual(await followed(folder, args, 2, () => append(3)), [{ _rowkind: '+I', id: 2 }, { _rowkind: '+I', id: 3 }]);
    assert.equal(await readFile(join(data, 'state'), 'utf8'), '3');
  } finally {
    await rm(data, { recursive: true });
  }
});

/** Runs the script, does `then` once it follows, and ends it when it has printed `count` lines. */
async function followed(folder, args, count, then) {
  const script = spawn(process.execPath, args, { cwd: folder });
  let [printed, told] = ['', ''];
  const lines = () => printed.trim().split('\n').filter((line) => line !== '');
  script.stdout.on('data', (data) => (printed += data));
  script.stderr.on('data', (data) => (told += data));
  const until = async (what, isSo) => {
    for (let turn = 0; !isSo(); turn += 1) {
      if (turn > 200) throw new Error(`${what} never came: ${told}${printed}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  await until('the start', () => told.includes('following'));
  await new Promise((resolve) => setTimeout(resolve, 300));
  await then();
  await until('the changes', () => lines().length >= count);
  // The state is written after the lines.
  await new Promise((resolve) => setTimeout(resolve, 200));
  script.kill('SIGTERM');
  const code = await new Promise((resolve) => script.on('exit', resolve));
  assert.equal(code, 0, told);
  return lines().map((line) => JSON.parse(line));
}
