// Finds and starts the engine, once. No bundler plugin: `new URL(…, import.meta.url)` is understood by all of them.

import { errorOf } from './errors.js';
import { unmoved } from './unbundled.js';
import initEngine, * as bindings from './wasm/cenote.js';

let started;
/** @type {WebAssembly.Memory | undefined} */
let memory;

/**
 * Starts the engine; every call that needs it does so by itself.
 * @param {{module?: BufferSource | WebAssembly.Module | Response | Promise<Response> | URL | string}} [options]
 *   where the module is, when the default (`wasm/cenote_bg.wasm` beside this file) is not right
 * @returns {Promise<typeof bindings>}
 */
export function load({ module } = {}) {
  started ??= start(module).catch((error) => {
    started = undefined;
    throw error;
  });
  return started;
}

async function start(module) {
  const place = new URL('./wasm/cenote_bg.wasm', import.meta.url);
  const source = module ?? unmoved(place) ?? place;
  try {
    ({ memory } = await initEngine({ module_or_path: isFile(source) ? await readFile(source) : source }));
  } catch (cause) {
    throw errorOf('internal', `cannot load the engine from ${source}: ${cause?.message ?? cause}`, { cause });
  }
  return bindings;
}

/** Bytes that the engine has taken of this thread's memory, 0 before it is started. */
export function engineBytes() {
  return memory?.buffer.byteLength ?? 0;
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
