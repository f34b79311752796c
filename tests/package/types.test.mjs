// Types: a strict project that uses the whole API, and the reference made of them, without a warning.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { HERE, ROOT, fixture, node, project, tool } from './projects.mjs';

test('a strict TypeScript project compiles, however it resolves modules', async () => {
  const folder = await project('types');
  for (const resolution of [['--module', 'nodenext'], ['--module', 'esnext', '--moduleResolution', 'bundler']]) {
    assert.equal(await node(folder, tool('typescript/bin/tsc'), '-p', '.', ...resolution), '');
  }
});

test('the examples of the README compile', async (context) => {
  const folder = await project('readme', fixture('types'));
  const blocks = [...readFileSync(join(folder, 'node_modules/cenote/README.md'), 'utf8').matchAll(/^```js\n([\s\S]*?)^```/gm)].map(([, code]) => code);
  rmSync(join(folder, 'src'), { recursive: true });
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'src/names.d.ts'), NAMES);
  blocks.forEach((code, index) => writeFileSync(join(folder, `src/block${index}.ts`), asModule(code)));
  context.diagnostic(`${blocks.length} examples`);
  assert.ok(blocks.length >= 8);
  assert.equal(await node(folder, tool('typescript/bin/tsc'), '-p', '.'), '');
});

/** What readers of the README know from its context. */
const NAMES = `
type Cenote = typeof import('cenote');
declare global {
  const openTable: Cenote['openTable'], openWarehouse: Cenote['openWarehouse'], inWorker: Cenote['inWorker'], s3: Cenote['s3'];
  const table: import('cenote').Table, orders: import('cenote').Table, credentials: import('cenote').Credentials, signal: AbortSignal;
  const connection: { insertArrowFromIPCStream(bytes: Uint8Array, options: { name: string; create: boolean }): Promise<void> };
  var from: number | string;
}
export {};
`;

/** Imports on top, the rest in a function of its own, so that each example has its own names. */
function asModule(code) {
  const lines = code.split('\n');
  const isImport = (line) => line.startsWith('import ');
  return `${lines.filter(isImport).join('\n')}\nexport async function example() {\n${lines.filter((line) => !isImport(line)).join('\n')}\n}\n`;
}

test('every public thing is in the reference, and said what it is', async (context) => {
  await node(HERE, tool('typedoc/bin/typedoc'), '--logLevel', 'Warn');
  const pages = readdirSync(join(ROOT, 'dist/docs-npm'), { recursive: true }).filter((file) => file.endsWith('.html'));
  context.diagnostic(`${pages.length} pages in dist/docs-npm`);
  for (const page of ['functions/openTable.html', 'functions/inWorker.html', 'interfaces/Table.html', 'classes/CorsError.html']) {
    assert.ok(pages.includes(page), page);
  }
});
