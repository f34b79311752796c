// The origin's private file system: files that only pages and workers of this origin see, and that stay.

import { errorOf } from '../errors.js';
import { FolderStore } from './folder.js';
import { join } from './paths.js';
import { madeBy } from './recipe.js';

/**
 * The origin private file system; `open('opfs:/path')` gives the store of a folder, which is made with its first file.
 * @param {string} [root] a folder above all locations
 */
export function opfs(root = '') {
  const open = (location) => {
    const path = String(location ?? '').replace(/^opfs:/i, '');
    return new FolderStore(top, { root: join(root, path), kind: 'opfs' });
  };
  return madeBy({ kind: 'opfs', open }, 'opfs', [root]);
}

async function top() {
  if (typeof globalThis.navigator?.storage?.getDirectory !== 'function') {
    throw errorOf('unsupported', 'this browser has no private file system, or the page is not served over https');
  }
  return navigator.storage.getDirectory();
}
