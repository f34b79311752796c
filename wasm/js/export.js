// The rows of a cursor as a file: on disk while they come, or as a Blob.

import { errorOf } from './errors.js';

/** A Blob is made of parts of about this size, so that the browser can put them on disk. */
const PART_BYTES = 16 * 1024 * 1024;

/** Larger files need a place on disk: a Blob of them may not fit. */
const MOST_BLOB_BYTES = 1.5 * 1024 * 1024 * 1024;

const TYPES = {
  csv: 'text/csv;charset=utf-8',
  ndjson: 'application/x-ndjson',
  arrow: 'application/vnd.apache.arrow.file',
  parquet: 'application/vnd.apache.parquet',
};

/**
 * Reads a cursor to its end and closes it. With `to`, a handle of the File System API, the rows go there as they come; what was
 * written is dropped when the export fails or is cancelled. Without, `blob` has them.
 * @param {import('./scan.js').Cursor} cursor @param {'csv' | 'ndjson' | 'arrow' | 'parquet'} format
 * @param {{to?: FileSystemFileHandle, signal?: AbortSignal, onProgress?: (progress: {rows: number, bytes: number}) => void}} options
 * @returns {Promise<{rows: number, bytes: number, blob?: Blob}>}
 */
export async function writeFile(cursor, format, { to, signal, onProgress } = {}) {
  const done = { rows: 0, bytes: 0 };
  let sink;
  try {
    sink = to ? await diskSink(to) : new BlobSink(format);
    for await (const { bytes, rows } of cursor.file(format, signal)) {
      await sink.write(bytes);
      done.rows = rows;
      done.bytes += bytes.length;
      onProgress?.({ ...done });
      await breath();
      signal?.throwIfAborted();
    }
    return { ...done, ...(await sink.close()) };
  } catch (error) {
    await sink?.abort();
    throw error;
  } finally {
    cursor.close();
  }
}

/** Lets the event loop hear what came meanwhile, such as a cancel. */
export function breath() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}

async function diskSink(handle) {
  const stream = await handle.createWritable();
  return {
    write: (bytes) => stream.write(bytes),
    close: async () => {
      await stream.close();
      return {};
    },
    abort: () => stream.abort().catch(() => {}),
  };
}

class BlobSink {
  #type;
  #parts = [];
  #fresh = [];
  #freshBytes = 0;
  #bytes = 0;

  constructor(format) {
    this.#type = TYPES[format];
  }

  write(bytes) {
    this.#bytes += bytes.length;
    if (this.#bytes > MOST_BLOB_BYTES) {
      const message = 'the file grows beyond what the browser holds without a place on disk';
      throw errorOf('unsupported', message, { hint: 'Use a browser that can save to disk while it reads, a filter, or the command line.' });
    }
    this.#fresh.push(bytes);
    this.#freshBytes += bytes.length;
    if (this.#freshBytes >= PART_BYTES) this.#seal();
  }

  #seal() {
    this.#parts.push(new Blob(this.#fresh));
    this.#fresh = [];
    this.#freshBytes = 0;
  }

  close() {
    this.#seal();
    return { blob: new Blob(this.#parts, { type: this.#type }) };
  }

  abort() {
    this.#parts = [];
  }
}
