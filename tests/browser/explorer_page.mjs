// The built explorer on a server of its own, and a page that tells everything it does: requests, console, policy, pauses.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';

import { SITE } from './explorer.mjs';

export const skip = existsSync(join(SITE, 'index.html')) ? false : 'no explorer in dist/explorer';

/** The longest task of a page that a person would not call frozen, in milliseconds. */
export const LONGEST_TASK = 200;

const TYPES = {
  html: 'text/html', js: 'text/javascript', css: 'text/css', wasm: 'application/wasm', json: 'application/json', svg: 'image/svg+xml',
  png: 'image/png', webmanifest: 'application/manifest+json',
};

/**
 * The explorer on the dumbest of servers: files by their names, nothing else.
 * @param {string} [prefix] the folder it lies in, such as `tools/cenote/`
 * @param {{folder?: string, headers?: object}} [how]
 */
export async function site(prefix = '', how = {}) {
  const log = [];
  const state = { folder: SITE, headers: {}, ...how };
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://test').pathname).slice(1);
    log.push(path);
    const inside = path.startsWith(prefix) ? path.slice(prefix.length) || 'index.html' : undefined;
    const body = inside === undefined || inside.includes('..') ? undefined : await readFile(join(state.folder, inside)).catch(() => undefined);
    if (!body) return response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': TYPES[inside.split('.').pop()] ?? 'application/octet-stream', ...state.headers }).end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const close = () => new Promise((resolve) => {
    server.closeAllConnections();
    server.close(resolve);
  });
  return { url: `http://127.0.0.1:${server.address().port}/${prefix}`, port: server.address().port, log, state, close };
}

/**
 * A page of the explorer in a context of its own.
 * @param {import('playwright-core').Browser} browser @param {string} url
 * @param {{allowed?: string[], context?: object, ready?: string}} [how] `allowed`: origins besides the page's own that it
 *   may ask
 */
export async function explorer(browser, url, { allowed = [], context: options = {}, init } = {}) {
  const context = await browser.newContext(options);
  const seen = { errors: [], requests: [], violations: [] };
  // Asked of the context: what workers and service workers ask is in it.
  context.on('request', (request) => seen.requests.push(request.url()));
  if (init) await context.addInitScript(init);
  const page = await context.newPage();
  page.on('pageerror', (error) => seen.errors.push(String(error)));
  page.on('crash', () => seen.errors.push('the page crashed'));
  page.on('console', (message) => {
    const text = message.text();
    if (/Content.Security.Policy/i.test(text)) seen.violations.push(text);
    if (message.type() === 'error') seen.errors.push(text);
  });
  await page.goto(url);
  await page.waitForSelector('main');
  const origins = new Set([new URL(url).origin, ...allowed]);
  return {
    page,
    context,
    seen,
    /** Opens what an address typed by hand means. */
    async open(address, fields = {}) {
      await page.goto(`${url.replace(/#.*/, '')}#/`);
      await page.fill('#url', address);
      for (const [id, value] of Object.entries(fields)) await page.fill(`#${id}`, value);
      await page.click('.open-submit .primary');
    },
    /** Goes to a view by its link. */
    go: (hash) => page.evaluate((to) => { location.hash = to; }, hash),
    /** Title and text of the problem that is shown. */
    async problem() {
      await page.waitForSelector('.problem', { timeout: 20_000 });
      const text = (selector) => page.locator(selector).first().innerText({ timeout: 300 }).catch(() => '');
      return { title: await text('.problem h2'), message: await text('.problem-message'), text: await text('.problem') };
    },
    /** Console errors that no failed request explains. */
    strange: () => seen.errors.filter((error) => !/Failed to load resource|has been blocked by CORS policy|net::ERR_/.test(error)),
    /** Addresses that nobody gave to the page. */
    foreign: () => seen.requests.filter((one) => /^https?:/.test(one) && !origins.has(new URL(one).origin)),
    close: () => context.close(),
  };
}

/**
 * Watches the threads that draw pages. Gives what tells the longest task since then, in milliseconds of work: on a machine
 * that is busy with other things each task takes longer by the clock, and none is harder.
 */
export async function watchTasks(browser, page) {
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline'] });
  return async () => {
    const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
    const draws = new Set(traceEvents.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(({ pid, tid }) => `${pid} ${tid}`));
    const tasks = traceEvents.filter(({ ph, name, pid, tid, tdur }) => ph === 'X' && tdur > 0 && /RunTask$/.test(name) && draws.has(`${pid} ${tid}`));
    if (tasks.length === 0) throw new Error('the browser recorded no task');
    return Math.round(Math.max(...tasks.map(({ tdur }) => tdur)) / 1000);
  };
}

/** Waits until the overview or rows of a table are there. */
export async function shown(page, selector = '.table-head h1') {
  await page.waitForSelector(selector, { timeout: 20_000 });
}
