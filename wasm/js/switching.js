// Two modules with the face of one engine: the small reader works, until a table or a call needs what only the full engine has.
// Then the same thing is opened there and the call is made again; nobody above notices, but for the time that it takes.
//
// The engine tells what it lacks in a member `lacks` of its errors.
//
// All that is open and all that is under way is counted here: when there is neither, the modules' memory is given back.

import { errorOf } from './errors.js';
import { Meter } from './meter.js';

/**
 * The modules of an engine.
 * @typedef {object} Modules
 * @property {() => Promise<Bindings>} first starts the one to begin with: the full one where it is there already
 * @property {() => Promise<Bindings>} full starts the full one
 * @property {import('./uses.js').Uses} uses what is open and under way
 * @property {() => Bindings[]} running those that have started, the full one first
 *
 * @typedef {{openTable: Function, Catalog: new (store: object, label: string) => any, noteCommit: () => void,
 *   __wbg_reset_state: () => WebAssembly.Module}} Bindings
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
function committing(modules, work) {
  return modules.uses.during(async () => {
    try {
      return await work();
    } finally {
      for (const engine of modules.running()) engine.noteCommit();
    }
  });
}

/** The requests of something, from a number on; when its engine has stopped, what was heard of them before. @param {any} raw */
function logOf(raw) {
  let totals = {};
  return ({ since }) => {
    let requests = [];
    try {
      ({ totals, requests } = JSON.parse(raw.io(since)));
    } catch {
      // Nobody knows of the rest.
    }
    return { totals, requests };
  };
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
    const thing = { raw, io: logOf(raw) };
    this.#things.set(engine, thing);
    this.#log.add(thing);
    return raw;
  }

  /** Puts something in the place of all that is held. @param {Bindings} engine @param {any} raw */
  renew(engine, raw) {
    if (!this.isFreed) this.#release();
    return this.add(engine, raw);
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
    this.#release();
  }

  #release() {
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
  static open(modules, open, aborted) {
    return modules.uses.during(async () => {
      const table = new SwitchingTable(modules, open);
      const engine = await modules.first();
      try {
        table.#hold(engine, await open(engine, aborted));
      } catch (error) {
        if (!needsFull(error)) throw error;
        await table.#inFull();
      }
      return modules.uses.hold(table);
    });
  }

  /** One that is open. @param {Bindings} engine @param {any} raw */
  static of(modules, open, engine, raw) {
    const table = new SwitchingTable(modules, open);
    table.#hold(engine, raw);
    return modules.uses.hold(table);
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

  #use(call) {
    return this.#modules.uses.during(async () => {
      try {
        return await call(this.#raw);
      } catch (error) {
        if (!needsFull(error)) throw error;
        return call(await this.#inFull());
      }
    });
  }

  request(text, hear, aborted) {
    return this.#use((raw) => raw.request(text, hear, aborted));
  }

  change(text, aborted) {
    return committing(this.#modules, async () => (await this.#inFull()).change(text, aborted));
  }

  /** Another schema is another table to the engine: it is opened again, and asked from now on. */
  alter(text, aborted) {
    return committing(this.#modules, async () => {
      const answer = await (await this.#inFull()).alter(text, aborted);
      const engine = await this.#modules.full();
      this.#raw = this.#held.renew(engine, await this.#open(engine));
      this.#full = Promise.resolve(this.#raw);
      return answer;
    });
  }

  write(text, aborted) {
    return this.#modules.uses.during(async () => new HeldWriter(this.#modules, await (await this.#inFull()).write(text, aborted)));
  }

  system(name) {
    const open = async (engine, aborted) => {
      const table = await this.#open(engine, aborted);
      try {
        return table.system(name);
      } finally {
        table.free();
      }
    };
    return this.#modules.uses.during(async () => {
      // Only the full module has system tables.
      const raw = await this.#inFull();
      return SwitchingTable.of(this.#modules, open, await this.#modules.full(), raw.system(name));
    });
  }

  scan(text, aborted) {
    return this.#cursor((raw, stopped) => raw.scan(text, stopped), aborted);
  }

  changes(text, aborted) {
    return this.#cursor((raw, stopped) => raw.changes(text, stopped), aborted);
  }

  #cursor(open, aborted) {
    const { uses } = this.#modules;
    return uses.during(async () => {
      const raw = await this.#use((table) => open(table, aborted));
      return uses.hold(new SwitchingCursor(uses, raw, async (stopped) => open(await this.#inFull(), stopped)));
    });
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
    this.#modules.uses.letGo(this);
  }
}

/** Rows on their way in, which only the full module takes. */
class HeldWriter {
  #modules;
  #raw;

  /** @param {Modules} modules @param {any} raw */
  constructor(modules, raw) {
    this.#modules = modules;
    this.#raw = raw;
    modules.uses.hold(this);
  }

  columns() {
    return this.#raw.columns();
  }

  writeCells(...args) {
    return this.#modules.uses.during(() => this.#raw.writeCells(...args));
  }

  writeIpc(...args) {
    return this.#modules.uses.during(() => this.#raw.writeIpc(...args));
  }

  commit(aborted) {
    return committing(this.#modules, () => this.#raw.commit(aborted));
  }

  abort() {
    return this.#modules.uses.during(() => this.#raw.abort());
  }

  free() {
    this.#raw.free();
    this.#modules.uses.letGo(this);
  }
}

/** Rows on their way into a file, which only the full module writes. */
class HeldFile {
  #uses;
  #raw;

  /** @param {import('./uses.js').Uses} uses @param {any} raw */
  constructor(uses, raw) {
    this.#uses = uses;
    this.#raw = raw;
    uses.hold(this);
  }

  written() {
    return this.#raw.rows;
  }

  next(aborted) {
    return this.#uses.during(() => this.#raw.next(aborted));
  }

  free() {
    this.#raw.free();
    this.#uses.letGo(this);
  }
}

/** Rows, read by the module that can. */
class SwitchingCursor {
  #uses;
  #raw;
  #openAgain;
  #hasGiven = false;

  /** @param {import('./uses.js').Uses} uses @param {any} raw @param {(aborted?: PromiseLike<void>) => Promise<any>} openAgain in the full module */
  constructor(uses, raw, openAgain) {
    this.#uses = uses;
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

  rowsAt(offset, count, passed, aborted) {
    return this.#uses.during(async () => {
      try {
        return await this.#raw.rowsAt(offset, count, passed, aborted);
      } catch (error) {
        if (!needsFull(error)) throw error;
        return (await this.#again(aborted)).rowsAt(offset, count, passed, aborted);
      }
    });
  }

  /** The rest of the rows as a file: only the full engine writes one. */
  toFile(format, aborted) {
    return this.#uses.during(async () => {
      if (typeof this.#raw.toFile === 'function') return new HeldFile(this.#uses, this.#raw.toFile(format));
      if (this.#hasGiven) throw errorOf('invalid', 'a file is made of all rows: ask for it before any of them');
      return new HeldFile(this.#uses, (await this.#again(aborted)).toFile(format));
    });
  }

  async #again(aborted) {
    const raw = await this.#openAgain(aborted);
    this.#raw.free();
    this.#raw = raw;
    return raw;
  }

  #next(read, aborted) {
    return this.#uses.during(async () => {
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
    });
  }

  free() {
    this.#raw.free();
    this.#uses.letGo(this);
  }
}

function withHint({ kind, message, path, lacks }) {
  const hint = `a file in the midst of the scan needs ${lacks}: call load({ full: true }) and open the table again`;
  return Object.assign(errorOf(kind, message, { path, hint }), { lacks });
}

/** A warehouse in each module that was asked for it; in none before it is asked something. */
class SwitchingCatalog {
  #modules;
  #store;
  #label;
  #held = new Held();

  /** @param {Modules} modules @param {{list?: Function}} store @param {string} label */
  constructor(modules, store, label) {
    this.#modules = modules;
    this.#store = store;
    this.#label = label;
    modules.uses.hold(this);
  }

  #in(engine) {
    return this.#held.in(engine) ?? this.#held.add(engine, new engine.Catalog(this.#store, this.#label));
  }

  get canList() {
    return typeof this.#store.list === 'function';
  }

  databases(aborted) {
    return this.#modules.uses.during(async () => this.#in(await this.#modules.first()).databases(aborted));
  }

  table(database, name, aborted, hold) {
    return SwitchingTable.open(this.#modules, this.#opening(database, name, hold), aborted);
  }

  createTable(database, name, text, aborted) {
    return committing(this.#modules, async () => {
      const engine = await this.#modules.full();
      const raw = await this.#in(engine).createTable(database, name, text, aborted);
      return SwitchingTable.of(this.#modules, this.#opening(database, name), engine, raw);
    });
  }

  change(text, aborted) {
    return committing(this.#modules, async () => this.#in(await this.#modules.full()).change(text, aborted));
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
    this.#modules.uses.letGo(this);
  }
}
