// The engine's objects as a page sees them whose engine is in a worker: the same methods, asked over the line.
//
// Numbers of things are given out here, so that what makes a thing need not be waited for.

/** Requests of a table or a warehouse that the engine reported, as far as they came with answers. */
class Log {
  #totals = {};
  #requests = [];
  /** Whose requests they are: each counts its own. @type {number} */
  of;
  /** The last record that is here. */
  seen = 0;

  /** @param {number} of */
  constructor(of) {
    this.of = of;
  }

  /** @param {{totals: object, requests: {seq: number}[]} | undefined} news */
  add(news) {
    if (!news) return;
    this.#totals = news.totals;
    this.#requests.push(...news.requests.filter(({ seq }) => seq > this.seen));
    this.#requests.splice(0, this.#requests.length - 10_000);
    this.seen = this.#requests.at(-1)?.seq ?? this.seen;
  }

  /** As the engine answers it: JSON text. @param {number} since */
  read(since) {
    return JSON.stringify({ totals: this.#totals, requests: this.#requests.filter(({ seq }) => seq > since) });
  }
}

/** Something in the worker, by its number. */
class Remote {
  /** @param {import('./line.js').Line} line @param {number} number @param {Log[]} [logs] those that its requests are in, its own first */
  constructor(line, number, logs = []) {
    this.line = line;
    this.number = number;
    this.logs = logs;
    line.hold(this);
  }

  /** @param {string} method @param {any[]} args functions are heard here @param {PromiseLike<void>} [aborted] @param {number} [makes] number of what it makes */
  async ask(method, args, aborted, makes) {
    const since = this.logs.map(({ of, seen }) => ({ of, seen }));
    const offered = new Map(args.filter((arg) => typeof arg === 'function').map((heard) => [heard, this.line.offer(heard)]));
    const sent = args.map((arg) => (offered.has(arg) ? { call: offered.get(arg) } : arg));
    try {
      const { value, io } = await this.line.ask('call', { of: this.number, method, args: sent, makes, since }, aborted);
      this.logs.forEach((log, place) => log.add(io[place]));
      return value;
    } finally {
      for (const number of offered.values()) this.line.withdraw(number);
    }
  }

  /** @param {typeof Remote} Kind @param {string} method @param {any[]} args @param {PromiseLike<void>} [aborted] */
  async make(Kind, method, args, aborted) {
    const number = this.line.number();
    const made = await this.ask(method, args, aborted, number);
    return Object.assign(new Kind(this.line, number, this.logs), { told: made });
  }

  free() {
    this.line.letGo(this);
  }
}

/** Something whose requests are counted, and which counts for what it was opened from, too. */
class Logged extends Remote {
  /** @param {import('./line.js').Line} line @param {number} number @param {Log[]} [logs] of what it was opened from */
  constructor(line, number, logs = []) {
    super(line, number, [new Log(number), ...logs]);
  }

  /** @param {number} since */
  io(since) {
    return this.logs[0].read(since);
  }
}

/** Rows under way. */
class RemoteCursor extends Remote {
  columns() {
    return this.told;
  }

  nextBatch(aborted) {
    return this.ask('nextBatch', [], aborted);
  }

  nextRows(count, aborted) {
    return this.ask('nextRows', [count], aborted);
  }

  rowsAt(offset, count, passed, aborted) {
    return this.ask('rowsAt', [offset, count, passed], aborted);
  }

  emptyBatch() {
    return this.ask('emptyBatch', []);
  }

  toFile(format) {
    return this.make(RemoteFile, 'toFile', [format]);
  }
}

/** Rows on their way into a file. */
class RemoteFile extends Remote {
  next(aborted) {
    return this.ask('next', [], aborted);
  }

  written() {
    return this.ask('written', []);
  }
}

/** Rows on their way in. */
class RemoteWriter extends Remote {
  columns() {
    return this.told;
  }

  writeCells(names, cells, rows, kinds, aborted) {
    return this.ask('writeCells', [names, cells, rows, kinds], aborted);
  }

  writeIpc(bytes, isDelete, aborted) {
    return this.ask('writeIpc', [bytes, isDelete], aborted);
  }

  commit(aborted) {
    return this.ask('commit', [], aborted);
  }

  abort() {
    return this.ask('abort', []);
  }
}

/** A table. */
export class RemoteTable extends Logged {
  request(text, hear, aborted) {
    return this.ask('request', [text, hear], aborted);
  }

  change(text, aborted) {
    return this.ask('change', [text], aborted);
  }

  alter(text, aborted) {
    return this.ask('alter', [text], aborted);
  }

  system(name) {
    return this.make(RemoteTable, 'system', [name]);
  }

  scan(text, aborted) {
    return this.make(RemoteCursor, 'scan', [text], aborted);
  }

  changes(text, aborted) {
    return this.make(RemoteCursor, 'changes', [text], aborted);
  }

  write(text, aborted) {
    return this.make(RemoteWriter, 'write', [text], aborted);
  }
}

/** A warehouse. */
export class RemoteCatalog extends Logged {
  #store;

  /** @param {import('./line.js').Line} line @param {{number: number, list?: Function}} store @param {string} label */
  constructor(line, store, label) {
    super(line, line.number());
    this.#store = store;
    line.tell('catalog', { store: store.number, label, makes: this.number });
  }

  get canList() {
    return typeof this.#store.list === 'function';
  }

  databases(aborted) {
    return this.ask('databases', [], aborted);
  }

  table(database, name, aborted) {
    return this.make(RemoteTable, 'table', [database, name], aborted);
  }

  createTable(database, name, text, aborted) {
    return this.make(RemoteTable, 'createTable', [database, name, text], aborted);
  }

  change(text, aborted) {
    return this.ask('change', [text], aborted);
  }

  free() {
    this.#store.release();
    super.free();
  }
}

/** The engine of a line, with the face of the one that `load()` gives. @param {import('./line.js').Line} line */
export function remoteEngine(line) {
  return {
    Catalog: class extends RemoteCatalog {
      constructor(store, label) {
        super(line, store, label);
      }
    },
    async openTable(store, label, name, branch, aborted) {
      const number = line.number();
      await line.ask('openTable', { store: store.number, label, name, branch, makes: number }, aborted);
      return new RemoteTable(line, number);
    },
  };
}
