// One request log over all warehouses and tables that are open.

/** Records kept. */
const LIMIT = 10_000;

export class Meter {
  /** @type {Map<{io: (options: {since: number}) => object}, {seen: number, totals: Record<string, number>}>} */
  #sources = new Map();
  #closed = {};
  #records = [];
  #seq = 0;

  /** @param {{io: Function}} source a warehouse, or a table opened by itself */
  add(source) {
    this.#sources.set(source, { seen: 0, totals: {} });
  }

  /** Keeps what the source has used so far. */
  remove(source) {
    if (!this.#sources.has(source)) return;
    this.#collect();
    this.#closed = sum([this.#closed, this.#sources.get(source).totals]);
    this.#sources.delete(source);
  }

  /** Totals, and the records after `since`. @param {number} since */
  read(since) {
    this.#collect();
    const totals = sum([{ requests: 0, bytes: 0, cacheHits: 0 }, this.#closed, ...[...this.#sources.values()].map((s) => s.totals)]);
    return { totals, requests: this.#records.filter(({ seq }) => seq > since) };
  }

  #collect() {
    const fresh = [];
    for (const [source, state] of this.#sources) {
      const { totals, requests } = source.io({ since: state.seen });
      state.totals = totals;
      state.seen = requests.at(-1)?.seq ?? state.seen;
      fresh.push(...requests);
    }
    fresh.sort((a, b) => a.startMillis - b.startMillis);
    for (const record of fresh) {
      this.#seq += 1;
      this.#records.push({ ...record, seq: this.#seq });
    }
    this.#records.splice(0, this.#records.length - LIMIT);
  }
}

function sum(parts) {
  const total = {};
  for (const part of parts) {
    for (const [name, value] of Object.entries(part)) total[name] = (total[name] ?? 0) + value;
  }
  return total;
}
