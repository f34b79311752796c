// Types: a strict project that uses the whole API, and the reference made of them, without a warning.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { HERE, ROOT, node, project, tool } from './projects.mjs';

test('a strict TypeScript project compiles, however it resolves modules', async () => {
  const folder = await project('types');
  for (const resolution of [['--module', 'nodenext'], ['--module', 'esnext', '--moduleResolution', 'bundler']]) {
    assert.equal(await node(folder, tool('typescript/bin/tsc'), '-p', '.', ...resolution), '');
  }
});

test('every public thing is in the reference, and said what it is', async (context) => {
  await node(HERE, tool('typedoc/bin/typedoc'), '--logLevel', 'Warn');
  const pages = readdirSync(join(ROOT, 'dist/docs-npm'), { recursive: true }).filter((file) => file.endsWith('.html'));
  context.diagnostic(`${pages.length} pages in dist/docs-npm`);
  for (const page of ['functions/openTable.html', 'functions/inWorker.html', 'interfaces/Table.html', 'classes/CorsError.html']) {
    assert.ok(pages.includes(page), page);
  }
});
