// Files of the user's own machine, picked or dropped in a browser: nothing is uploaded.

import { errorOf } from '../errors.js';
import { FolderStore } from './folder.js';
import { childrenOf, clamp, join } from './paths.js';
import { madeBy } from './recipe.js';

/**
 * Files that the user gave: a FileList (`<input webkitdirectory>`), an array of `File` (their `webkitRelativePath`, or a
 * `path` member, says where they lie), `[path, File]` pairs: read in place. Or a `FileSystemDirectoryHandle`, which is written
 * to as well where the page may.
 * @param {FileList | Iterable<File | [string, File]> | FileSystemDirectoryHandle} source
 * @param {{root?: string}} [options] the folder inside `source` that becomes the store's top
 */
export function files(source, { root = '' } = {}) {
  if (typeof source?.getDirectoryHandle === 'function') return madeBy(new FolderStore(() => source, { root }), 'files', [source, { root }]);
  const pairs = Array.from(source, (item) => [pathOf(item), Array.isArray(item) ? item[1] : item]);
  return madeBy(new FileStore(pairs, root), 'files', [pairs, { root }]);
}

/** Where a picked file lies. @param {File | [string, File]} item @returns {string} */
export function pathOf(item) {
  return Array.isArray(item) ? item[0] : item.path || item.webkitRelativePath || item.name || '';
}

class FileStore {
  #files = new Map();

  constructor(pairs, root) {
    this.kind = 'files';
    const top = join(root);
    for (const [path, file] of pairs) {
      const inside = below(top, join(path));
      if (inside !== undefined) this.#files.set(inside, file);
    }
  }

  async get(path, range = {}) {
    const file = this.#files.get(path);
    return file === undefined ? null : part(file, range, path);
  }

  async list(folder) {
    const entries = [...this.#files].map(([path, file]) => [path, { size: file.size, modified: file.lastModified }]);
    return childrenOf(entries, folder);
  }
}

async function part(file, range, path) {
  const [start, end] = clamp(file.size, range);
  try {
    const bytes = new Uint8Array(await file.slice(start, end).arrayBuffer());
    return { bytes, size: file.size, modified: file.lastModified };
  } catch (cause) {
    // The browser lets go of files that changed after they were picked.
    throw errorOf('unavailable', `cannot read the file any more: ${cause.message}`, { path, cause });
  }
}

function below(root, path) {
  if (root === '') return path;
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : undefined;
}
