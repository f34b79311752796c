// Every golden table over plain HTTP, with no listing.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { checksOf, failures, parseExact, runCheck, summary } from './golden.mjs';
import { GOLDEN, load } from './package.mjs';
import { serve } from './server.mjs';

const { openTable } = await load();

test('golden tables and their changes read right', { skip: GOLDEN ? false : 'no golden tables beside this checkout' }, async (context) => {
  const server = await serve({ '': GOLDEN });
  const only = new RegExp(process.env.CENOTE_ONLY ?? '');
  const results = [];
  for (const name of readdirSync(GOLDEN).filter((name) => /^[a-z]\w+$/.test(name) && only.test(name))) {
    const expect = readExpectation(name);
    if (!expect) continue;
    const location = `${server.url}/${name}/warehouse/${expect.database}.db/${encodeURIComponent(expect.table)}`;
    for (const check of checksOf(expect)) {
      results.push({ name, ...(await runCheck(expect, check, (branch) => openTable(location, { branch }))) });
    }
  }
  await server.close();
  context.diagnostic(summary(results));
  assert.equal(failures(results), '');
  assert.ok(results.length > 0);
});

function readExpectation(name) {
  try {
    return parseExact(readFileSync(join(GOLDEN, name, 'expect.json'), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}
