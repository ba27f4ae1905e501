// The report of how keys spread, from one partition to ten thousand.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { countText, percentText } from '../src/format';
import { hostile, keysReport } from './keys_fixture';
import { cells, launched, opened, pageWith, screenshot, violations } from './opened';

const folder = mkdtempSync(join(tmpdir(), 'partwise-page-'));
const template = process.env['PARTWISE_PAGE']!;
let browser: Browser;

beforeAll(async () => {
  browser = await launched();
}, 60_000);

afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

const fileOf = (report: unknown, name: string) => pageWith(template, report, join(folder, name));

test.each([1, 10, 10_000])('%i partitions: each chart has a label and its numbers', async (n) => {
  const report = keysReport(n);
  const { page, trouble } = await opened(browser, fileOf(report, `keys-${n}.html`), 'light');
  const charts = page.locator('figure.chart');
  // A bar chart a strategy, two of the sweep, the heat map.
  expect(await charts.count()).toBe(5);
  for (const chart of await charts.all()) {
    const canvas = chart.locator('canvas');
    expect(await canvas.getAttribute('role')).toBe('img');
    expect((await canvas.getAttribute('aria-label'))!.length).toBeGreaterThan(30);
    expect(await chart.getByText('Data table').count()).toBe(1);
  }
  const [first, second] = report.strategies!;
  expect(await charts.first().locator('figcaption').innerText()).toContain(
    `murmur2 · CV ${percentText(first!.cv_percent)}`,
  );
  expect(await charts.first().locator('canvas').getAttribute('aria-label')).toContain(
    `most ${countText(Math.max(...first!.counts))}`,
  );
  await charts.nth(1).getByText('Data table').click();
  const rows = await cells(page, 'figure.chart table.data');
  expect(rows.map((row) => row[1])).toEqual(second!.counts.map(countText));
  expect(rows.map((row) => row[0])).toEqual(second!.counts.map((_, i) => String(i)));
  expect(trouble).toEqual([]);
  await screenshot(page, `keys-${n}-light`);
  await page.context().close();
});

test('verdicts and all statistics are words and numbers', async () => {
  const report = keysReport(10);
  const { page } = await opened(browser, fileOf(report, 'keys.html'), 'light');
  const verdicts = await page.locator('.verdicts li').allInnerTexts();
  expect(verdicts[0]).toBe(`murmur2 ✓ good: ${report.strategies![0]!.verdict}`);
  expect(verdicts[1]).toBe(`crc32 ✗ severe skew: ${report.strategies![1]!.verdict}`);
  const rows = await cells(page, 'table.plain');
  expect(rows.map((row) => row.slice(0, 2))).toEqual([
    ['murmur2', 'records'],
    ['murmur2', 'bytes'],
    ['crc32', 'records'],
    ['crc32', 'bytes'],
  ]);
  expect(rows[2]!.slice(5)).toEqual([
    percentText(report.strategies![1]!.cv_percent),
    '5.64',
    '0.1',
    '0.99',
    '31.6 %',
    '0.5',
    'kept',
  ]);
  expect(await page.locator('main').innerText()).toContain(hostile);
  await page.context().close();
});

test('key patterns, sweep and heat map have their numbers in tables', async () => {
  const report = keysReport(10);
  const { page, trouble } = await opened(browser, fileOf(report, 'keys.html'), 'dark');
  for (const summary of await page.locator('summary').all()) await summary.click();
  const table = (caption: string) => `table.data:has(caption:text-is("${caption}"))`;
  const patterns = await cells(page, table('Records of each key pattern by partition, murmur2'));
  expect(patterns.map((row) => row[2])).toEqual(
    report.strategies![0]!.key_patterns[1]!.counts.map(countText),
  );
  const points = report.sweep!.strategies[0]!.points;
  const sweep = await cells(page, table('murmur2: CV by count of partitions'));
  expect(sweep.map((row) => row[1])).toEqual(points.map((one) => percentText(one.cv_percent)));
  const moved = await cells(page, table('murmur2: what moves, by count of partitions'));
  expect(moved.map((row) => row[1])).toEqual(
    points.map((one) => percentText(one.moved_keys_percent!)),
  );
  const heat = await cells(page, table('Records by key, a step of 1 h'));
  expect(heat.length).toBe(72);
  expect(heat[5]!.slice(1)).toEqual(report.heat_map!.keys.map((one) => countText(one.records[5]!)));
  expect(await violations(page)).toEqual([]);
  expect(trouble).toEqual([]);
  await screenshot(page, 'keys-open-dark');
  await page.context().close();
});

test('both themes are without violations, and canvases are drawn anew', async () => {
  for (const scheme of ['light', 'dark'] as const) {
    const { page } = await opened(browser, fileOf(keysReport(10), 'keys.html'), scheme);
    expect(await violations(page)).toEqual([]);
    const pixels = () =>
      page
        .locator('canvas')
        .evaluateAll((all) => all.map((one) => (one as HTMLCanvasElement).toDataURL()));
    const before = await pixels();
    await page.getByRole('button', { name: 'Dark theme' }).click();
    await expect.poll(async () => (await pixels()).every((one, i) => one !== before[i])).toBe(true);
    expect(await violations(page)).toEqual([]);
    await page.context().close();
  }
});

test('what has no value is a dash', async () => {
  const report = keysReport(4);
  const nothing = { mean: 0, sd_sample: 0, sd_population: 0 };
  const none = { cv_percent: null, max_over_mean: null, gini: null, entropy_normalised: null };
  const strategies = report.strategies!.map((one) => ({
    ...one,
    ...nothing,
    ...none,
    cv_percent_by_chance: null,
    p_value: null,
    counts: [0, 0, 0, 0],
    bytes: [0, 0, 0, 0],
    bytes_spread: { ...nothing, ...none },
  }));
  const { page, trouble } = await opened(
    browser,
    fileOf({ ...report, strategies }, 'nothing.html'),
    'light',
  );
  const rows = await cells(page, 'table.plain');
  expect(rows[0]).toEqual(['murmur2', 'records', '0', '0', '0', ...Array(6).fill('–'), 'kept']);
  expect(await page.locator('figcaption').first().innerText()).toContain('CV –');
  expect(trouble).toEqual([]);
  await page.context().close();
});

test('what a report does not have is left out', async () => {
  for (const strategies of [[], null]) {
    const report = { ...keysReport(3), strategies, sweep: null, heat_map: null, warnings: [] };
    const { page, trouble } = await opened(browser, fileOf(report, 'bare.html'), 'light');
    expect(await page.locator('h2').allInnerTexts()).toEqual(['Keys']);
    expect(await page.locator('canvas').count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    expect(trouble).toEqual([]);
    await page.context().close();
  }
});
