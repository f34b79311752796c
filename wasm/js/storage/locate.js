// From what a user has (a URL, a bucket path, files, a store) to a store and a name for it.

import { errorOf } from '../errors.js';
import { files, pathOf } from './files.js';
import { http } from './http.js';
import { local } from './local.js';
import { opfs } from './opfs.js';

/**
 * @param {unknown} location URL or path, or the user's files
 * @param {unknown} storage a store, a storage (`{open(location)}`), or nothing: then the location decides
 * @returns {{store: object, label: string, name: string}} label for messages, name of the last folder
 */
export function locate(location, storage) {
  if (isFiles(location)) return { store: files(location), label: 'files', name: firstFolder(location) };
  const text = String(location ?? '');
  const name = lastSegment(text);
  if (typeof storage?.get === 'function') return { store: storage, label: text || 'store', name };
  if (typeof storage?.open === 'function') return { store: storage.open(text), label: shown(text), name };
  if (storage !== undefined && storage !== null) {
    throw errorOf('invalid', 'storage must be a storage such as http() or s3(), or an object with a get method');
  }
  return { store: byScheme(text).open(text), label: shown(text), name };
}

/**
 * A table's folder, and the branch and system table that its address ends in: `…/t$branch_b$files`.
 * @param {unknown} location @returns {{folder: unknown, suffix: string}}
 */
export function splitTable(location) {
  if (location === undefined || location === null || isFiles(location)) return { folder: location, suffix: '' };
  const text = String(location);
  const found = /^([^?#]*?)((?:\$|%24)[^/?#]*)\/*([?#].*)?$/i.exec(text);
  if (!found) return { folder: text, suffix: '' };
  return { folder: `${found[1]}${found[3] ?? ''}`, suffix: lastSegment(found[2]) };
}

function byScheme(text) {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === 'http' || scheme === 'https') return http();
  if (scheme === 'opfs') return opfs();
  if (scheme === 'file' || (scheme === undefined && globalThis.process?.versions?.node)) return local();
  if (scheme === undefined) return http();
  const hint = scheme.startsWith('s3') ? 'pass { storage: s3({ … }) }' : 'pass { storage }';
  throw errorOf('invalid', `no storage for ${scheme}: locations`, { path: text, hint });
}

/** Whether a location is the user's files. @param {unknown} location */
export function isFiles(location) {
  if (location === null || typeof location !== 'object' || location instanceof URL) return false;
  return typeof location.getDirectoryHandle === 'function' || typeof location[Symbol.iterator] === 'function';
}

function firstFolder(source) {
  if (typeof source.name === 'string') return source.name;
  for (const item of source) return pathOf(item).split('/')[0] || 'files';
  return 'files';
}

/** Tokens in a URL's query are secrets: they are not shown. */
function shown(text) {
  return text.replace(/[?#].*$/, '').replace(/\/+$/, '');
}

function lastSegment(text) {
  const segment = shown(text).split('/').pop() ?? '';
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
