// Folders of the local disk, in Node.

import { errorOf } from '../errors.js';
import { nodeModule } from '../load.js';
import { clamp, join } from './paths.js';
import { madeBy } from './recipe.js';

/** The local file system, for `file:` URLs and plain paths in Node; `open(location)` gives the store of a folder. */
export function local() {
  return madeBy({ kind: 'local', open: (location) => new LocalStore(location) }, 'local', []);
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

  async put(path, bytes) {
    await this.#writing(path, async (full) => {
      const hidden = this.#hidden(path);
      await this.#complete(hidden, bytes);
      await this.#fs.rename(hidden, full);
    });
  }

  /** A link is made only where there is no file of that name: in one step, and of a complete file. */
  async putIfAbsent(path, bytes) {
    return this.#writing(path, async (full) => {
      const hidden = this.#hidden(path);
      await this.#complete(hidden, bytes);
      try {
        await this.#fs.link(hidden, full);
        return true;
      } catch (error) {
        if (error.code === 'EEXIST') return false;
        if (!NO_LINKS.has(error.code)) throw error;
        return await this.#createInPlace(full, bytes);
      } finally {
        await this.#fs.rm(hidden, { force: true });
      }
    });
  }

  async delete(path) {
    await this.#writing(path, (full) => this.#fs.rm(full, { force: true }));
  }

  /** Removes a folder without files, and the folders in it. @param {string} path */
  async prune(path) {
    const { dirs } = await this.list(path);
    await Promise.all(dirs.map((dir) => this.prune(join(path, dir))));
    // A folder with files stays: that is all that can be wrong here.
    await this.#fs.rmdir(this.#full(path)).catch(() => undefined);
  }

  /** For file systems without links: exclusive as well, but a crash may leave half a file. */
  async #createInPlace(full, bytes) {
    try {
      await this.#fs.writeFile(full, bytes, { flag: 'wx' });
      return true;
    } catch (error) {
      if (error.code === 'EEXIST') return false;
      await this.#fs.rm(full, { force: true });
      throw error;
    }
  }

  async #complete(hidden, bytes) {
    try {
      await this.#fs.writeFile(hidden, bytes, { flag: 'wx' });
    } catch (error) {
      if (error.code !== 'ENOENT') await this.#fs.rm(hidden, { force: true });
      throw error;
    }
  }

  /** Works on the full path; the folders above it are made where they are missing. */
  async #writing(path, work) {
    const full = this.#full(path);
    try {
      return await work(full);
    } catch (error) {
      if (error.code !== 'ENOENT') throw failed(error, path);
    }
    try {
      await this.#fs.mkdir(full.replace(/[\\/][^\\/]*$/, ''), { recursive: true });
      return await work(full);
    } catch (error) {
      throw failed(error, path);
    }
  }

  /** The name of a file in the making, which readers of Paimon tables leave alone. */
  #hidden(path) {
    const slash = path.lastIndexOf('/') + 1;
    return this.#full(`${path.slice(0, slash)}.${path.slice(slash)}.${crypto.randomUUID()}.tmp`);
  }

  #full(path) {
    if (path.split('/').includes('..')) throw errorOf('invalid', 'a path may not leave the folder', { path });
    return path === '' ? this.#root : `${this.#root.replace(/\/+$/, '')}/${path}`;
  }
}

/** How file systems say that they know no links. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

function failed(error, path) {
  const kind = error.code === 'EACCES' || error.code === 'EPERM' ? 'forbidden' : 'unavailable';
  return errorOf(kind, error.message, { path, cause: error });
}
