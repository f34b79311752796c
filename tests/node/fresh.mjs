// The package as nobody has loaded it yet: modules are loaded once for each place, so each time from another one.

import { linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { PACKAGE, ROOT } from './package.mjs';

/**
 * Modules of one package of its own, by their files.
 * @param {{after: (done: () => void) => void}} context of the test that uses it @returns {(file: string) => Promise<any>}
 */
export function freshModules(context) {
  mkdirSync(join(ROOT, 'target'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, 'target/fresh-package-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  linkTree(PACKAGE, folder);
  return (file) => import(pathToFileURL(join(folder, file)).href);
}

/** The front door of a package of its own. @param {{after: (done: () => void) => void}} context */
export function freshPackage(context) {
  return freshModules(context)('index.js');
}

/** Links instead of copies; symbolic ones would be the same module again. */
function linkTree(from, to) {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else linkSync(source, target);
  }
}
