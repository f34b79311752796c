// The worker's end: the engine's objects by number, and the stores they read.

import { able, guarded } from '../calls.js';
import { errorOf, plain } from '../errors.js';
import { engineBytes, load } from '../load.js';
import { committable } from '../storage/commits.js';
import { files } from '../storage/files.js';
import { http } from '../storage/http.js';
import { local } from '../storage/local.js';
import { locate } from '../storage/locate.js';
import { opfs } from '../storage/opfs.js';
import { presigned } from '../storage/presigned.js';
import { s3 } from '../storage/s3.js';
import { Moved, Port } from './port.js';

const FACTORIES = { http, s3, presigned, files, opfs, local };
const METHODS = ['get', 'list', 'put', 'putIfAbsent', 'delete', 'prune', 'index'];

/** Answers a page. @param {(message: object, transfer?: ArrayBuffer[]) => void} post @returns {Port} */
export function serve(post) {
  const served = new Served();
  const port = new Port(post, async (method, params, signal) => {
    if (!Object.hasOwn(ANSWERS, method)) throw errorOf('invalid', `the worker knows no ${method}`);
    try {
      return await ANSWERS[method](served, params ?? {}, signal);
    } catch (error) {
      // Nothing that the engine says after such an end can be trusted.
      if (error?.hasStopped) port.tell('stopped', plain(error));
      throw error;
    }
  });
  served.port = port;
  return port;
}

class Served {
  /** @type {Port} */
  port;
  engine;
  /** @type {Map<number, Thing>} */
  #things = new Map();

  /** @param {number} number @param {object} raw */
  add(number, raw) {
    const thing = { raw, calls: 0, isFreed: false };
    this.#things.set(number, thing);
    return thing;
  }

  /** @param {number} number @returns {Thing} */
  get(number) {
    const thing = this.#things.get(number);
    if (thing === undefined) throw errorOf('invalid', 'this was closed, or its worker has ended: open it again');
    return thing;
  }

  /** What a table or a warehouse asked of its store after a record; `undefined` when it is closed. @param {{of: number, seen: number}} since */
  news({ of, seen }) {
    const raw = this.#things.get(of)?.raw;
    return raw === undefined ? undefined : JSON.parse(raw.io(seen));
  }

  free(number) {
    const thing = this.#things.get(number);
    this.#things.delete(number);
    if (thing === undefined) return;
    thing.isFreed = true;
    freeUnused(thing);
  }
}

/** @typedef {{raw: any, calls: number, isFreed: boolean}} Thing */

/** The engine cannot lose what it is working with. @param {Thing} thing */
function freeUnused(thing) {
  if (thing.isFreed && thing.calls === 0) thing.raw.free?.();
}

const ANSWERS = {
  async begin(served, { module, fullModule, full }) {
    // The memory of a worker is given back with the worker.
    served.engine = await load({ module, fullModule, full, idleMillis: Infinity });
  },

  memory: () => engineBytes(),

  store(served, { makes, location, recipe, offered, label, name, unsafeCommits }) {
    const found = located(served.port, { location, recipe, offered });
    const store = committable(found.store, unsafeCommits);
    served.add(makes, store);
    return {
      abilities: METHODS.filter((method) => typeof store[method] === 'function'),
      kind: store.kind, label: label ?? found.label, name: name ?? found.name,
    };
  },

  catalog(served, { store, label, makes }) {
    served.add(makes, new served.engine.Catalog(served.get(store).raw, label));
  },

  async openTable(served, { store, label, name, branch, makes }, signal) {
    const { raw } = served.get(store);
    served.add(makes, await guarded(signal, (aborted) => served.engine.openTable(raw, label, name, branch, aborted)));
  },

  async call(served, { of, method, args, makes, since }, signal) {
    const thing = served.get(of);
    const heard = args.map((arg) => received(served.port, arg));
    thing.calls += 1;
    try {
      const value = await guarded(signal, (aborted) => able(thing.raw, method)[method](...heard, aborted));
      const io = since?.map((of) => served.news(of));
      if (makes !== undefined) return { value: told(served.add(makes, value).raw), io };
      const bytes = value instanceof Uint8Array && value.byteLength === value.buffer.byteLength ? [value.buffer] : [];
      return new Moved({ value, io }, bytes);
    } finally {
      thing.calls -= 1;
      freeUnused(thing);
    }
  },

  free: (served, { of }) => served.free(of),
};

/** What the page wants to know of a cursor or a writer at once. */
function told(raw) {
  return typeof raw.columns === 'function' ? raw.columns() : undefined;
}

function located(port, { location, recipe, offered }) {
  if (offered) return { store: offeredStore(port, offered) };
  if (!recipe) return locate(location);
  const made = FACTORIES[recipe.factory](...recipe.args.map((arg) => received(port, arg)));
  return typeof made.open === 'function' ? locate(location, made) : { store: made };
}

/** Calls to the page become functions. */
function received(port, value) {
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value;
  if (typeof value.call === 'number') return (...args) => port.ask('function', { of: value.call, args });
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, received(port, inner)]));
}

/** A store that is on the page. */
function offeredStore(port, { of, kind, methods }) {
  const store = { kind };
  for (const name of methods) {
    store[name] = (...args) => {
      const signal = args.find((arg) => arg?.signal instanceof AbortSignal)?.signal;
      return guarded(signal, (aborted) => port.ask('store', { of, name, args: args.map(sendable) }, aborted));
    };
  }
  return store;
}

/** Signals do not cross by themselves. */
function sendable(arg) {
  if (!(arg?.signal instanceof AbortSignal)) return arg;
  const { signal, ...rest } = arg;
  return rest;
}
