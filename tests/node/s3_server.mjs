// A small S3: objects of one bucket in memory, listing, ranges, conditional puts, signatures checked.

import { createHash, createHmac } from 'node:crypto';
import { createServer } from 'node:http';

const CORS = [
  ['Access-Control-Allow-Origin', '*'],
  ['Access-Control-Allow-Headers', '*'],
  ['Access-Control-Expose-Headers', 'Content-Range, Content-Length, Content-Encoding, ETag'],
];

/**
 * @param {object} [how]
 * @param {{accessKeyId: string, secretAccessKey: string}} [how.credentials] requests must be signed with
 * @param {boolean} [how.conditional] false: `If-None-Match` is ignored, as old servers do
 * @param {(request: {method: string, key: string, headers: object}) => undefined | 'lost' | {status: number, code: string}} [how.disturb]
 *   'lost': done, but the answer never comes
 * @param {boolean} [how.cors] pages may ask
 */
export async function s3Server({ credentials, conditional = true, disturb, cors = false } = {}) {
  /** @type {Map<string, {body: Buffer, modified: Date}>} */
  const objects = new Map();
  const log = [];
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const url = new URL(request.url, `http://${request.headers.host}`);
    const key = decodeURIComponent(url.pathname).replace(/^\/bucket\/?/, '');
    const { method, headers } = request;
    log.push({ method, key, headers, query: url.searchParams });
    if (cors) for (const [name, value] of CORS) response.setHeader(name, value);
    if (cors && method === 'OPTIONS') return response.writeHead(204).end();
    const fail = (status, code) => response.writeHead(status, { 'Content-Type': 'application/xml' }).end(`<Error><Code>${code}</Code></Error>`);
    if (credentials && !isSigned(request, url, credentials)) return fail(403, 'SignatureDoesNotMatch');
    const wanted = disturb?.({ method, key, headers });
    if (wanted?.status) return fail(wanted.status, wanted.code);
    const answer = answerTo(objects, { method, key, headers, url, body: Buffer.concat(parts), conditional });
    if (wanted === 'lost') return response.destroy();
    if (answer.code) return fail(answer.status, answer.code);
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    objects,
    log,
    close: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(resolve);
    }),
  };
}

function answerTo(objects, { method, key, headers, url, body, conditional }) {
  if (method === 'GET' && url.searchParams.has('list-type')) return { status: 200, headers: { 'Content-Type': 'application/xml' }, body: listing(objects, url.searchParams) };
  const there = objects.get(key);
  if (method === 'PUT') {
    if (conditional && headers['if-none-match'] === '*' && there) return { status: 412, code: 'PreconditionFailed' };
    objects.set(key, { body, modified: new Date() });
    return { status: 200 };
  }
  if (method === 'DELETE') return { status: (objects.delete(key), 204) };
  if (method !== 'GET') return { status: 405, code: 'MethodNotAllowed' };
  if (!there) return { status: 404, code: 'NoSuchKey' };
  const range = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? '');
  if (!range) return { status: 200, body: there.body };
  const size = there.body.length;
  const start = range[1] === '' ? Math.max(0, size - Number(range[2])) : Number(range[1]);
  const end = range[1] === '' || range[2] === '' ? size : Math.min(Number(range[2]) + 1, size);
  if (start >= size) return { status: 416, code: 'InvalidRange' };
  return { status: 206, headers: { 'Content-Range': `bytes ${start}-${end - 1}/${size}` }, body: there.body.subarray(start, end) };
}

/** ListObjectsV2 in pages of three, so that clients must go on. */
function listing(objects, query) {
  const prefix = query.get('prefix') ?? '';
  const names = new Map();
  for (const [key, object] of [...objects].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!key.startsWith(prefix)) continue;
    const slash = key.indexOf('/', prefix.length);
    names.set(slash < 0 ? key : key.slice(0, slash + 1), slash < 0 ? object : null);
  }
  const after = query.get('continuation-token') ?? '';
  const left = [...names].filter(([name]) => name > after);
  const page = left.slice(0, 3);
  const entries = page.map(([name, object]) => (object === null
    ? `<CommonPrefixes><Prefix>${encodeURIComponent(name)}</Prefix></CommonPrefixes>`
    : `<Contents><Key>${encodeURIComponent(name)}</Key><LastModified>${object.modified.toISOString()}</LastModified><Size>${object.body.length}</Size></Contents>`));
  const more = left.length > page.length;
  const token = more ? `<NextContinuationToken>${page.at(-1)[0].replace(/&/g, '&amp;')}</NextContinuationToken>` : '';
  return `<ListBucketResult><IsTruncated>${more}</IsTruncated>${token}${entries.join('')}</ListBucketResult>`;
}

/** Signature Version 4 in the query string, worked out anew from what came over the wire. */
function isSigned(request, url, { accessKeyId, secretAccessKey }) {
  const query = new URLSearchParams(url.search);
  const signature = query.get('X-Amz-Signature');
  query.delete('X-Amz-Signature');
  const [id, date, region] = (query.get('X-Amz-Credential') ?? '').split('/');
  if (id !== accessKeyId) return false;
  const names = query.get('X-Amz-SignedHeaders').split(';');
  // A condition that nobody signed could be stripped on the way.
  if (request.headers['if-none-match'] && !names.includes('if-none-match')) return false;
  const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const pairs = [...query].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort();
  const canonical = [request.method, url.pathname, pairs.join('&'), ...names.map((name) => `${name}:${request.headers[name]}`), '', names.join(';'), 'UNSIGNED-PAYLOAD'].join('\n');
  const scope = `${date}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', query.get('X-Amz-Date'), scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const key = scope.split('/').reduce((secret, part) => createHmac('sha256', secret).update(part).digest(), `AWS4${secretAccessKey}`);
  return createHmac('sha256', key).update(toSign).digest('hex') === signature;
}
