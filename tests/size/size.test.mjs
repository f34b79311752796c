// The package as it is published weighs no more than it may, and starts fast. `cargo xtask npm` builds it.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { Worker } from 'node:worker_threads';

const PACKAGE = resolve(process.env.CENOTE_PACKAGE ?? fileURLToPath(new URL('../../dist/npm', import.meta.url)));

/** Brotli bytes that a page may have to fetch before it reads a table of Parquet files: module, glue and all JavaScript. */
const READER_BUDGET = 900_000;
/** What comes in addition when a table or a call needs it. */
const FULL_BUDGET = 2_700_000;
/** From nothing to an engine that answers, in Node. Generous: the figure printed is what counts, this catches mistakes. */
const START_MILLIS = 2_000;

function brotli(bytes) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return brotliCompressSync(bytes, { params }).length;
}

function weigh(...path) {
  const bytes = readFileSync(join(PACKAGE, ...path));
  return { raw: bytes.length, brotli: brotli(bytes) };
}

const sum = (parts) => parts.reduce((a, b) => ({ raw: a.raw + b.raw, brotli: a.brotli + b.brotli }), { raw: 0, brotli: 0 });

/** All files that importing `entry` loads, but for what is imported on need. */
function importedBy(entry) {
  const seen = new Set();
  const visit = (file) => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(file, 'utf8');
    for (const [, name] of text.matchAll(/(?:^|;|\})(?:import|export)\b[^;()]*?['"](\.[^'"]+)['"]/gm)) visit(resolve(file, '..', name));
  };
  visit(join(PACKAGE, entry));
  return [...seen];
}

test('the reader is small', (context) => {
  const scripts = importedBy('index.js');
  assert.ok(!scripts.some((file) => /full/.test(file)), `the glue of the full module is loaded at once: ${scripts}`);
  const module = weigh('wasm/reader_bg.wasm');
  // Each file by itself, as a server sends it.
  const script = sum(scripts.map((file) => weigh(relative(PACKAGE, file))));
  const all = sum([module, script]);
  context.diagnostic(`reader: ${all.brotli} bytes brotli (${module.brotli} module, ${script.brotli} in ${scripts.length} scripts), ${all.raw} raw (${module.raw} module)`);
  assert.ok(all.brotli <= READER_BUDGET, `${all.brotli} bytes of brotli, ${READER_BUDGET} are allowed`);
});

test('the full module weighs what it may', (context) => {
  const glues = readdirSync(PACKAGE).filter((name) => /^full-.*\.js$/.test(name));
  assert.equal(glues.length, 1, `the glue of the full module is no file of its own: ${glues}`);
  const [module, glue] = [weigh('wasm/full_bg.wasm'), weigh(glues[0])];
  const all = sum([module, glue]);
  context.diagnostic(`full: ${all.brotli} bytes brotli (${module.brotli} module), ${all.raw} raw (${module.raw} module)`);
  assert.ok(all.brotli <= FULL_BUDGET, `${all.brotli} bytes of brotli, ${FULL_BUDGET} are allowed`);
});

test('nothing else lies in the folder of the modules', () => {
  assert.deepEqual(readdirSync(join(PACKAGE, 'wasm')).sort(), ['full_bg.wasm', 'reader_bg.wasm']);
});

/** Milliseconds of a start in a thread of its own, where nothing is compiled yet. */
function start(how) {
  const script = `
    const { parentPort } = await import('node:worker_threads');
    const { load } = await import(${JSON.stringify(pathToFileURL(join(PACKAGE, 'index.js')).href)});
    const begin = performance.now();
    await load(${how});
    parentPort.postMessage(performance.now() - begin);`;
  return new Promise((done, failed) => {
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`), { execArgv: [] });
    worker.once('message', done);
    worker.once('error', failed);
  });
}

for (const [name, how] of [['reader', '{}'], ['full module', '{ full: true }']]) {
  test(`the ${name} starts fast`, async (context) => {
    const runs = [];
    for (let run = 0; run < 5; run += 1) runs.push(await start(how));
    runs.sort((a, b) => a - b);
    context.diagnostic(`${name}: compiled and ready in ${runs[2].toFixed(1)} ms (median of 5, ${runs.map((millis) => millis.toFixed(1)).join(', ')})`);
    assert.ok(runs[2] < START_MILLIS);
  });
}
