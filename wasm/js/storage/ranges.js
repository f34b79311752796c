// Byte ranges over HTTP: what we ask, and whether the answer is what we asked for.

import { errorOf } from '../errors.js';

/** @param {{start?: number, end?: number, suffix?: number}} range the header's value, `undefined` for the whole */
export function rangeHeader({ start, end, suffix }) {
  if (suffix !== undefined) return `bytes=-${suffix}`;
  if (start === undefined) return undefined;
  // `bytes=0-9` is safe-listed by CORS: such a request needs no preflight.
  return end === undefined ? `bytes=${start}-` : `bytes=${start}-${end - 1}`;
}

/** @param {string | null} header @returns {{start: number, end: number, size: number | undefined} | undefined} */
export function contentRange(header) {
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(header ?? '');
  if (!match) return undefined;
  return { start: Number(match[1]), end: Number(match[2]) + 1, size: match[3] === '*' ? undefined : Number(match[3]) };
}

/**
 * Checks a 206 against the request and gives the object's size if the server told it.
 * @param {Response} response @param {number} length bytes that came
 * @param {{start?: number, end?: number, suffix?: number}} asked @param {string} path
 */
export function checkPartial(response, length, asked, path) {
  const encoding = response.headers.get('content-encoding');
  if (encoding && encoding !== 'identity') {
    throw errorOf('unavailable', `the server compresses parts of files (${encoding}), so ranges mean nothing`, {
      path,
      hint: 'switch off compression for these files, or send Cache-Control: no-transform',
    });
  }
  const told = contentRange(response.headers.get('content-range'));
  const size = told?.size;
  const start = asked.suffix === undefined ? asked.start : told?.start ?? (size ?? 0) - asked.suffix;
  if (told && told.start !== start) {
    throw errorOf('unavailable', `the server answered bytes ${told.start}-${told.end} to a request from ${start}`, { path });
  }
  if (told && told.end - told.start !== length) {
    throw errorOf('unavailable', `the server announced ${told.end - told.start} bytes and sent ${length}`, { path });
  }
  const wanted = asked.end === undefined ? undefined : asked.end - asked.start;
  if (wanted !== undefined && length > wanted) {
    throw errorOf('unavailable', `the server sent ${length} bytes to a request for ${wanted}`, { path });
  }
  if (wanted !== undefined && length < wanted && (size === undefined || asked.start + length < size)) {
    throw errorOf('unavailable', `the server sent ${length} bytes of ${wanted}`, { path });
  }
  return { size, start };
}
