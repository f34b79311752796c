// Whole objects of servers that ignore ranges: fetched once each, kept while they fit.

/** @typedef {{bytes: Uint8Array, size: number}} Whole */

export class Wholes {
  #limit;
  #held = 0;
  /** @type {Map<string, Promise<Whole | null>>} least recently used first */
  #entries = new Map();

  /** @param {number} limit bytes to keep at most */
  constructor(limit) {
    this.#limit = limit;
  }

  /** @param {string} path @returns {Promise<Whole | null> | undefined} */
  get(path) {
    const entry = this.#entries.get(path);
    if (entry) {
      this.#entries.delete(path);
      this.#entries.set(path, entry);
    }
    return entry;
  }

  /** @param {string} path @param {Promise<Whole | null>} fetched */
  add(path, fetched) {
    this.#entries.set(path, fetched);
    fetched.then(
      (whole) => (whole ? this.#count(whole.size) : this.#entries.delete(path)),
      () => this.#entries.delete(path),
    );
    return fetched;
  }

  async #count(size) {
    this.#held += size;
    for (const [path, entry] of this.#entries) {
      if (this.#held <= this.#limit || this.#entries.size <= 1) return;
      this.#entries.delete(path);
      this.#held -= (await entry.catch(() => null))?.size ?? 0;
    }
  }
}
