// Objects in memory: for tests, and for tables made on the spot.

import { childrenOf, clamp } from './paths.js';

/**
 * A store in memory.
 * @param {Iterable<[string, Uint8Array]>} [entries] initial objects by path
 */
export function memory(entries = []) {
  return new MemoryStore(entries);
}

class MemoryStore {
  #objects;

  constructor(entries) {
    this.kind = 'memory';
    this.#objects = new Map(entries);
  }

  async get(path, range = {}) {
    const bytes = this.#objects.get(path);
    if (bytes === undefined) return null;
    const [start, end] = clamp(bytes.length, range);
    return { bytes: bytes.subarray(start, end), size: bytes.length };
  }

  async list(folder) {
    const sizes = [...this.#objects].map(([path, bytes]) => [path, { size: bytes.length }]);
    return childrenOf(sizes, folder);
  }

  async put(path, bytes) {
    this.#objects.set(path, bytes);
  }

  async putIfAbsent(path, bytes) {
    if (this.#objects.has(path)) return false;
    this.#objects.set(path, bytes);
    return true;
  }

  async delete(path) {
    this.#objects.delete(path);
  }
}
