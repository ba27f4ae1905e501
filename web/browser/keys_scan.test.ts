// The reports of `keys scan` that the program itself writes, in a browser.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { bytesText, countText, numberText } from '../src/format';
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
import { notCounted } from '../src/heat';
import { type Made, Program } from './program';

const program = new Program();
let browser: Browser;

beforeAll(async () => {
  browser = await launched();
}, 60_000);

afterAll(async () => {
  program.close();
  await browser.close();
});

/** Each tile's number by its name: a name twice is a fault. */
async function tilesOf(page: Page): Promise<Record<string, string>> {
  const tiles = (await page.locator('.tiles > div').allInnerTexts()).map((text) =>
    text.split('\n'),
  );
  expect(new Set(tiles.map(([name]) => name)).size).toBe(tiles.length);
  return Object.fromEntries(tiles);
}

/** A topic with these keys; null: a record without one. */
async function filled(name: string, keys: (string | null)[], partitions: number): Promise<string> {
  const { report } = program.made(`${name}-filled`, [
    ...['verify', '--bootstrap-servers', await program.cluster(), '--keep'],
    ...['--keys-file', program.keysFile(`${name}.txt`, keys), '--partitions', String(partitions)],
  ]);
  return report.verification!.topic;
}

async function scanned(name: string, topic: string): Promise<Made> {
  return program.made(name, [
    ...['scan', topic, '--bootstrap-servers', await program.cluster(), '--show-keys'],
  ]);
}

let twice: Made | undefined;

/** The scan of a topic whose keys two partitioners placed: they are in two partitions each. */
async function placedTwice(): Promise<Made> {
  if (twice) return twice;
  const servers = ['--bootstrap-servers', await program.cluster()];
  const keys = ['--simulation', 'hot', '--records', '2000'];
  const { report } = program.made('first', ['verify', ...servers, ...keys, '--keep']);
  const { topic } = report.verification!;
  program.made('again', [
    ...['verify', ...servers, ...keys, '--into-existing', topic],
    ...['--partitioner', 'consistent_random'],
  ]);
  twice = program.made('scan', ['scan', topic, ...servers]);
  return twice;
}

test('scan: what is in a topic, who placed it, and where order is lost', async () => {
  const { page: file, report } = await placedTwice();
  const scan = report.scan!;
  expect(scan.records).toBe(4000);
  expect(scan.split_keys.in_sample).toBeGreaterThan(100);
  const { page, trouble } = await opened(browser, file, 'light');
  const proofs = await page.locator('.proof').allInnerTexts();
  expect(proofs[0]).toBe('✓ read: all of the stretch: 4,000 records.');
  expect(proofs[1]).toMatch(/^⚠ order lost: about [\d,]+ .*since /);
  const headings = await page.locator('h2').allInnerTexts();
  expect(headings).toEqual([
    ...['In the topic', 'Heaviest keys', 'Who placed the keys', 'Order of keys', 'A better key'],
    ...['Strategies', 'Keys over time'],
  ]);
  const tiles = await tilesOf(page);
  expect(tiles).toMatchObject({
    'Records read': '4,000',
    'Distinct keys': countText(scan.distinct_keys.value),
    'Effective keys': numberText(report.keys.effective_keys),
    'Without a key': '0',
    'With an empty key': '0',
  });
  const bars = (caption: string) => `table.bars:has(caption:has-text("${caption}"))`;
  const heavy = await cells(page, bars('By records, at least'));
  expect(heavy.map((row) => row.slice(0, 2))).toEqual(
    scan.heaviest_by_records.keys.slice(0, 20).map((one) => [one.key, countText(one.at_least)]),
  );
  expect(heavy[0]!.slice(1, 3)).toEqual(['3,200', '80.0 %']);
  expect(heavy[0]![0]).toMatch(/^#[0-9a-f]{16}$/);
  expect(await page.locator('main').innerText()).not.toContain('hot-key');
  const placers = (await cells(page, bars('Share of the keys'))).map((row) => row[0]!);
  expect(placers.some((name) => name.startsWith('murmur2 over 10:'))).toBe(true);
  expect(placers.some((name) => name.startsWith('crc32 over 10:'))).toBe(true);
  await openAll(page);
  const bounds = await cells(page, table('Heaviest keys by records'));
  expect(bounds.map((row) => row.slice(1, 3))).toEqual(
    scan.heaviest_by_records.keys.map((one) => [countText(one.at_least), countText(one.at_most)]),
  );
  const partitions = await cells(page, table('What was read of each partition'));
  expect(partitions.map((row) => row[3])).toEqual(
    scan.partitions.map((one) => countText(one.records)),
  );
  // Keys and values, once.
  const actual = await cells(page, table('Records and bytes by partition, actual'));
  expect(actual.map((row) => row.slice(1))).toEqual(
    scan.partitions.map((one) => [countText(one.records), bytesText(one.bytes)]),
  );
  const fields = await cells(page, table('Fields as keys'));
  expect(fields.map((row) => row[0])).toContain('the present key');
  expect(fields.map((row) => row[0])).toContain('key');
  expect(fields.map((row) => row[8])).toEqual(
    scan.better_key!.fields.map((one) => numberText(one.others_alike)),
  );
  const statistics = (await cells(page, 'table.plain')).map((row) => row[0]);
  expect(statistics).toContain('actual');
  expect(await violations(page)).toEqual([]);
  expect(trouble).toEqual([]);
  await screenshot(page, 'keys-scan-open-light');
  await page.context().close();

  const dark = await opened(browser, file, 'dark');
  expect(await violations(dark.page)).toEqual([]);
  await screenshot(dark.page, 'keys-scan-dark');
  await dark.page.context().close();
  await expectNarrow(browser, file, 'keys-scan');
});

test('scan: what was not read is told, and who shared the work', async () => {
  const { report } = await placedTwice();
  const scan = report.scan!;
  // Without JSON values.
  const broken: KeysReport = {
    ...report,
    scan: {
      ...scan,
      better_key: null,
      group: {
        name: 'nightly',
        members: [
          { client: 'partwise-1', host: '/10.0.0.1', partitions: [0, 1], records: 7, read_s: 3 },
          { client: 'partwise-2', host: '/10.0.0.2', partitions: [2], records: 5, read_s: 4 },
        ],
      },
      partitions: scan.partitions.map((one) =>
        one.partition === 3 ? { ...one, error: { kind: 'timeout', message: 'no record' } } : one,
      ),
      error: { kind: 'interrupted', message: 'interrupted after 4,000 records' },
      api_keys_left: ['API key AAA of lkc-1 is not deleted: timeout'],
    },
  };
  const shown = await opened(browser, program.pageOf('broken.html', broken), 'light');
  expect(await shown.page.locator('.proof').first().innerText()).toContain('⚠ read in part');
  const messages = await shown.page.locator('.messages li').allInnerTexts();
  expect(messages.map((text) => text.replace(/^✗ error:\s*/, ''))).toEqual([
    'partition 3: no record',
    'API key AAA of lkc-1 is not deleted: timeout',
  ]);
  await openAll(shown.page);
  const members = await cells(shown.page, table('Processes that shared the scan'));
  expect(members[0]!.slice(0, 3)).toEqual(['partwise-1', '/10.0.0.1', '0, 1']);
  expect(await shown.page.locator('h2').allInnerTexts()).not.toContain('A better key');
  expect(await violations(shown.page)).toEqual([]);
  await shown.page.context().close();
});

test('scan: records without a key are counted, and belong to no key', async () => {
  const keys = Array.from({ length: 3000 }, (_, i) =>
    i % 3 === 2 ? null : i % 100 === 0 ? '' : `order-${i % 7}`,
  );
  const without = keys.filter((key) => key === null).length;
  const empty = keys.filter((key) => key === '').length;
  const topic = await filled('mixed', keys, 6);
  const { page: file, report } = await scanned('mixed', topic);
  const { page, trouble } = await opened(browser, file, 'light');
  const tiles = await tilesOf(page);
  expect(tiles).toMatchObject({
    'Records read': '3,000',
    'Distinct keys': '8',
    'Without a key': countText(without),
    'With an empty key': countText(empty),
  });
  await openAll(page);
  const sizes = await cells(page, table('Sizes of keys and values, in bytes'));
  expect(sizes.map((row) => row[1])).toEqual([countText(3000 - without), '3,000']);
  const partitions = await cells(page, table('What was read of each partition'));
  const unkeyed = partitions.map((row) => Number(row[5]!.replace(',', '')));
  expect(unkeyed.reduce((sum, count) => sum + count, 0)).toBe(without);
  expect(unkeyed).toEqual(report.scan!.partitions.map((one) => one.null_key_records));
  const heavy = await cells(page, table('Heaviest keys by records'));
  expect(heavy.map((row) => row[0]).sort()).toEqual([
    '""',
    ...Array.from({ length: 7 }, (_, i) => `order-${i}`),
  ]);
  expect(await violations(page)).toEqual([]);
  expect(trouble).toEqual([]);
  await page.context().close();
});

test('scan: of a topic without keys, nothing is told of keys', async () => {
  const topic = await filled('unkeyed', Array(1500).fill(null), 6);
  const { page: file } = await scanned('unkeyed', topic);
  const { page, trouble } = await opened(browser, file, 'light');
  expect(await page.locator('h2').allInnerTexts()).toEqual([
    ...['In the topic', 'A better key', 'Strategies'],
  ]);
  expect(await tilesOf(page)).toMatchObject({
    'Records read': '1,500',
    'Distinct keys': '0',
    'Without a key': '1,500',
  });
  const sizes = await cells(page, table('Sizes of keys and values, in bytes'));
  expect(sizes[0]).toEqual(['keys', '0', ...Array(6).fill('–')]);
  const words = await page.locator('main').innerText();
  expect(words).toContain('no record has a key');
  // There is nothing but where records lie.
  expect(words).not.toContain('the others, where the same keys would lie');
  expect(await violations(page)).toEqual([]);
  expect(trouble).toEqual([]);
  await screenshot(page, 'keys-scan-unkeyed-light');
  await page.context().close();
  await expectNarrow(browser, file, 'keys-scan-unkeyed');
});

interface Place {
  x: number;
  y: number;
}

/** Whether anything is drawn around each of these places of the heat map. */
async function drawnAt(page: Page, places: Place[]): Promise<boolean[]> {
  return page.locator('canvas.heat').evaluate((canvas: HTMLCanvasElement, all) => {
    // One readback: the browser complains of several.
    const { data, width } = canvas
      .getContext('2d')!
      .getImageData(0, 0, canvas.width, canvas.height);
    const isDrawn = (x: number, y: number) => data[4 * (y * width + x) + 3]! > 0;
    const near = [-4, -3, -2, -1, 0, 1, 2, 3, 4];
    return all.map(({ x, y }) =>
      near.some((right) =>
        [-1, 0, 1].some((down) => isDrawn(Math.round(x) + right, Math.round(y) + down)),
      ),
    );
  }, places);
}

test('scan: of a key that became heavy late, what it had before is not told as nothing', async () => {
  const servers = ['--bootstrap-servers', await program.cluster()];
  // One partition: its records are read in the order of their times.
  const topic = await filled(
    'late',
    Array.from({ length: 3000 }, (_, i) => `order-${i % 5}`),
    1,
  );
  const last = Math.floor(Date.now() / 1000);
  // Another step of the map begins.
  await expect.poll(() => Math.floor(Date.now() / 1000), { timeout: 5000 }).toBeGreaterThan(last);
  program.made('late-again', [
    ...['verify', ...servers, '--into-existing', topic],
    ...['--keys-file', program.keysFile('again.txt', Array(3000).fill('late'))],
  ]);
  const { page: file, report } = await scanned('late', topic);
  const map = report.heat_map!;
  const row = map.keys.findIndex((one) => one.key === 'late');
  const steps = map.keys[row]!.records;
  const entered = steps.findIndex((records) => records > 0);
  expect(entered).toBeGreaterThan(0);
  expect(steps[entered]).toBeLessThan(3000);
  const { page, trouble } = await opened(browser, file, 'light');
  const note = page.locator('figure:has(canvas.heat) .note');
  expect(await note.innerText()).toContain('Dots: not counted yet.');
  await openAll(page);
  const told = await cells(page, 'figure:has(canvas.heat) table.data');
  const late = told.map((cells) => cells[row + 1]);
  expect(late.slice(0, entered)).toEqual(Array(entered).fill(notCounted));
  expect(late[entered]).toBe(`≥ ${countText(steps[entered]!)}`);
  // Whoever was heavy at first has had nothing since.
  const other = row === 0 ? 1 : 0;
  expect(told.at(-1)![other + 1]).toBe('0');
  const caption = page.locator('figure:has(canvas.heat) caption');
  expect(await caption.innerText()).toContain(
    `; ${notCounted}: not counted yet; ≥: counted in part`,
  );

  const canvas = page.locator('canvas.heat');
  const names = 130;
  const each = ((await canvas.boundingBox())!.width - names) / map.keys[0]!.records.length;
  const place = (step: number, y: number) => ({ x: names + (step + 0.5) * each, y: 20 * y + 10 });
  const pointed = async (step: number, y: number) => {
    await canvas.hover({ position: place(step, y) });
    return page.locator('.pointed').innerText();
  };
  expect(await pointed(0, row)).toMatch(/^late, .*: ··· not counted yet$/);
  expect(await pointed(entered, row)).toContain(`: ≥ ${countText(steps[entered]!)} records`);
  expect(await pointed(steps.length - 1, other)).toMatch(/: 0 records$/);
  const places = [place(0, row), place(entered, row), place(steps.length - 1, other)];
  expect(await drawnAt(page, places)).toEqual([true, true, false]);
  expect(await violations(page)).toEqual([]);
  expect(trouble).toEqual([]);
  await screenshot(page, 'keys-scan-late-light');
  await page.context().close();
  await expectNarrow(browser, file, 'keys-scan-late');

  // Where there are no such cells, nothing is said of them.
  const known = {
    ...map,
    keys: map.keys.map((one) => ({ ...one, entered: '2020-01-01T00:00:00Z' })),
  };
  const whole = await opened(
    browser,
    program.pageOf('known.html', { ...report, heat_map: known }),
    'light',
  );
  const words = await whole.page.locator('figure:has(canvas.heat)').innerText();
  expect(words).toContain('Times are UTC.');
  expect(words).not.toContain('not counted');
  await whole.page.context().close();
});
