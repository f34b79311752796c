// Calls between two threads, in both directions, over `postMessage`.
//
//   {ask: n, method, params}   {ok: n, value} | {err: n, error}   {cancel: n}        ask 0: nothing is answered

import { errorOf, plain, typed } from '../errors.js';

/** A value whose `buffers` move to the other thread instead of being copied. */
export class Moved {
  /** @param {any} value @param {ArrayBuffer[]} buffers */
  constructor(value, buffers) {
    this.value = value;
    this.buffers = buffers;
  }
}

/** One end of the line. */
export class Port {
  #post;
  #answer;
  #last = 0;
  /** @type {Map<number, {resolve: Function, reject: Function}>} asked here */
  #waiting = new Map();
  /** @type {Map<number, AbortController>} asked there */
  #running = new Map();
  /** Why the line is dead. @type {Error | undefined} */
  #ended;

  /**
   * @param {(message: object, transfer?: ArrayBuffer[]) => void} post
   * @param {(method: string, params: any, signal: AbortSignal) => any} answer what is done when the other side asks
   */
  constructor(post, answer) {
    this.#post = post;
    this.#answer = answer;
  }

  /** Whether nothing that was asked here is still to be answered. */
  get isQuiet() {
    return this.#waiting.size === 0;
  }

  /**
   * Asks the other side. @param {string} method @param {any} params
   * @param {PromiseLike<void>} [aborted] kept when the answer is not wanted any more; the other side still says how it ended
   */
  ask(method, params, aborted) {
    if (this.#ended) return Promise.reject(this.#ended);
    this.#last += 1;
    const ask = this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(ask, { resolve, reject });
      aborted?.then(() => this.#waiting.has(ask) && this.#post({ cancel: ask }));
      try {
        this.#post({ ask, method, params });
      } catch (cause) {
        this.#waiting.delete(ask);
        reject(errorOf('invalid', `a worker cannot be given this: ${cause.message}`, { cause }));
      }
    });
  }

  /** Tells the other side, which does not answer. @param {string} method @param {any} params */
  tell(method, params) {
    this.#post({ ask: 0, method, params });
  }

  /** Takes a message of the other side. @param {any} message */
  receive(message) {
    if (message?.cancel !== undefined) this.#running.get(message.cancel)?.abort();
    else if (message?.ask !== undefined) this.#run(message);
    else if (message?.ok !== undefined) this.#settle(message.ok)?.resolve(message.value);
    else if (message?.err !== undefined) this.#settle(message.err)?.reject(typed(message.error));
  }

  /** Ends every call that waits, and those to come. @param {Error} error */
  fail(error) {
    this.#ended = error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    for (const controller of this.#running.values()) controller.abort();
  }

  #settle(ask) {
    const call = this.#waiting.get(ask);
    this.#waiting.delete(ask);
    return call;
  }

  async #run({ ask, method, params }) {
    const controller = new AbortController();
    this.#running.set(ask, controller);
    try {
      const value = await this.#answer(method, params, controller.signal);
      if (ask === 0) return;
      if (value instanceof Moved) this.#post({ ok: ask, value: value.value }, value.buffers);
      else this.#post({ ok: ask, value });
    } catch (error) {
      if (ask !== 0) this.#post({ err: ask, error: plain(error) });
    } finally {
      if (this.#running.get(ask) === controller) this.#running.delete(ask);
    }
  }
}
