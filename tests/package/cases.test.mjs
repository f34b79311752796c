// The case table through the packed tarball, in Node and in Chromium: the tests of tests/node and tests/browser, on another package.

import { join } from 'node:path';

import { fixture, project } from './projects.mjs';

process.env.CENOTE_PACKAGE = join(await project('cases', fixture('node')), 'node_modules/cenote');
await import('../node/golden.test.mjs');
await import('../node/worker.test.mjs');
await import('../browser/engine.test.mjs');
