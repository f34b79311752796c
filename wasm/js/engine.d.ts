/** The engine behind one function, with plain values in and out: what `worker.js` answers. */
export interface Engine {
  call(
    method: string,
    params?: object,
    options?: { signal?: AbortSignal; onProgress?: (progress: object) => void },
  ): Promise<any>;
}

/** The engine on this thread. */
export function createEngine(): Engine;
