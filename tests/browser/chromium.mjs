// A headless Chromium to drive.

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
