// S3 and compatibles: anonymous or signed, listing, conditional puts.

import { errorOf } from '../errors.js';
import { FetchStore } from './fetch.js';
import { encodePath, join } from './paths.js';
import { madeBy } from './recipe.js';
import { canonical, signedUrl } from './signature.js';

/**
 * @typedef {{accessKeyId: string, secretAccessKey: string, sessionToken?: string}} Credentials
 * @typedef {object} S3Options
 * @property {Credentials} [credentials] none: anonymous
 * @property {() => Credentials | Promise<Credentials>} [provider] asked before each request; caches by itself
 * @property {string} [region] `us-east-1` unless said
 * @property {string} [endpoint] of a compatible server, such as `http://localhost:9000`
 * @property {boolean} [pathStyle] bucket in the path; the default with an endpoint
 * @property {boolean} [conditionalPut] false: the server ignores `If-None-Match`, so that nobody can commit safely
 * @property {typeof fetch} [fetch]
 * @property {(message: string) => void} [onWarning]
 */

/** @param {S3Options} [options] */
export function s3(options = {}) {
  return madeBy({ kind: 's3', open: (location) => new S3Store(location, options) }, 's3', [options]);
}

class S3Store {
  #http;
  #prefix;

  constructor(location, { credentials, provider, region = 'us-east-1', endpoint, pathStyle = endpoint !== undefined, conditionalPut = true, ...options }) {
    const { bucket, key } = parse(String(location));
    const base = new URL(endpoint ?? `https://s3.${region}.amazonaws.com`);
    const host = pathStyle ? base : new URL(`${base.protocol}//${bucket}.${base.host}`);
    const urlOf = async (path, method, query = [], headers = {}) => {
      const full = `/${join(base.pathname, pathStyle ? bucket : '', path)}`;
      const secret = provider ? await provider() : credentials;
      if (secret) return signedUrl({ method, url: host, path: full, query, headers, region, credentials: secret });
      return new URL(`${host.origin}${encodePath(full)}${query.length > 0 ? `?${canonical(query)}` : ''}`);
    };
    this.kind = 's3';
    this.#prefix = key;
    if (!conditionalPut) this.putIfAbsent = undefined;
    this.#http = new FetchStore({ ...options, kind: 's3', urlOf, shared: base });
  }

  get(path, options) {
    return this.#http.get(join(this.#prefix, path), options);
  }

  async list(path, { signal } = {}) {
    const folder = join(this.#prefix, path);
    const prefix = folder === '' ? '' : `${folder}/`;
    const found = { dirs: [], files: [] };
    let token;
    do {
      const query = [['delimiter', '/'], ['encoding-type', 'url'], ['list-type', '2'], ['prefix', prefix]];
      if (token) query.push(['continuation-token', token]);
      const response = await this.#http.request('GET', '', { query, signal });
      if (response === null) throw errorOf('not found', 'the bucket does not exist', { path });
      token = addPage(await response.text(), prefix.length, found);
    } while (token);
    return found;
  }

  put(path, bytes) {
    return this.#http.put(join(this.#prefix, path), bytes);
  }

  putIfAbsent(path, bytes) {
    return this.#http.putIfAbsent(join(this.#prefix, path), bytes);
  }

  delete(path) {
    return this.#http.delete(join(this.#prefix, path));
  }
}

function parse(location) {
  const match = /^(?:s3|s3a|s3n):\/\/([^/]+)\/?(.*)$/.exec(location);
  if (!match) throw errorOf('invalid', `${location} is no S3 location; expected s3://bucket/path`);
  return { bucket: match[1], key: join(match[2]) };
}

/** Reads one page of ListObjectsV2 and gives the token of the next. No XML parser in workers and Node: the form is fixed. */
function addPage(xml, cut, found) {
  for (const [, block] of xml.matchAll(/<CommonPrefixes>([\s\S]*?)<\/CommonPrefixes>/g)) {
    found.dirs.push(decode(field(block, 'Prefix')).slice(cut).replace(/\/$/, ''));
  }
  for (const [, block] of xml.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)) {
    const name = decode(field(block, 'Key')).slice(cut);
    if (name !== '') found.files.push({ name, size: Number(field(block, 'Size')), modified: Date.parse(field(block, 'LastModified')) });
  }
  return field(xml, 'IsTruncated') === 'true' ? entities(field(xml, 'NextContinuationToken')) : undefined;
}

function field(xml, name) {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';
}

function entities(value) {
  const named = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return value.replace(/&(amp|lt|gt|quot|apos);/g, (_, name) => named[name]);
}

function decode(value) {
  return decodeURIComponent(entities(value).replace(/\+/g, '%20'));
}
