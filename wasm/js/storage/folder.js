// Folders behind a FileSystemDirectoryHandle: picked by the user, or in the origin's private file system (OPFS).
//
// Such folders know no create-if-absent. Here it is one lock for all pages and workers of the origin (Web Locks), a look,
// and the new file under its name only when it is complete. Other programs know nothing of the lock: they may read a
// picked folder at any time, but must not commit to its tables at the same time. OPFS belongs to the origin alone.

import { errorOf } from '../errors.js';
import { clamp, join } from './paths.js';

/** A folder as a store; `top` gives its handle. */
export class FolderStore {
  #top;
  #root;
  #folders = new Map();
  #handle;

  /** @param {() => FileSystemDirectoryHandle | Promise<FileSystemDirectoryHandle>} top @param {{root?: string, kind?: string}} [options] `root`: the folder inside that becomes the store's top */
  constructor(top, { root = '', kind = 'files' } = {}) {
    this.kind = kind;
    this.#top = top;
    this.#root = join(root);
    // Without locks nobody can commit safely: the engine then sees a store that cannot create.
    if (!globalThis.navigator?.locks) this.putIfAbsent = undefined;
  }

  async get(path, range = {}) {
    const { folder, name } = await this.#place(path);
    const file = await absentAsNull(folder?.getFileHandle(name));
    return file ? part(await file.getFile(), range, path) : null;
  }

  async list(path) {
    const found = { dirs: [], files: [] };
    const folder = await this.#folder(join(this.#root, path));
    if (!folder) return found;
    for await (const [name, entry] of folder.entries()) {
      if (entry.kind === 'directory') found.dirs.push(name);
      else {
        const file = await absentAsNull(entry.getFile());
        if (file) found.files.push({ name, size: file.size, modified: file.lastModified });
      }
    }
    return found;
  }

  async put(path, bytes) {
    await writing(path, async () => {
      const { folder, name } = await this.#place(path, true);
      await write(await folder.getFileHandle(name, { create: true }), bytes);
    });
  }

  /** One at a time in all pages and workers of the origin. */
  async putIfAbsent(path, bytes) {
    // The name alone: two pages may have opened the folder at different levels.
    const lock = `cenote ${path.slice(path.lastIndexOf('/') + 1)}`;
    return writing(path, () => navigator.locks.request(lock, async () => {
      const { folder, name } = await this.#place(path, true);
      if (await isThere(folder, name)) return false;
      await create(folder, name, bytes);
      const found = new Uint8Array(await (await (await folder.getFileHandle(name)).getFile()).arrayBuffer());
      if (found.length === bytes.length && found.every((byte, index) => byte === bytes[index])) return true;
      throw errorOf('unavailable', 'somebody else wrote the file at the same time, without the lock', { path });
    }));
  }

  async delete(path) {
    await writing(path, async () => {
      const { folder, name } = await this.#place(path);
      await absentAsNull(folder?.removeEntry(name));
    });
  }

  /** Removes a folder without files, and the folders in it. @param {string} path */
  async prune(path) {
    await writing(path, async () => {
      if ((await this.#countFiles(path)) > 0) return;
      this.#folders.clear();
      const { folder, name } = await this.#place(path);
      await absentAsNull(folder?.removeEntry(name, { recursive: true }));
      this.#folders.clear();
    });
  }

  async #countFiles(path) {
    const { dirs, files } = await this.list(path);
    const below = await Promise.all(dirs.map((dir) => this.#countFiles(join(path, dir))));
    return below.reduce((sum, count) => sum + count, files.length);
  }

  async #place(path, create = false) {
    const full = join(this.#root, path);
    const slash = full.lastIndexOf('/');
    return { folder: await this.#folder(full.slice(0, Math.max(slash, 0)), create), name: full.slice(slash + 1) };
  }

  async #folder(path, create = false) {
    if (path === '') return (this.#handle ??= await this.#top());
    const known = await this.#folders.get(path);
    if (known) return known;
    const slash = path.lastIndexOf('/');
    const found = this.#folder(path.slice(0, Math.max(slash, 0)), create)
      .then((parent) => absentAsNull(parent?.getDirectoryHandle(path.slice(slash + 1), { create })));
    this.#folders.set(path, found);
    // A folder that is absent now may come: only what is there is remembered.
    found.then((folder) => folder || this.#folders.delete(path), () => this.#folders.delete(path));
    return found;
  }
}

/** A file of no bytes is what a crash between creating and writing leaves: no file of a table is empty. */
async function isThere(folder, name) {
  const there = await absentAsNull(folder.getFileHandle(name));
  return there !== null && (await there.getFile()).size > 0;
}

/** The file appears under its name when it is complete, where files can be renamed. */
async function create(folder, name, bytes) {
  const hidden = `.${name}.${crypto.randomUUID()}.tmp`;
  const file = await folder.getFileHandle(hidden, { create: true });
  try {
    await write(file, bytes);
    await file.move(name);
  } catch (error) {
    await absentAsNull(folder.removeEntry(hidden));
    if (error?.name === 'QuotaExceededError') throw error;
    await write(await folder.getFileHandle(name, { create: true }), bytes);
  }
}

async function write(file, bytes) {
  if (typeof file.createWritable === 'function') {
    const stream = await file.createWritable();
    try {
      await stream.write(bytes);
      await stream.close();
    } catch (error) {
      await stream.abort().catch(() => undefined);
      throw error;
    }
    return;
  }
  // Older Safari, in workers only.
  const access = await file.createSyncAccessHandle();
  try {
    access.truncate(0);
    access.write(bytes, { at: 0 });
    access.flush();
  } finally {
    access.close();
  }
}

/** Does a write, and says in our words what a browser refuses. */
async function writing(path, work) {
  try {
    return await work();
  } catch (cause) {
    if (cause?.name === 'NotAllowedError' || cause?.name === 'SecurityError') {
      const hint = "ask for it first: await handle.requestPermission({ mode: 'readwrite' })";
      throw errorOf('forbidden', 'the page may not write to this folder', { path, hint, cause });
    }
    if (cause?.name === 'QuotaExceededError') throw errorOf('unavailable', 'there is no space left for this page', { path, cause });
    throw cause;
  }
}

/** What a lookup found, `null` where there is nothing. */
async function absentAsNull(lookup) {
  try {
    return (await lookup) ?? null;
  } catch (error) {
    if (error?.name === 'NotFoundError' || error?.name === 'TypeMismatchError') return null;
    throw error;
  }
}

async function part(file, range, path) {
  if (file.size === 0) return null;
  const [start, end] = clamp(file.size, range);
  try {
    const bytes = new Uint8Array(await file.slice(start, end).arrayBuffer());
    return { bytes, size: file.size, modified: file.lastModified };
  } catch (cause) {
    // Somebody replaced the file in between: another look finds the new one.
    const error = errorOf('unavailable', `cannot read the file: ${cause.message}`, { path, cause });
    throw Object.assign(error, { transient: true });
  }
}
