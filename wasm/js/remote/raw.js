// The engine's objects as a page sees them whose engine is in a worker: the same methods, asked over the line.
//
// Numbers of things are given out here, so that what makes a thing need not be waited for.

/** Requests that the engine reported, as far as they came with answers. */
class Log {
  #totals = {};
  #requests = [];
  /** The last record that is here. */
  seen = 0;

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
  /** @param {import('./line.js').Line} line @param {number} number @param {Log} [log] that of the table or warehouse it belongs to */
  constructor(line, number, log = new Log()) {
    this.line = line;
    this.number = number;
    this.log = log;
    line.hold(this);
  }

  /** @param {string} method @param {any[]} args @param {PromiseLike<void>} [aborted] @param {number} [makes] number of what it makes */
  async ask(method, args, aborted, makes) {
    const { value, io } = await this.line.ask('call', { of: this.number, method, args, makes, since: this.log.seen }, aborted);
    this.log.add(io);
    return value;
  }

  /** @param {typeof Remote} Kind @param {string} method @param {any[]} args @param {PromiseLike<void>} [aborted] */
  async make(Kind, method, args, aborted) {
    const number = this.line.number();
    const made = await this.ask(method, args, aborted, number);
    return Object.assign(new Kind(this.line, number, this.log), { told: made });
  }

  /** @param {number} since */
  io(since) {
    return this.log.read(since);
  }

  free() {
    this.line.letGo(this);
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

  emptyBatch() {
    return this.ask('emptyBatch', []);
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
export class RemoteTable extends Remote {
  request(text, aborted) {
    return this.ask('request', [text], aborted);
  }

  change(text, aborted) {
    return this.ask('change', [text], aborted);
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
export class RemoteCatalog extends Remote {
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
