// Locations and storages of the page -> what the worker needs to make the same stores. What cannot be made there (a store
// of one's own, memory, a `fetch` of one's own) stays here and is called from there.

import { locate, isFiles } from '../storage/locate.js';
import { recipeOf } from '../storage/recipe.js';

/** Methods of a store that are called over the line. */
const METHODS = ['get', 'list', 'put', 'putIfAbsent', 'delete', 'prune', 'index'];

/**
 * The store of a location, in the worker.
 * @param {import('./line.js').Line} line @param {unknown} location @param {unknown} storage @param {boolean} [unsafeCommits]
 * @returns {Promise<import('../open.js').Placed>}
 */
export async function placeRemotely(line, location, storage, unsafeCommits) {
  const number = line.number();
  const { abilities, label, name, kind } = await line.ask('store', { makes: number, unsafeCommits, ...described(line, location, storage) });
  return { store: new RemoteStore(line, number, kind, abilities), label, name };
}

function described(line, location, storage) {
  if (isFiles(location)) return ofStore(line, locate(location));
  const text = String(location ?? '');
  const recipe = recipeOf(storage);
  if (storage === undefined || storage === null) return { location: absolute(text) };
  if (!recipe || hasFetch(recipe)) return ofStore(line, locate(location, storage));
  const args = recipe.args.map((arg) => sendable(line, arg));
  return { location: recipe.factory === 'http' ? absolute(text) : text, recipe: { ...recipe, args } };
}

/** A store that stays here, unless a worker can make the same. */
function ofStore(line, { store, label, name }) {
  const recipe = recipeOf(store);
  if (recipe && globalThis.document) return { recipe, label, name };
  const offered = { of: line.offer(store), kind: store.kind, methods: METHODS.filter((method) => typeof store[method] === 'function') };
  return { offered, label, name };
}

/** The worker has another base than the page. */
function absolute(text) {
  const base = globalThis.document?.baseURI;
  if (base === undefined || /^[a-z][a-z0-9+.-]+:/i.test(text)) return text;
  return new URL(text, base).href;
}

function hasFetch({ args }) {
  return args.some((arg) => typeof arg?.fetch === 'function');
}

/** Functions become calls to this side; headers become plain. */
function sendable(line, value) {
  if (typeof value === 'function') return { call: line.offer(value) };
  if (typeof Headers === 'function' && value instanceof Headers) return Object.fromEntries(value);
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, sendable(line, inner)]));
}

/** A store of the worker, as far as the page asks it something. */
class RemoteStore {
  #line;

  constructor(line, number, kind, abilities) {
    this.#line = line;
    this.number = number;
    this.kind = kind;
    for (const method of abilities) this[method] = (...args) => line.ask('call', { of: number, method, args: args.map(withoutSignal) }).then(({ value }) => value);
    line.hold(this);
  }

  release() {
    this.#line.letGo(this);
  }
}

function withoutSignal(value) {
  if (!(value?.signal instanceof AbortSignal)) return value;
  const { signal, ...rest } = value;
  return rest;
}
