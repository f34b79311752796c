// Finds and starts the engine's modules, each once: the small reader first, all of the engine when a table or a call needs that. No
// bundler plugin: `new URL(…, import.meta.url)` and `import(…)` are understood by all of them.

import { errorOf } from './errors.js';
import { switching } from './switching.js';
import { unmoved } from './unbundled.js';
import * as readerBindings from './wasm/reader.js';

/** @typedef {BufferSource | WebAssembly.Module | Response | Promise<Response> | URL | string} Source */

/** One module: its bindings are there at once or loaded, its bytes are fetched when it starts. */
class Module {
  #bindings;
  #place;
  #started;
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
    this.#started ??= this.#start(source ?? unmoved(this.#place()) ?? this.#place()).catch((error) => {
      this.#started = undefined;
      throw error;
    });
    return this.#started;
  }

  async #start(source) {
    try {
      const bindings = await this.#bindings();
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

const engine = switching({
  first: () => (full.running ? full.start() : reader.start()),
  full: () => full.start(fullSource),
  running: () => [full.running, reader.running].filter((module) => module !== undefined),
});

/**
 * Starts the engine; every call that needs it does so by itself. Only the reader is loaded, unless `full` says otherwise.
 * @param {{module?: Source, fullModule?: Source, full?: boolean}} [options] where the modules are, when the defaults
 *   (`wasm/reader_bg.wasm` and `wasm/full_bg.wasm` beside this file) are not right; `full`: load all of the engine now, and open
 *   everything there
 * @returns {Promise<typeof engine>}
 */
export async function load({ module, fullModule, full: all = false } = {}) {
  fullSource ??= fullModule;
  if (all) await full.start(fullSource);
  else if (!full.running) await reader.start(module);
  return engine;
}

/** Which modules have started: `reader`, `full`. */
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
