// Byte ranges over HTTP: what we ask, and whether the answer is what we asked for.

import { errorOf } from '../errors.js';
import { corsPolicy } from './diagnose.js';

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

const CUT = 'something between the server and here cuts or compresses the files: switch that off for them (Cache-Control: no-transform)';

/** A part of a compressed file is no part of the file. @param {Response} response @param {string} path */
export function checkCoding(response, path) {
  const encoding = response.headers.get('content-encoding');
  if (encoding && encoding !== 'identity') {
    throw errorOf('unavailable', `the server compresses parts of files (${encoding}), so ranges mean nothing`, {
      path,
      hint: 'switch off compression for these files, or send Cache-Control: no-transform',
    });
  }
}

/**
 * Checks a 206 against the request and gives the object's size if the server told it.
 * @param {Response} response @param {number} length bytes that came
 * @param {{start?: number, end?: number, suffix?: number}} asked @param {string} path
 */
export function checkPartial(response, length, asked, path) {
  checkCoding(response, path);
  const told = contentRange(response.headers.get('content-range'));
  if (!told && asked.suffix !== undefined) throw unplaced(response, path);
  const size = told?.size;
  const start = asked.suffix === undefined ? asked.start : told.start;
  const wrong = (message, hint) => errorOf('unavailable', message, { path, hint });
  if (told && told.start !== start) {
    throw wrong(`the server answered bytes ${told.start}-${told.end} to a request from ${start}`, 'the server, or a cache before it, mixes ranges up');
  }
  if (told && size !== undefined && told.end > size) {
    throw wrong(`the server answered bytes up to ${told.end} of a file of ${size}`, 'the server, or a cache before it, mixes files up');
  }
  if (told && told.end - told.start !== length) {
    throw wrong(`the server announced ${told.end - told.start} bytes and sent ${length}`, CUT);
  }
  const wanted = asked.suffix ?? (asked.end === undefined ? undefined : asked.end - asked.start);
  if (wanted !== undefined && length > wanted) {
    throw wrong(`the server sent ${length} bytes to a request for ${wanted}`, CUT);
  }
  if (wanted !== undefined && length < wanted && (size === undefined || start + length < size)) {
    throw wrong(`the server sent ${length} bytes of ${wanted}`, CUT);
  }
  return { size, start };
}

/** The end of a file, and nothing says where it starts. */
function unplaced(response, path) {
  if (response.type === 'cors') {
    const message = 'the server does not show the header Content-Range to pages';
    return errorOf('cors', message, { path, hint: corsPolicy(globalThis.location?.origin ?? '*') });
  }
  return errorOf('unavailable', 'the server sent a part of a file without a Content-Range that says which', { path });
}
