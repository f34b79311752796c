// AWS Signature Version 4 in the query string, by WebCrypto: a read has no header to sign, so no CORS preflight.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html

import { encodePath, encodeSegment } from './paths.js';

const text = new TextEncoder();

/**
 * Signs a request for an object or a bucket.
 * @param {{method: string, url: URL, path: string, query: [string, string][], region: string, expires?: number, date?: Date,
 *   headers?: Record<string, string>, credentials: {accessKeyId: string, secretAccessKey: string, sessionToken?: string}}} request
 *   `url` without path; `path` starts with `/` and is not URL-encoded; `headers` must be sent as they are signed
 * @returns {Promise<URL>}
 */
export async function signedUrl({ method, url, path, query, region, credentials, headers = {}, expires = 3600, date = new Date() }) {
  const stamp = date.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = `${stamp.slice(0, 8)}/${region}/s3/aws4_request`;
  const signed = [['host', url.host], ...Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.trim()])];
  signed.sort(([a], [b]) => (a < b ? -1 : 1));
  const names = signed.map(([name]) => name).join(';');
  const parameters = [
    ...query,
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', `${credentials.accessKeyId}/${scope}`],
    ['X-Amz-Date', stamp],
    ['X-Amz-Expires', String(expires)],
    ['X-Amz-SignedHeaders', names],
  ];
  if (credentials.sessionToken) parameters.push(['X-Amz-Security-Token', credentials.sessionToken]);
  const canonicalQuery = canonical(parameters);
  const lines = signed.map((pair) => pair.join(':'));
  const canonicalRequest = [method, encodePath(path), canonicalQuery, ...lines, '', names, 'UNSIGNED-PAYLOAD'];
  const digest = await crypto.subtle.digest('SHA-256', text.encode(canonicalRequest.join('\n')));
  const toSign = ['AWS4-HMAC-SHA256', stamp, scope, hex(digest)].join('\n');
  const key = await signingKey(credentials.secretAccessKey, scope);
  const signature = hex(await hmac(key, toSign));
  return new URL(`${url.origin}${encodePath(path)}?${canonicalQuery}&X-Amz-Signature=${signature}`);
}

/** Parameters sorted and encoded as signatures want them. @param {[string, string][]} parameters */
export function canonical(parameters) {
  const encoded = parameters.map(([name, value]) => [encodeSegment(name), encodeSegment(value)]);
  encoded.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return encoded.map((pair) => pair.join('=')).join('&');
}

async function signingKey(secret, scope) {
  let key = text.encode(`AWS4${secret}`);
  for (const part of scope.split('/')) key = await hmac(key, part);
  return key;
}

async function hmac(key, message) {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return crypto.subtle.sign('HMAC', imported, text.encode(message));
}

function hex(buffer) {
  return Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
