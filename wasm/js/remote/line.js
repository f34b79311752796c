// The page's end: a worker that is started when something is opened and ended a moment after the last thing is closed.
//
// WebAssembly memory only grows. Ending the worker is what gives it back.

import { errorOf, typed } from '../errors.js';
import { Moved, Port } from './port.js';

/** @typedef {{post: (message: object, transfer?: Transferable[]) => void, end: () => void, hold?: (busy: boolean) => void}} Thread */

export class Line {
  #start;
  #idleMillis;
  #settings;
  /** @type {{thread: Thread, port: Port, ready: Promise<void>} | undefined} */
  #running;
  #last = 0;
  #held = new Map();
  #asking = 0;
  #timer;
  /** Things and functions of the page that the worker may call, by number. */
  #offered = new Map();
  #lost = typeof FinalizationRegistry === 'function' ? new FinalizationRegistry((number) => this.#drop(number)) : undefined;

  /**
   * @param {(told: {message: (message: object) => void, failed: (error: Error) => void}) => Thread} start
   * @param {{idleMillis: number, settings: object}} how `settings`: told to each worker first
   */
  constructor(start, { idleMillis, settings }) {
    this.#start = start;
    this.#idleMillis = idleMillis;
    this.#settings = settings;
  }

  get isRunning() {
    return this.#running !== undefined;
  }

  /** A number for a thing to be made. */
  number() {
    this.#last += 1;
    return this.#last;
  }

  /** Counts a thing of the worker until it is let go, or forgotten. @param {{number: number}} thing */
  hold(thing) {
    this.#held.set(thing.number, this.#running);
    this.#lost?.register(thing, thing.number, thing);
  }

  /** @param {{number: number}} thing */
  letGo(thing) {
    this.#lost?.unregister(thing);
    this.#drop(thing.number);
  }

  /** Lets the worker call something of the page. @param {object | Function} thing @returns {number} */
  offer(thing) {
    const number = this.number();
    this.#offered.set(number, thing);
    return number;
  }

  /** What the worker calls of it from now on goes to nobody. @param {number} number */
  withdraw(number) {
    this.#offered.delete(number);
  }

  /** @param {string} method @param {any} params @param {PromiseLike<void>} [aborted] */
  async ask(method, params, aborted) {
    const { port, thread, ready } = this.#worker();
    this.#asking += 1;
    thread.hold?.(true);
    try {
      await ready;
      return await port.ask(method, params, aborted);
    } finally {
      this.#asking -= 1;
      if (port.isQuiet) thread.hold?.(false);
      this.#endWhenIdle();
    }
  }

  /** @param {string} method @param {any} params */
  tell(method, params) {
    this.#worker().port.tell(method, params);
  }

  /** Starts the worker, where it is not running, and waits for its engine. */
  async begin() {
    await this.ask('memory', {});
  }

  /** Ends the worker. What is open is closed; what waits fails. */
  end() {
    this.#stop(errorOf('cancelled', 'the worker of the engine was closed'));
  }

  #worker() {
    clearTimeout(this.#timer);
    this.#running ??= this.#started();
    return this.#running;
  }

  #started() {
    let port;
    const failed = (error) => this.#running === running && this.#stop(error);
    const thread = this.#start({ message: (message) => port.receive(message), failed });
    port = new Port(thread.post, (method, params, signal) => this.#serve(method, params, signal));
    const running = { thread, port, ready: port.ask('begin', this.#settings) };
    running.ready.catch((error) => this.#running === running && this.#stop(error));
    return running;
  }

  #stop(error) {
    clearTimeout(this.#timer);
    const stopped = this.#running;
    this.#running = undefined;
    this.#held.clear();
    this.#offered.clear();
    stopped?.thread.end();
    stopped?.port.fail(error);
  }

  #drop(number) {
    const holder = this.#held.get(number);
    this.#held.delete(number);
    if (holder === undefined || holder !== this.#running) return;
    holder.port.tell('free', { of: number });
    this.#endWhenIdle();
  }

  #endWhenIdle() {
    clearTimeout(this.#timer);
    if (this.#held.size > 0 || this.#asking > 0 || !this.#running) return;
    this.#timer = setTimeout(() => {
      if (this.#held.size === 0 && this.#asking === 0) this.#stop(errorOf('cancelled', 'the worker was idle'));
    }, this.#idleMillis);
    // A script in Node ends when it is done, whether the worker has ended or not.
    this.#timer.unref?.();
  }

  async #serve(method, params, signal) {
    if (method === 'stopped') return this.#stop(typed(params));
    const { of, name, args } = params;
    const thing = this.#offered.get(of);
    // Of progress the last may come when the call has ended.
    if (method === 'function') return asText(await thing?.(...args));
    if (thing === undefined) throw errorOf('internal', `the page offers nothing with the number ${of}`);
    try {
      return bytesMoved(await thing[name](...args.map((arg) => (isOptions(arg) ? { ...arg, signal } : arg))));
    } catch (error) {
      // As the engine takes what it does not know when the store is beside it.
      throw typeof error?.kind === 'string' || error?.name === 'AbortError' ? error : errorOf('unavailable', error?.message ?? String(error), { cause: error });
    }
  }
}

/** Addresses do not cross by themselves. */
function asText(value) {
  return value instanceof URL ? value.href : value;
}

/** The store keeps its bytes: a copy of those that were asked for goes. */
function bytesMoved(found) {
  if (!(found?.bytes instanceof Uint8Array)) return found;
  const bytes = found.bytes.slice();
  return new Moved({ ...found, bytes }, [bytes.buffer]);
}

/** The options of `get`, `list` and `index`; bytes are none. */
function isOptions(value) {
  return value !== null && typeof value === 'object' && !ArrayBuffer.isView(value);
}
