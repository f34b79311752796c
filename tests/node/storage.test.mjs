// The stores by themselves: ranges, absence, refusal, signatures.

import assert from 'node:assert/strict';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { load } from './package.mjs';
import { serve } from './server.mjs';

const { http, s3, files, memory, local, presigned } = await load();
const { signedUrl } = await load('storage/signature.js');
const content = Uint8Array.from({ length: 1000 }, (_, index) => index % 251);
let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cenote-'));
  await mkdir(join(folder, 't/dt=2024%2F01'), { recursive: true });
  await writeFile(join(folder, 't/data'), content);
  await writeFile(join(folder, 't/dt=2024%2F01/odd #?.txt'), 'odd');
});
after(() => rm(folder, { recursive: true }));

async function withServer(how, run) {
  const server = await serve({ '': folder }, how);
  try {
    return await run(http().open(`${server.url}/t`), server);
  } finally {
    await server.close();
  }
}

async function kindOf(promise) {
  return promise.then(() => 'no error', (error) => error.kind);
}

test('http reads wholes and ranges, and knows sizes', () => withServer({}, async (store) => {
  assert.deepEqual((await store.get('data')).bytes, content);
  const part = await store.get('data', { start: 10, end: 20 });
  assert.deepEqual([...part.bytes], [...content.subarray(10, 20)]);
  assert.equal(part.size, 1000);
  assert.deepEqual((await store.get('data', { suffix: 5 })).bytes, content.subarray(995));
  assert.equal(new TextDecoder().decode((await store.get('dt=2024%2F01/odd #?.txt')).bytes), 'odd');
}));

test('http gives null for an absent file and passes 403 on', async () => {
  await withServer({}, async (store) => assert.equal(await store.get('nothing'), null));
  await withServer({ missing: 403 }, async (store) => assert.equal(await kindOf(store.get('nothing')), 'forbidden'));
});

test('http never asks with HEAD', () => withServer({}, async (store, { log }) => {
  await store.get('data', { start: 0, end: 1 });
  await store.get('data');
  assert.deepEqual(log.map(({ method }) => method), ['GET', 'GET']);
}));

test('http takes a whole file once from a server that ignores ranges', () => withServer({ ranges: false }, async (_, { url, log }) => {
  const warnings = [];
  const store = http({ onWarning: (message) => warnings.push(message) }).open(`${url}/t`);
  assert.deepEqual((await store.get('data', { start: 10, end: 20 })).bytes, content.subarray(10, 20));
  assert.deepEqual((await store.get('data', { start: 990, end: 1000 })).bytes, content.subarray(990));
  assert.equal(log.length, 1);
  assert.equal(warnings.length, 1);
}));

test('http refuses parts that are not what was asked', async () => {
  const wrong = {
    compressed: { status: 206, headers: { 'Content-Encoding': 'gzip', 'Content-Range': 'bytes 0-9/1000' }, body: '' },
    'other place': { status: 206, headers: { 'Content-Range': 'bytes 5-14/1000' }, body: '0123456789' },
    'too short': { status: 206, headers: { 'Content-Range': 'bytes 0-9/1000' }, body: '0123' },
    'too long': { status: 206, body: '0123456789ab' },
  };
  for (const [what, answer] of Object.entries(wrong)) {
    await withServer({ instead: () => answer }, async (store) => {
      assert.equal(await kindOf(store.get('data', { start: 0, end: 10 })), 'unavailable', what);
    });
  }
});

test('http says busy, broken and unreachable apart from absent', async () => {
  await withServer({ instead: () => ({ status: 503, body: 'busy' }) }, async (store) => {
    await assert.rejects(store.get('data'), { kind: 'unavailable', transient: true });
  });
  await withServer({ instead: () => ({ headers: { 'Content-Length': '1000' }, body: Buffer.from('abc'), cut: true }) }, async (store) => {
    await assert.rejects(store.get('data'), { kind: 'unavailable', transient: true });
  });
  const gone = http().open('http://127.0.0.1:9/t');
  assert.equal(await kindOf(gone.get('data')), 'unavailable');
});

test('http takes the start page of a development server for absence', () => {
  const page = { headers: { 'Content-Type': 'text/html' }, body: '<html>' };
  return withServer({ instead: () => page }, async (store) => assert.equal(await store.get('snapshot/LATEST'), null));
});

test('the browser keeps what is small and never changes', async () => {
  const modes = [];
  const fetch = async (_, { cache }) => { modes.push(cache); return new Response('', { status: 404 }); };
  const store = http({ fetch }).open('http://here/t');
  await store.get('manifest/manifest-1');
  await store.get('bucket-0/data-1.parquet', { suffix: 65536 });
  await store.get('bucket-0/data-1.parquet', { start: 4, end: 5000 });
  // A scan would turn all that out.
  await store.get('bucket-0/data-1.parquet', { start: 4, end: 4 + (1 << 20) });
  await store.get('snapshot/LATEST');
  assert.deepEqual(modes, ['default', 'default', 'default', 'no-store', 'no-cache']);
});

test('http stops on abort', () => withServer({ delayMillis: 500 }, async (store) => {
  const signal = AbortSignal.timeout(20);
  await assert.rejects(store.get('data', { signal }));
}));

test('http finds the list of tables beside or above the warehouse', async () => {
  const index = { headers: { 'Content-Type': 'application/json' }, body: '{"databases":[]}' };
  const offered = (where) => ({ instead: (path) => (path === where ? index : undefined) });
  const ask = (where, url) => withServer(offered(where), (_, server) => http().open(`${server.url}/${url}`).index());
  assert.equal((await ask('t/_cenote/warehouse.json', 't')).length, 16);
  assert.equal((await ask('_cenote/warehouse.json', 'wh/')).length, 16);
  assert.equal(await ask('_cenote/warehouse.json', 'other'), null);
});

test('memory, files and local agree', async () => {
  const picked = [['t/data', new File([content], 'data')], ['t/sub/x', new File(['x'], 'x')]];
  await mkdir(join(folder, 't/sub'), { recursive: true });
  await writeFile(join(folder, 't/sub/x'), 'x');
  const stores = [
    memory([['data', content], ['sub/x', new Uint8Array(1)]]),
    files(picked, { root: 't' }),
    local().open(join(folder, 't')),
  ];
  for (const store of stores) {
    assert.deepEqual((await store.get('data', { start: 3, end: 2000 })).bytes, content.subarray(3), store.kind);
    assert.equal((await store.get('data', { suffix: 2 })).bytes.length, 2);
    assert.equal(await store.get('none'), null);
    assert.equal(await store.get('sub'), null, 'a folder is no object');
    assert.deepEqual((await store.list('sub')).files.map(({ name, size }) => [name, size]), [['x', 1]]);
    assert.ok((await store.list('')).dirs.includes('sub'));
    assert.deepEqual(await store.list('nowhere'), { dirs: [], files: [] });
  }
  await assert.rejects(stores[2].get('../secret'), { kind: 'invalid' });
});

test('presigned asks for each path once a while', () => withServer({}, async (_, { url }) => {
  const asked = [];
  const store = presigned((path) => asked.push(path) && `${url}/t/${path}?signature=1`).open();
  await store.get('data', { start: 0, end: 4 });
  await store.get('data', { start: 4, end: 8 });
  assert.deepEqual(asked, ['data']);
}));

test('signatures are those of the S3 documentation', async () => {
  // The example of "Authenticating Requests: Using Query Parameters".
  const url = await signedUrl({
    method: 'GET',
    url: new URL('https://examplebucket.s3.amazonaws.com'),
    path: '/test.txt',
    query: [],
    region: 'us-east-1',
    expires: 86400,
    date: new Date('2013-05-24T00:00:00Z'),
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' },
  });
  assert.equal(url.searchParams.get('X-Amz-Signature'), 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404');
});

test('s3 lists page by page and reads below its prefix', async () => {
  const page = (more, body) => `<ListBucketResult><IsTruncated>${more}</IsTruncated>${body}</ListBucketResult>`;
  const first = page(true, '<NextContinuationToken>a&amp;b</NextContinuationToken><CommonPrefixes><Prefix>wh/db.db/</Prefix></CommonPrefixes>');
  const second = page(false, '<Contents><Key>wh/a%20b%252F</Key><Size>7</Size><LastModified>2024-01-01T00:00:00.000Z</LastModified></Contents>');
  const queries = [];
  const instead = (path, { url }) => {
    const query = new URL(url, 'http://x').searchParams;
    if (!query.has('list-type')) return undefined;
    queries.push(query.get('continuation-token'));
    return { headers: { 'Content-Type': 'application/xml' }, body: query.has('continuation-token') ? second : first };
  };
  const server = await serve({ bucket: folder }, { instead });
  try {
    const store = s3({ endpoint: server.url }).open('s3://bucket/wh');
    assert.deepEqual(await store.list(''), { dirs: ['db.db'], files: [{ name: 'a b%2F', size: 7, modified: 1704067200000 }] });
    assert.deepEqual(queries, [null, 'a&b']);
    assert.deepEqual((await s3({ endpoint: server.url }).open('s3://bucket/t').get('data', { start: 0, end: 3 })).bytes, content.subarray(0, 3));
  } finally {
    await server.close();
  }
});
