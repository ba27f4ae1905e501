// The keys reports that the program itself writes, in a browser: its words are those of its JSON.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { countText, numberText, percentText } from '../src/format';
import type { KeysReport } from '../src/report';
import {
  cells,
  expectNarrow,
  launched,
  openAll,
  opened,
  screenshot,
  table,
  violations,
} from './opened';
import { Program } from './program';

const program = new Program();
let browser: Browser;

beforeAll(async () => {
  browser = await launched();
}, 60_000);

afterAll(async () => {
  program.close();
  await browser.close();
});

test('simulate: every strategy with its verdict, statistics, order and chart', async () => {
  const { page: file, report } = program.made('all', ['simulate', '--simulation', 'hot']);
  const strategies = report.strategies!;
  expect(strategies.length).toBe(10);
  const { page, trouble } = await opened(browser, file, 'light');
  expect(await page.locator('h1').innerText()).toBe('How keys spread over 10 partitions');
  const verdicts = await page.locator('.verdicts li').allInnerTexts();
  strategies.forEach((one, i) => {
    expect(verdicts[i]).toMatch(new RegExp(`^${one.name} [✓⚠✗] ${one.quality}`));
    expect(verdicts[i]!.endsWith(`: ${one.verdict}`)).toBe(true);
  });
  const rows = (await cells(page, 'table.plain')).filter((row) => row[1] === 'records');
  expect(rows.map((row) => [row[0], row[5], row[9], row[10], row[11]])).toEqual(
    strategies.map((one) => [
      one.name,
      percentText(one.cv_percent),
      percentText(one.cv_percent_by_chance),
      numberText(one.p_value, 2),
      one.keeps_key_order ? 'kept' : 'lost',
    ]),
  );
  expect(rows.map((row) => row[11])).toContain('lost');
  await openAll(page);
  for (const one of strategies) {
    const counted = await cells(page, table(`Records and bytes by partition, ${one.name}`));
    expect(counted.map((row) => row[1])).toEqual(one.counts.map(countText));
  }
  expect(await page.locator('figure.chart canvas').count()).toBe(10);
  expect(await violations(page)).toEqual([]);
  expect(trouble).toEqual([]);
  await page.context().close();
});

test('simulate: the page as it opens', async () => {
  const { page: file } = program.made('typical', ['simulate']);
  for (const scheme of ['light', 'dark'] as const) {
    const { page } = await opened(browser, file, scheme);
    expect(await violations(page)).toEqual([]);
    await screenshot(page, `keys-simulate-${scheme}`);
    await page.context().close();
  }
  await expectNarrow(browser, file, 'keys-simulate');
});

test('a sweep with the present count: evenness and what moves, of each strategy', async () => {
  const { page: file, report } = program.made('sweep', [
    'simulate',
    ...['--simulation', 'none', '--records', '5000', '--strategy', 'murmur2,range'],
    ...['--partitions', '1..64', '--current-partitions', '12'],
  ]);
  expect(report.partitions).toBe(12);
  const { page, trouble } = await opened(browser, file, 'light');
  expect(await page.locator('h1').innerText()).toBe('How keys spread over 12 partitions');
  await openAll(page);
  const [murmur2, range] = report.sweep!.strategies;
  for (const one of [murmur2!, range!]) {
    const even = await cells(page, table(`${one.name}: CV by count of partitions`));
    expect(even.map((row) => row.slice(0, 3))).toEqual(
      one.points.map((point) => [
        String(point.partitions),
        percentText(point.cv_percent),
        percentText(point.cv_percent_by_chance),
      ]),
    );
  }
  const moved = await cells(page, table('murmur2: what moves, by count of partitions'));
  expect(moved.length).toBe(64);
  expect(moved[11]!.slice(1)).toEqual(['0.0 %', '0.0 %']);
  expect(moved.map((row) => row[1])).toEqual(
    murmur2!.points.map((point) => percentText(point.moved_keys_percent)),
  );
  // Where ranges begin depends on the count: nothing is told of what moves.
  expect(await page.locator(table('range: what moves, by count of partitions')).count()).toBe(0);
  expect(await violations(page)).toEqual([]);
  expect(trouble).toEqual([]);
  await screenshot(page, 'keys-sweep-light');
  await page.context().close();
  await expectNarrow(browser, file, 'keys-sweep');
});

test('a sweep alone has no count of its own', async () => {
  const { page: file, report } = program.made('counts', ['simulate', '--partitions', '6,12,24']);
  expect(report.partitions).toBe(null);
  const { page, trouble } = await opened(browser, file, 'light');
  expect(await page.locator('h1').innerText()).toBe('How keys spread over 3 counts of partitions');
  expect(await page.locator('h2').allInnerTexts()).toEqual(['Keys', 'Other counts of partitions']);
  expect(await page.locator('figure.chart').first().innerText()).toContain('murmur2');
  expect(await page.locator('canvas').first().getAttribute('aria-label')).toContain(
    'for 6 to 24 partitions',
  );
  expect(await violations(page)).toEqual([]);
  expect(trouble).toEqual([]);
  await page.context().close();
});

test('verify: what was sent, acknowledged and proven, by partition', async () => {
  // Of records without a key, no partition is right or wrong.
  const lines = Array.from({ length: 600 }, (_, i) => (i % 6 === 5 ? null : `order-${i % 70}`));
  const keys = program.keysFile('keys.txt', lines);
  const { page: file, report } = program.made('verify', [
    ...[
      'verify',
      '--bootstrap-servers',
      await program.cluster(),
      '--keys-file',
      keys,
      '--partitions',
      '7',
    ],
  ]);
  const verification = report.verification!;
  const arrivals = verification.arrivals!;
  expect(arrivals.proven).toBe(true);
  const { page, trouble } = await opened(browser, file, 'light');
  expect(await page.locator('.proof').innerText()).toBe(
    '✓ proven: each of 600 acknowledged records is there once, in order, where murmur2_random puts its key.',
  );
  const words = await page.locator('main').innerText();
  expect(words).toContain(`${verification.topic} (made, and deleted)`);
  expect(words).toContain('100 have no key and belong on any partition.');
  const tiles = await page.locator('section:has(.proof) .tiles > div').allInnerTexts();
  const tile = (name: string) => tiles.find((one) => one.includes(name))!;
  expect(tile('Sent')).toMatch(/\n600$/);
  expect(tile('Not acknowledged')).toMatch(/\n0$/);
  expect(tile('Read back')).toMatch(/\n600$/);
  await openAll(page);
  const places = await cells(page, table('Theoretical and actual records by partition'));
  expect(places.map((row) => row.slice(0, 3))).toEqual(
    arrivals.actual.map((count, i) => [
      String(i),
      countText(arrivals.theoretical[i]!),
      countText(count),
    ]),
  );
  expect(places.reduce((sum, row) => sum + Number(row[3]), 0)).toBe(100);
  expect(await violations(page)).toEqual([]);
  expect(trouble).toEqual([]);
  await screenshot(page, 'keys-verify-open-light');
  await page.context().close();
  await expectNarrow(browser, file, 'keys-verify');

  // What went wrong is told first, with examples.
  const wrong: KeysReport = {
    ...report,
    verification: {
      ...verification,
      failed: 3,
      removal_error: { kind: 'unauthorized', message: 'it may not be deleted', hint: '' },
      api_keys_left: ['the API key AAA of lkc-1 is left'],
      arrivals: {
        ...arrivals,
        proven: false,
        missing: 2,
        misplaced: 1,
        examples: ["the key 'a' of record 7 is on partition 1, not 2"],
      },
    },
  };
  const shown = await opened(browser, program.pageOf('wrong.html', wrong), 'dark');
  expect(await shown.page.locator('.proof').innerText()).toContain('✗ not as it should be');
  const messages = await shown.page.locator('section:has(.proof) .messages li').allInnerTexts();
  expect(messages.map((text) => text.replace(/^✗ error:\s*/, ''))).toEqual([
    '2 records acknowledged, and not there',
    '1 record not on the partition of its key',
    "the key 'a' of record 7 is on partition 1, not 2",
    'it may not be deleted',
    'the API key AAA of lkc-1 is left',
  ]);
  expect(await shown.page.locator('main').innerText()).toContain('(made, and still there)');
  expect(await violations(shown.page)).toEqual([]);
  await screenshot(shown.page, 'keys-verify-wrong-dark');
  await shown.page.context().close();
});

test('verify: a run that was not read back says so', async () => {
  const golden = program.made('unread', ['simulate']).report;
  const report: KeysReport = {
    ...golden,
    command: 'verify',
    partitions: null,
    strategies: [],
    verification: {
      cluster: 'lkc-1',
      topic: 'partwise-keys-20260304T050607Z-1a2b3c4d',
      existing: false,
      kept: true,
      replication_factor: 3,
      compression: 'lz4',
      partitioner: 'murmur2_random',
      planned: 1000,
      sent: 400,
      failed: 400,
      produce_s: 1.5,
      read_s: 0,
      arrivals: null,
      error: { kind: 'interrupted', message: 'interrupted after 400 of 1,000 records', hint: '' },
      removal_error: null,
      api_keys_left: [],
    },
  };
  const { page, trouble } = await opened(browser, program.pageOf('unread.html', report), 'light');
  expect(await page.locator('h1').innerText()).toBe('How keys spread');
  expect(await page.locator('.proof').innerText()).toContain('⚠ not read back');
  const words = await page.locator('main').innerText();
  expect(words).toContain('interrupted after 400 of 1,000 records');
  expect(words).toContain('Sent of 1,000');
  expect(words).toContain('(made, and kept)');
  expect(await page.locator('canvas').count()).toBe(0);
  expect(await violations(page)).toEqual([]);
  expect(trouble).toEqual([]);
  await page.context().close();
});
