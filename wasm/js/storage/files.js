// A folder of the user's own machine, picked or dropped in a browser: read in place, nothing is uploaded.

import { errorOf } from '../errors.js';
import { childrenOf, clamp, join } from './paths.js';

/**
 * Files that the user gave: a FileList (`<input webkitdirectory>`), an array of `File` (their `webkitRelativePath`, or a
 * `path` member, says where they lie), `[path, File]` pairs, or a `FileSystemDirectoryHandle`.
 * @param {FileList | Iterable<File | [string, File]> | FileSystemDirectoryHandle} source
 * @param {{root?: string}} [options] the folder inside `source` that becomes the store's top
 */
export function files(source, { root = '' } = {}) {
  if (typeof source?.getDirectoryHandle === 'function') return new HandleStore(source, root);
  return new FileStore(source, root);
}

class FileStore {
  #files = new Map();

  constructor(source, root) {
    this.kind = 'files';
    const top = join(root);
    for (const item of source) {
      const [path, file] = Array.isArray(item) ? item : [item.path || item.webkitRelativePath || item.name, item];
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

class HandleStore {
  #handle;
  #root;
  #folders = new Map();

  constructor(handle, root) {
    this.kind = 'files';
    this.#handle = handle;
    this.#root = join(root);
  }

  async get(path, range = {}) {
    const full = join(this.#root, path);
    const slash = full.lastIndexOf('/');
    const folder = await this.#folder(full.slice(0, Math.max(slash, 0)));
    const entry = await absentAsNull(folder?.getFileHandle(full.slice(slash + 1)));
    return entry ? part(await entry.getFile(), range, path) : null;
  }

  async list(path) {
    const found = { dirs: [], files: [] };
    const folder = await this.#folder(join(this.#root, path));
    if (!folder) return found;
    for await (const [name, entry] of folder.entries()) {
      if (entry.kind === 'directory') found.dirs.push(name);
      else {
        const file = await entry.getFile();
        found.files.push({ name, size: file.size, modified: file.lastModified });
      }
    }
    return found;
  }

  #folder(path) {
    if (path === '') return Promise.resolve(this.#handle);
    let found = this.#folders.get(path);
    if (!found) {
      const slash = path.lastIndexOf('/');
      found = this.#folder(path.slice(0, Math.max(slash, 0)))
        .then((parent) => absentAsNull(parent?.getDirectoryHandle(path.slice(slash + 1))));
      this.#folders.set(path, found);
      // A folder that is absent now may come: only what is there is remembered.
      found.then((folder) => folder || this.#folders.delete(path), () => this.#folders.delete(path));
    }
    return found;
  }
}

async function absentAsNull(lookup) {
  try {
    return (await lookup) ?? null;
  } catch (error) {
    if (error?.name === 'NotFoundError' || error?.name === 'TypeMismatchError') return null;
    throw error;
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
