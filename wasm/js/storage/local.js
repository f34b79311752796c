// Folders of the local disk, in Node.

import { errorOf } from '../errors.js';
import { nodeModule } from '../load.js';
import { clamp, join } from './paths.js';

/** The local file system, for `file:` URLs and plain paths in Node; `open(location)` gives the store of a folder. */
export function local() {
  return { kind: 'local', open: (location) => new LocalStore(location) };
}

class LocalStore {
  #fs;
  #root;

  constructor(location) {
    this.kind = 'local';
    this.#fs = nodeModule('node:fs/promises');
    if (!this.#fs) throw errorOf('unsupported', 'local files need Node', { path: String(location) });
    const text = String(location);
    this.#root = text.startsWith('file:') ? nodeModule('node:url').fileURLToPath(text) : text;
  }

  async get(path, range = {}) {
    const full = this.#full(path);
    let file;
    try {
      file = await this.#fs.open(full);
    } catch (error) {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
      throw failed(error, path);
    }
    try {
      const { size, mtimeMs } = await file.stat();
      const [start, end] = clamp(size, range);
      const bytes = new Uint8Array(end - start);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
      return { bytes: bytes.subarray(0, bytesRead), size, modified: Math.floor(mtimeMs) };
    } catch (error) {
      if (error.code === 'EISDIR') return null;
      throw failed(error, path);
    } finally {
      await file.close();
    }
  }

  async list(path) {
    const found = { dirs: [], files: [] };
    const full = this.#full(path);
    let entries;
    try {
      entries = await this.#fs.readdir(full, { withFileTypes: true });
    } catch (error) {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return found;
      throw failed(error, path);
    }
    for (const entry of entries) {
      if (entry.isDirectory()) found.dirs.push(entry.name);
      else {
        const { size, mtimeMs } = await this.#fs.stat(this.#full(join(path, entry.name)));
        found.files.push({ name: entry.name, size, modified: Math.floor(mtimeMs) });
      }
    }
    return found;
  }

  #full(path) {
    if (path.split('/').includes('..')) throw errorOf('invalid', 'a path may not leave the folder', { path });
    return path === '' ? this.#root : `${this.#root.replace(/\/+$/, '')}/${path}`;
  }
}

function failed(error, path) {
  const kind = error.code === 'EACCES' || error.code === 'EPERM' ? 'forbidden' : 'unavailable';
  return errorOf(kind, error.message, { path, cause: error });
}
