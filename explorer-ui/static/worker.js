// The engine's worker: takes {id, method, params} and {cancel: id}, answers {id, json, blob} or {id, err} and {id, progress}.
//
// Results cross as JSON text: it is made here, off the page's thread, and read there by Rust without JS objects between.
// 64-bit integers beyond 2^53 go as strings.

const running = new Map();
const engine = load();
engine.catch(() => {});

async function load() {
  const [{ createEngine }, { load }] = await Promise.all([import('./cenote/engine.js'), import('./cenote/index.js')]);
  // Every view asks for more than the small reader knows: one module in place of two.
  await load({ full: true });
  return createEngine();
}

self.onmessage = async ({ data }) => {
  if (data.cancel !== undefined) {
    running.get(data.cancel)?.abort();
    return;
  }
  const { id, method, params } = data;
  const abort = new AbortController();
  running.set(id, abort);
  try {
    const onProgress = (progress) => self.postMessage({ id, progress: plain(progress) });
    const ok = await (await engine).call(method, params ?? {}, { signal: abort.signal, onProgress });
    // A file made for the page crosses as it is.
    const blob = ok?.blob;
    self.postMessage({ id, json: JSON.stringify(ok ?? null, bigints), blob });
  } catch (error) {
    self.postMessage({ id, err: problem(error, abort.signal) });
  } finally {
    running.delete(id);
  }
};

function bigints(_key, value) {
  if (typeof value !== 'bigint') return value;
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value);
}

function plain(progress) {
  return JSON.stringify(progress ?? {}, bigints);
}

function problem(error, signal) {
  const kind = signal.aborted ? 'cancelled' : (error?.kind ?? 'internal');
  const text = (value) => (value === undefined || value === null ? undefined : String(value));
  return JSON.stringify({
    kind,
    message: text(error?.message ?? error) ?? 'unknown error',
    path: text(error?.path),
    hint: error?.hasStopped ? 'Reload the page.' : text(error?.hint),
  });
}
