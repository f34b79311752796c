// The package under test: what `cargo xtask wasm` built, or what CENOTE_PACKAGE names.

import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { join, resolve } from 'node:path';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const PACKAGE = resolve(process.env.CENOTE_PACKAGE ?? join(ROOT, 'dist/wasm'));

/** A module of the package. @param {string} [file] */
export function load(file = 'index.js') {
  return import(pathToFileURL(join(PACKAGE, file)).href);
}

/** The golden tables, `undefined` where they are not beside the checkout. */
export const GOLDEN = [process.env.CENOTE_GOLDEN, join(ROOT, 'tests/golden'), join(ROOT, '../shared/golden'), join(ROOT, '../../shared/golden')]
  .find((folder) => folder && existsSync(join(folder, 'pk_dedup/expect.json')));
