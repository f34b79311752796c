// Two modules with the face of one engine: the small reader works, until a table or a call needs what only the full engine has.
// Then the same thing is opened there and the call is made again; nobody above notices, but for the time that it takes.
//
// The engine tells what it lacks in a member `lacks` of its errors.

import { errorOf } from './errors.js';
import { Meter } from './meter.js';

/**
 * The modules of an engine.
 * @typedef {object} Modules
 * @property {() => Promise<Bindings>} first starts the one to begin with: the full one where it is there already
 * @property {() => Promise<Bindings>} full starts the full one
 * @property {() => Bindings[]} running those that have started, the full one first
 *
 * @typedef {{openTable: Function, Catalog: new (store: object, label: string) => any, noteCommit: () => void}} Bindings
 */

/** The engine over its modules. @param {Modules} modules */
export function switching(modules) {
  return {
    Catalog: class extends SwitchingCatalog {
      constructor(store, label) {
        super(modules, store, label);
      }
    },
    openTable: (store, label, name, branch, aborted, hold) =>
      SwitchingTable.open(modules, (engine, stopped) => engine.openTable(store, label, name, branch, stopped, hold), aborted),
  };
}

/** Whether the full engine can do what failed. */
function needsFull(error) {
  return typeof error?.lacks === 'string';
}

/** Tells all modules of a commit, whatever became of it: what they know of the latest snapshot is old. */
async function committing(modules, work) {
  try {
    return await work;
  } finally {
    for (const engine of modules.running()) engine.noteCommit();
  }
}

/** One thing in each module that was asked for it, and their requests. */
class Held {
  /** @type {Map<Bindings, {raw: any, io: (options: {since: number}) => object}>} */
  #things = new Map();
  #log = new Meter();
  isFreed = false;

  /** @param {Bindings} engine @param {any} raw */
  add(engine, raw) {
    if (this.isFreed) {
      raw.free();
      throw errorOf('invalid', 'this was closed: open it again');
    }
    const thing = { raw, io: ({ since }) => JSON.parse(raw.io(since)) };
    this.#things.set(engine, thing);
    this.#log.add(thing);
    return raw;
  }

  /** @param {Bindings} engine */
  in(engine) {
    return this.#things.get(engine)?.raw;
  }

  /** The requests so far, as the engine tells them. @param {number} since */
  io(since) {
    return JSON.stringify(this.#log.read(since));
  }

  free() {
    this.isFreed = true;
    for (const thing of this.#things.values()) {
      this.#log.remove(thing);
      thing.raw.free();
    }
    this.#things.clear();
  }
}

/** A table in the reader, and in the full module once it is needed. */
class SwitchingTable {
  #modules;
  #open;
  #held = new Held();
  /** What is asked. */
  #raw;
  #full;

  /** @param {Modules} modules @param {(engine: Bindings, aborted?: PromiseLike<void>) => Promise<any>} open */
  constructor(modules, open) {
    this.#modules = modules;
    this.#open = open;
  }

  /** @param {Modules} modules @param {(engine: Bindings, aborted?: PromiseLike<void>) => Promise<any>} open @param {PromiseLike<void>} [aborted] */
  static async open(modules, open, aborted) {
    const table = new SwitchingTable(modules, open);
    const engine = await modules.first();
    try {
      table.#hold(engine, await open(engine, aborted));
    } catch (error) {
      if (!needsFull(error)) throw error;
      await table.#inFull();
    }
    return table;
  }

  /** One that is open. @param {Bindings} engine @param {any} raw */
  static of(modules, open, engine, raw) {
    const table = new SwitchingTable(modules, open);
    table.#hold(engine, raw);
    return table;
  }

  #hold(engine, raw) {
    this.#raw = this.#held.add(engine, raw);
    return raw;
  }

  /** The table in the full module. */
  #inFull() {
    this.#full ??= this.#openFull().catch((error) => {
      this.#full = undefined;
      throw error;
    });
    return this.#full;
  }

  async #openFull() {
    const engine = await this.#modules.full();
    return this.#held.in(engine) ?? this.#hold(engine, await this.#open(engine));
  }

  async #use(call) {
    try {
      return await call(this.#raw);
    } catch (error) {
      if (!needsFull(error)) throw error;
      return call(await this.#inFull());
    }
  }

  request(text, aborted, hear) {
    return this.#use((raw) => raw.request(text, aborted, hear));
  }

  async change(text, aborted) {
    return committing(this.#modules, (await this.#inFull()).change(text, aborted));
  }

  async write(text, aborted) {
    const writer = await (await this.#inFull()).write(text, aborted);
    const commit = writer.commit.bind(writer);
    return Object.assign(writer, { commit: (stopped) => committing(this.#modules, commit(stopped)) });
  }

  async system(name) {
    const open = async (engine, aborted) => {
      const table = await this.#open(engine, aborted);
      try {
        return table.system(name);
      } finally {
        table.free();
      }
    };
    // Only the full module has system tables.
    const raw = await this.#inFull();
    return SwitchingTable.of(this.#modules, open, await this.#modules.full(), raw.system(name));
  }

  scan(text, aborted) {
    return this.#cursor((raw, stopped) => raw.scan(text, stopped), aborted);
  }

  changes(text, aborted) {
    return this.#cursor((raw, stopped) => raw.changes(text, stopped), aborted);
  }

  async #cursor(open, aborted) {
    const raw = await this.#use((table) => open(table, aborted));
    return new SwitchingCursor(raw, async (stopped) => open(await this.#inFull(), stopped));
  }

  /** @param {number} since */
  io(since) {
    return this.#held.io(since);
  }

  /** As of objects of the binding: 0 when freed. */
  get __wbg_ptr() {
    return this.#held.isFreed ? 0 : 1;
  }

  free() {
    this.#held.free();
  }
}

/** Rows, read by the module that can. */
class SwitchingCursor {
  #raw;
  #openAgain;
  #hasGiven = false;

  /** @param {any} raw @param {(aborted?: PromiseLike<void>) => Promise<any>} openAgain in the full module */
  constructor(raw, openAgain) {
    this.#raw = raw;
    this.#openAgain = openAgain;
  }

  columns() {
    return this.#raw.columns();
  }

  emptyBatch() {
    return this.#raw.emptyBatch();
  }

  nextBatch(aborted) {
    return this.#next((raw) => raw.nextBatch(aborted), aborted);
  }

  nextRows(count, aborted) {
    return this.#next((raw) => raw.nextRows(count, aborted), aborted);
  }

  async rowsAt(offset, count, passed, aborted) {
    try {
      return await this.#raw.rowsAt(offset, count, passed, aborted);
    } catch (error) {
      if (!needsFull(error)) throw error;
      return (await this.#again(aborted)).rowsAt(offset, count, passed, aborted);
    }
  }

  /** The rest of the rows as a file: only the full engine writes one. */
  async toFile(format, aborted) {
    if (typeof this.#raw.toFile === 'function') return this.#raw.toFile(format);
    if (this.#hasGiven) throw errorOf('invalid', 'a file is made of all rows: ask for it before any of them');
    return (await this.#again(aborted)).toFile(format);
  }

  async #again(aborted) {
    const raw = await this.#openAgain(aborted);
    this.#raw.free();
    this.#raw = raw;
    return raw;
  }

  async #next(read, aborted) {
    try {
      const rows = await read(this.#raw);
      this.#hasGiven = true;
      return rows;
    } catch (error) {
      if (!needsFull(error)) throw error;
      // Rows that were given cannot be taken back, and nothing promises that they come in the same order again.
      if (this.#hasGiven) throw withHint(error);
      this.#hasGiven = true;
      return read(await this.#again(aborted));
    }
  }

  free() {
    this.#raw.free();
  }
}

function withHint({ kind, message, path, lacks }) {
  const hint = `a file in the midst of the scan needs ${lacks}: call load({ full: true }) and open the table again`;
  return Object.assign(errorOf(kind, message, { path, hint }), { lacks });
}

/** A warehouse in each module that was asked for it. */
class SwitchingCatalog {
  #modules;
  #store;
  #label;
  #held = new Held();

  /** @param {Modules} modules one of which runs @param {object} store @param {string} label */
  constructor(modules, store, label) {
    this.#modules = modules;
    this.#store = store;
    this.#label = label;
    this.#in(modules.running()[0]);
  }

  #in(engine) {
    return this.#held.in(engine) ?? this.#held.add(engine, new engine.Catalog(this.#store, this.#label));
  }

  get #raw() {
    return this.#in(this.#modules.running()[0]);
  }

  get canList() {
    return this.#raw.canList;
  }

  databases(aborted) {
    return this.#raw.databases(aborted);
  }

  table(database, name, aborted, hold) {
    return SwitchingTable.open(this.#modules, this.#opening(database, name, hold), aborted);
  }

  async createTable(database, name, text, aborted) {
    const engine = await this.#modules.full();
    const raw = await committing(this.#modules, this.#in(engine).createTable(database, name, text, aborted));
    return SwitchingTable.of(this.#modules, this.#opening(database, name), engine, raw);
  }

  async change(text, aborted) {
    return committing(this.#modules, this.#in(await this.#modules.full()).change(text, aborted));
  }

  #opening(database, name, hold) {
    return (engine, aborted) => this.#in(engine).table(database, name, aborted, hold);
  }

  /** @param {number} since */
  io(since) {
    return this.#held.io(since);
  }

  /** As of objects of the binding: 0 when freed. */
  get __wbg_ptr() {
    return this.#held.isFreed ? 0 : 1;
  }

  free() {
    this.#held.free();
  }
}
