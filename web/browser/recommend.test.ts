// The report that the program itself writes, in a browser: its words are those of its JSON.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { epochOf, rateText, timeText } from '../src/format';
import { countChange, markOf, shownRateText } from '../src/mark';
import type { Cluster, RecommendReport, Topic } from '../src/report';
import { cells, launched, opened, pageWith, screenshot, violations } from './opened';
import { hostile } from './keys_fixture';

const folder = mkdtempSync(join(tmpdir(), 'partwise-page-'));
const template = process.env['PARTWISE_PAGE']!;
let browser: Browser;
let page: string;
let report: RecommendReport;
let topics: Topic[];

const golden = (): RecommendReport =>
  JSON.parse(readFileSync(new URL('../../test/golden/recommend.json', import.meta.url), 'utf8'));

beforeAll(async () => {
  execFileSync(process.env['PARTWISE']!, ['demo', '--out', folder], { stdio: 'ignore' });
  const file = (ending: string) =>
    join(
      folder,
      readdirSync(folder).find((name) => name.endsWith(ending))!,
    );
  page = file('report.html');
  report = JSON.parse(readFileSync(file('report.json'), 'utf8'));
  topics = report.clusters[0]!.topics;
  browser = await launched();
}, 120_000);

afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

const table = 'table.sortable';
const bare = (text: string) => text.replace(/^[▸▾]\s*/, '');

/** The first columns of a row, as the JSON has them. */
function wanted(topic: Topic): string[] {
  return [
    topic.name + (topic.is_compacted ? ' (compacted)' : ''),
    String(topic.partitions),
    shownRateText(topic, topic.peak_bytes_per_s),
    shownRateText(topic, topic.required_bytes_per_s),
    countChange(topic),
  ];
}

test('the table has a row for each topic, with what the JSON says', async () => {
  const { page: shown, trouble } = await opened(browser, page, 'light');
  expect(await shown.title()).toBe('Partition recommendations for demo · partwise');
  const rows = await cells(shown, table);
  expect(rows.map((row) => [bare(row[0]!), ...row.slice(1, 5)])).toEqual(topics.map(wanted));
  rows.forEach((row, i) => {
    expect(row[5]).toContain(markOf(topics[i]!).words);
    expect(topics[i]!.reason).toBe(row[6]);
  });
  expect(trouble).toEqual([]);
  await screenshot(shown, 'recommend-light');
  await shown.context().close();
});

test('headers sort by keyboard and say so', async () => {
  const { page: shown } = await opened(browser, page, 'light');
  const header = shown.locator(`${table} th`, { hasText: 'Now' });
  const counts = async () => (await cells(shown, table)).map((row) => Number(row[1]));
  expect(await header.getAttribute('aria-sort')).toBe('none');
  await header.getByRole('button').focus();
  await shown.keyboard.press('Enter');
  expect(await header.getAttribute('aria-sort')).toBe('descending');
  const falling = topics.map((topic) => topic.partitions).sort((a, b) => b - a);
  expect(await counts()).toEqual(falling);
  await shown.keyboard.press('Space');
  expect(await header.getAttribute('aria-sort')).toBe('ascending');
  expect(await counts()).toEqual(falling.reverse());
  await shown.keyboard.press('Shift+Tab');
  const names = async () => (await cells(shown, table)).map((row) => bare(row[0]!));
  await shown.keyboard.press('Enter');
  expect(await names()).toEqual(topics.map((topic) => wanted(topic)[0]));
  await shown.keyboard.press('Enter');
  expect(await names()).toEqual(topics.map((topic) => wanted(topic)[0]).reverse());
  await shown.context().close();
});

test('the filter leaves the topics that it names, and says how many', async () => {
  const { page: shown } = await opened(browser, page, 'light');
  await shown.getByLabel('Filter topics').fill('logs raise');
  const left = topics.filter(
    (topic) => topic.name.includes('logs') && markOf(topic).words.includes('raise'),
  );
  expect(left.length).toBeGreaterThan(0);
  expect((await cells(shown, table)).map((row) => bare(row[0]!))).toEqual(
    left.map((topic) => topic.name),
  );
  expect(await shown.getByRole('status').innerText()).toBe(
    `${left.length} of ${topics.length} topics`,
  );
  await shown.context().close();
});

test('a row opens by keyboard and tells the reason, the advice and the skew', async () => {
  const { page: shown, trouble } = await opened(browser, page, 'dark');
  const users = topics.find((topic) => topic.name === 'users')!;
  const opener = shown.getByRole('button', { name: 'users' });
  await opener.focus();
  await shown.keyboard.press('Enter');
  expect(await opener.getAttribute('aria-expanded')).toBe('true');
  const detail = shown.getByRole('region', { name: 'users' });
  expect(await detail.locator('.reason').innerText()).toBe(users.reason);
  expect(await detail.innerText()).toContain(users.advice);
  expect(await detail.innerText()).toContain(`Partition ${users.hottest_partition}, the hottest`);
  const { value, low, high } = users.recommended_partitions!;
  const left = low === high ? '.' : `; what was not measured leaves ${low} to ${high}.`;
  expect(await detail.locator('svg[role=img]').getAttribute('aria-label')).toBe(
    `${users.partitions} now, ${value} recommended${left}`,
  );
  expect(await violations(shown)).toEqual([]);
  await screenshot(shown, 'recommend-topic-dark');
  await shown.keyboard.press('Enter');
  expect(await detail.count()).toBe(0);
  expect(trouble).toEqual([]);
  await shown.context().close();
});

test('both themes are without violations, and the button changes them', async () => {
  for (const scheme of ['light', 'dark'] as const) {
    const { page: shown } = await opened(browser, page, scheme);
    await shown.getByText('Settings').click();
    const background = () => shown.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const button = shown.getByRole('button', { name: 'Dark theme' });
    expect(await button.getAttribute('aria-pressed')).toBe(String(scheme === 'dark'));
    expect(await violations(shown)).toEqual([]);
    const before = await background();
    await button.click();
    expect(await button.getAttribute('aria-pressed')).toBe(String(scheme === 'light'));
    expect(await background()).not.toBe(before);
    expect(await violations(shown)).toEqual([]);
    await shown.context().close();
  }
});

test('what failed is shown: topics, clusters, keys that are left', async () => {
  const one = golden();
  const failed: Cluster = {
    ...one.clusters[0]!,
    cluster_id: 'lkc-gone',
    status: 'failed',
    error: { kind: 'unavailable', message: 'no broker answers', hint: 'is it running?' },
    warnings: ['the clock is wrong'],
    topics: [],
  };
  const changed = { ...one, clusters: [...one.clusters, failed], api_keys_left: ['ABC of env-1'] };
  const file = pageWith(template, changed, join(folder, 'failed.html'));
  const { page: shown, trouble } = await opened(browser, file, 'light');
  const text = await shown.locator('main').innerText();
  expect(text).toContain('API key left: ABC of env-1');
  expect(text).toContain('failed: no broker answers; is it running?');
  expect(text).toContain('warning: the clock is wrong');
  const stock = one.clusters[0]!.topics.find((topic) => topic.status === 'error')!;
  const row = shown.getByRole('row', { name: stock.name });
  expect(await row.innerText()).toContain('✗ not measured');
  expect(await row.innerText()).toContain(stock.failures[0]!.message);
  for (const opener of await shown.locator('.opener').all()) await opener.click();
  expect(await violations(shown)).toEqual([]);
  expect(trouble).toEqual([]);
  await screenshot(shown, 'recommend-failed-light');
  await shown.context().close();
});

test('demand over time is drawn where the report has it, with its numbers beside it', async () => {
  const topic = topics.find((one) => one.demand && one.peak_window?.exact)!;
  const { page: shown, trouble } = await opened(browser, page, 'light');
  await shown.getByRole('button', { name: topic.name, exact: true }).click();
  const chart = shown.locator('figure.chart');
  expect(await chart.locator('canvas').getAttribute('role')).toBe('img');
  const label = await chart.locator('canvas').getAttribute('aria-label');
  expect(label).toContain(topic.name);
  expect(label).toContain(rateText(topic.peak_bytes_per_s!.value));
  await chart.getByText('Data table').click();
  const rows = await cells(shown, 'figure.chart table.data');
  expect(rows.map((row) => row[2])).toEqual(
    topic.demand!.bytes_per_s.map((rate) => (rate === null ? '–' : rateText(rate))),
  );
  expect(rows[0]!.slice(0, 2)).toEqual([timeText(epochOf(topic.window_start!)), '2 h']);
  expect(await violations(shown)).toEqual([]);
  expect(trouble).toEqual([]);
  await screenshot(shown, 'recommend-demand-light');
  const settled = topics.find((one) => one.demand === null)!;
  await shown.getByRole('button', { name: settled.name, exact: true }).click();
  expect(await shown.getByRole('region', { name: settled.name, exact: true }).count()).toBe(1);
  expect(await chart.count()).toBe(1);
  await shown.context().close();
});

test('a name that would end its element is shown as it is', async () => {
  const one = golden();
  one.clusters[0]!.topics[0]!.name = hostile;
  const file = pageWith(template, one, join(folder, 'hostile.html'));
  const { page: shown, trouble } = await opened(browser, file, 'light');
  expect((await cells(shown, table)).map((row) => bare(row[0]!))).toContain(hostile);
  expect(await shown.title()).toContain('partwise');
  expect(trouble).toEqual([]);
  await shown.context().close();
});

test('thousands of topics: the first are drawn, all on request', async () => {
  const one = golden();
  const cluster = one.clusters[0]!;
  const topic = cluster.topics[0]!;
  one.clusters = [cluster];
  cluster.topics = Array.from({ length: 3000 }, (_, i) => ({ ...topic, name: `topic-${i}` }));
  const file = pageWith(template, one, join(folder, 'many.html'));
  const { page: shown } = await opened(browser, file, 'light');
  expect(await shown.locator(`${table} > tbody > tr`).count()).toBe(500);
  await shown.getByLabel('Filter topics').fill('topic-2999');
  expect(await shown.locator(`${table} > tbody > tr`).count()).toBe(1);
  await shown.getByLabel('Filter topics').fill('');
  await shown.getByRole('button', { name: 'Show all' }).click();
  expect(await shown.locator(`${table} > tbody > tr`).count()).toBe(3000);
  await shown.context().close();
});

test('a report of another kind says that it cannot be shown', async () => {
  const file = pageWith(template, { schema: 'partwise.other/3' }, join(folder, 'other.html'));
  const { page: shown } = await opened(browser, file, 'light');
  expect(await shown.getByRole('alert').innerText()).toContain('partwise.other/3');
  await shown.context().close();
});
