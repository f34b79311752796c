// What of the engine is in use. WebAssembly memory never shrinks: only when nothing is in use can all of it be given back.

/** How long nothing must be in use: opening one table after another shall not start the engine anew each time. */
const IDLE_MILLIS = 1000;

/** Timers of more end at once. */
const LONGEST_MILLIS = 2 ** 31 - 1;

/** Counts what is open and what is under way, and says when there has been neither for a while. */
export class Uses {
  #whenIdle;
  #idleMillis = IDLE_MILLIS;
  #count = 0;
  #timer;
  /** What ends each of those under way. @type {Set<(error: Error) => void>} */
  #underWay = new Set();
  /** @type {WeakSet<object>} */
  #held = new WeakSet();
  // Where nobody tells what was forgotten, what is forgotten stays in use.
  #lost = typeof FinalizationRegistry === 'function' ? new FinalizationRegistry(() => this.#less()) : undefined;

  /** @param {() => void} whenIdle called from a timer: nothing of the engine is on the stack */
  constructor(whenIdle) {
    this.#whenIdle = whenIdle;
  }

  /** @param {number} millis `Infinity` for never */
  set idleMillis(millis) {
    this.#idleMillis = millis;
    if (this.#timer !== undefined) this.#wait();
  }

  /** Something is open until it is let go, or forgotten. @template {object} T @param {T} thing @returns {T} */
  hold(thing) {
    this.#held.add(thing);
    this.#lost?.register(thing, undefined, thing);
    this.#more();
    return thing;
  }

  /** @param {object} thing */
  letGo(thing) {
    if (!this.#held.delete(thing)) return;
    this.#lost?.unregister(thing);
    this.#less();
  }

  /** Something is under way. @template T @param {() => Promise<T> | T} work @returns {Promise<T>} */
  async during(work) {
    let fail;
    const failed = new Promise((_, reject) => (fail = reject));
    this.#underWay.add(fail);
    this.#more();
    try {
      return await Promise.race([work(), failed]);
    } finally {
      this.#underWay.delete(fail);
      this.#less();
    }
  }

  /** All that is under way ends with an error: nobody will answer it any more. @param {Error} error */
  fail(error) {
    for (const fail of this.#underWay) fail(error);
  }

  /** Somebody is about to open something. */
  stay() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #more() {
    this.#count += 1;
    this.stay();
  }

  #less() {
    this.#count -= 1;
    if (this.#count === 0) this.#wait();
  }

  #wait() {
    this.stay();
    if (!Number.isFinite(this.#idleMillis)) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#whenIdle();
    }, Math.min(this.#idleMillis, LONGEST_MILLIS));
    // A script in Node ends when it is done.
    this.#timer.unref?.();
  }
}
