// Finds and starts the engine's modules, each once: the small reader first, all of the engine when a table or a call needs that. No
// bundler plugin: `new URL(…, import.meta.url)` and `import(…)` are understood by all of them.

import { errorOf, stopped } from './errors.js';
import { switching } from './switching.js';
import { unmoved } from './unbundled.js';
import { Uses } from './uses.js';
import * as readerBindings from './wasm/reader.js';

/** @typedef {BufferSource | WebAssembly.Module | Response | Promise<Response> | URL | string} Source */

/** One module: its bindings are there at once or loaded, its bytes are fetched when it first starts. */
class Module {
  #bindings;
  #place;
  #started;
  /** What was fetched and compiled. @type {WebAssembly.Module | undefined} */
  #compiled;
  /** @type {WebAssembly.Memory | undefined} */
  #memory;
  /** What has started. @type {import('./switching.js').Bindings | undefined} */
  running;

  /** @param {() => Promise<any>} bindings @param {() => URL} place */
  constructor(bindings, place) {
    this.#bindings = bindings;
    this.#place = place;
  }

  /** @param {Source} [source] where it is, when its own place is not right; for the first call only */
  start(source) {
    this.#started ??= this.#start(this.#compiled ?? source ?? unmoved(this.#place()) ?? this.#place()).catch((error) => {
      this.#started = undefined;
      throw error;
    });
    return this.#started;
  }

  /** Gives the memory back: nothing of what runs is used any more. The next start makes another of what is compiled. */
  stop() {
    if (this.running === undefined) return;
    this.#compiled = this.running.__wbg_reset_state();
    this.running = this.#started = this.#memory = undefined;
  }

  async #start(source) {
    try {
      const bindings = await this.#bindings();
      bindings.onTrap(trapped);
      const module = isFile(source) ? await readFile(source) : source;
      ({ memory: this.#memory } = await bindings.default({ module_or_path: module }));
      this.running = bindings;
      return bindings;
    } catch (cause) {
      throw errorOf('internal', `cannot load the engine from ${source}: ${cause?.message ?? cause}`, { cause });
    }
  }

  get bytes() {
    return this.#memory?.buffer.byteLength ?? 0;
  }
}

const reader = new Module(async () => readerBindings, () => new URL('./wasm/reader_bg.wasm', import.meta.url));
const full = new Module(() => import('./wasm/full.js'), () => new URL('./wasm/full_bg.wasm', import.meta.url));

/** Where the full module is, when a call of `load` said so. @type {Source | undefined} */
let fullSource;
/** Whether a call of `load` wants all of the engine. */
let wantsFull = false;

const uses = new Uses(stop);

function stop() {
  reader.stop();
  full.stop();
}

/** Nothing that a module says after such an end can be trusted: both begin anew with whoever opens something next. */
function trapped(cause) {
  stop();
  uses.fail(stopped(cause));
}

const engine = switching({
  uses,
  first: () => (full.running || wantsFull ? full.start(fullSource) : reader.start()),
  full: () => full.start(fullSource),
  running: () => [full.running, reader.running].filter((module) => module !== undefined),
});

/**
 * Starts the engine; every call that needs it does so by itself. Only the reader is loaded, unless `full` says otherwise.
 * @param {{module?: Source, fullModule?: Source, full?: boolean, idleMillis?: number}} [options] where the modules are, when the
 *   defaults (`wasm/reader_bg.wasm` and `wasm/full_bg.wasm` beside this file) are not right; `full`: load all of the engine now, and
 *   open everything there; `idleMillis`: how long nothing must be open before all memory is given back
 * @returns {Promise<typeof engine>}
 */
export async function load({ module, fullModule, full: all = false, idleMillis } = {}) {
  // Whoever loads will open something: it is not idle time that passes until then.
  uses.stay();
  if (idleMillis !== undefined) uses.idleMillis = idleMillis;
  fullSource ??= fullModule;
  wantsFull ||= all;
  if (wantsFull || full.running) await full.start(fullSource);
  else await reader.start(module);
  return engine;
}

/** Which modules run: `reader`, `full`. */
export function loaded() {
  return Object.entries({ reader, full }).filter(([, module]) => module.running).map(([name]) => name);
}

/** Bytes that the engine has taken of this thread's memory, 0 before it is started. */
export function engineBytes() {
  return reader.bytes + full.bytes;
}

function isFile(source) {
  return source instanceof URL && source.protocol === 'file:' && nodeModule('node:fs/promises') !== undefined;
}

function readFile(url) {
  return nodeModule('node:fs/promises').readFile(url);
}

/** A built-in module of Node, `undefined` elsewhere; bundlers see no import. @param {string} name */
export function nodeModule(name) {
  return globalThis.process?.getBuiltinModule?.(name);
}
