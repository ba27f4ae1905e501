// A page in a real browser, opened from its file, that may ask nobody for anything.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

/** Where screenshots go, for people. */
const screens = process.env['PARTWISE_SCREENS'] ?? '../build/web-screens';

export async function launched(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
}

export interface Opened {
  page: Page;
  /** What the page said in the console, and what it asked for beside itself. */
  trouble: string[];
}

export async function opened(
  browser: Browser,
  file: string,
  scheme: 'light' | 'dark',
  width = 1280,
): Promise<Opened> {
  const context = await browser.newContext({
    colorScheme: scheme,
    offline: true,
    viewport: { width, height: 900 },
  });
  const page = await context.newPage();
  const address = pathToFileURL(file).href;
  const trouble: string[] = [];
  page.on('console', (message) => trouble.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => trouble.push(`error: ${error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (url !== address && !url.startsWith('data:')) trouble.push(`request: ${url}`);
  });
  await page.goto(address);
  await page.locator('h1').waitFor();
  return { page, trouble };
}

/** Opens all that is closed at first. */
export async function openAll(page: Page): Promise<void> {
  for (const summary of await page.locator('summary').all()) await summary.click();
}

/** A table of numbers, by its whole caption. */
export const table = (caption: string) => `table.data:has(caption:text-is("${caption}"))`;

/** Rules of WCAG and of good practice that the page breaks, with where. */
export async function violations(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page }).analyze();
  return found.violations.map(
    (one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' | ')}`,
  );
}

export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(screens, { recursive: true });
  // Headers that stay in sight would stand in the middle.
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: join(screens, `${name}.png`), fullPage: true });
}

/** The page for a report, made as the program makes it (src/report/html.cc). */
export function pageWith(template: string, report: unknown, file: string): string {
  const text = JSON.stringify(report).replaceAll('<', '\\u003c');
  writeFileSync(
    file,
    readFileSync(template, 'utf8').replace('@PARTWISE_REPORT@', () => text),
  );
  return file;
}

/** The words of a table's cells, by row. */
export async function cells(page: Page, table: string): Promise<string[][]> {
  return page
    .locator(`${table} > tbody > tr`)
    .evaluateAll((rows) =>
      rows.map((row) => [...row.children].map((cell) => (cell as HTMLElement).innerText.trim())),
    );
}

/** On a phone in the dark: no rule is broken, and nothing but tables is wider than the screen. */
export async function expectNarrow(browser: Browser, file: string, name: string): Promise<void> {
  const { page, trouble } = await opened(browser, file, 'dark', 375);
  await screenshot(page, `${name}-narrow-dark`);
  for (const open of [false, true]) {
    if (open) await openAll(page);
    expect(await violations(page)).toEqual([]);
    const sideways = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(sideways).toBe(0);
  }
  expect(trouble).toEqual([]);
  await page.context().close();
}
