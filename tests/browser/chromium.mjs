// A headless Chromium to drive.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** @param {(browser: import('playwright-core').Browser) => Promise<void>} run */
export async function withBrowser(run) {
  const executablePath = process.env.CHROMIUM ?? PLACES.find(existsSync);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  try {
    await run(browser);
  } finally {
    await browser.close();
  }
}

/** A page at `url` whose console errors are collected. */
export async function openPage(browser, url) {
  const page = await browser.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('crash', () => errors.push('the page crashed'));
  await page.goto(url);
  return { page, errors };
}

/** Resident bytes of each process that draws pages and runs their workers, wasm included. @returns {Promise<number[]>} */
export async function renderers(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const ids = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  // Of a process that has just ended it says nothing.
  const kilobytes = execFileSync('ps', ['-o', 'rss=', '-p', ids.join(',')], { encoding: 'utf8' });
  return kilobytes.trim().split(/\s+/).map((text) => Number(text) * 1024);
}

/** What the system gives all of them together, after the garbage of `page` is gone. */
export async function resident(browser, page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('HeapProfiler.collectGarbage');
  await page.waitForTimeout(300);
  await devtools.detach();
  return (await renderers(browser)).reduce((sum, bytes) => sum + bytes, 0);
}
