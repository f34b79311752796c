import type { Engine } from './engine.js';

/** The engine in a worker: one line moves it off the main thread. `worker` is one made by you where a bundler needs that. */
export function createWorkerEngine(worker?: Worker): Engine & { close(): void };
