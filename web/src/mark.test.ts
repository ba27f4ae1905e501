import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import {
  countChange,
  hasLopsidedPeak,
  markOf,
  partitionsAfter,
  rangeText,
  shownRateText,
  whyText,
} from './mark';
import type { RecommendReport, Topic } from './report';

const golden = (name: string) =>
  readFileSync(new URL(`../../test/golden/${name}`, import.meta.url), 'utf8');
const report = JSON.parse(golden('recommend.json')) as RecommendReport;
const cluster = report.clusters[0]!;
const topic = (name: string) => cluster.topics.find((one) => one.name === name)!;

// The terminal's table of the same report is the judge: what it writes, in its order.
test('each topic reads as in the table of the terminal', () => {
  const lines = golden('recommend-table.txt').split('\n');
  expect(cluster.topics.length).toBeGreaterThan(4);
  for (const one of cluster.topics) {
    const line = lines.find((text) => text.startsWith(`  ${one.name}`))!;
    const mark = markOf(one);
    // Beside a check mark the table needs no word.
    const marked = mark.sign === '✓' ? mark.sign : `${mark.sign} ${mark.words}`;
    const wanted = [
      shownRateText(one, one.peak_bytes_per_s),
      shownRateText(one, one.required_bytes_per_s),
      countChange(one),
      `${marked} ${rangeText(one.recommended_partitions)}`.trim(),
    ].map((text) => text.replaceAll(/[[\]().]/g, '\\$&'));
    expect(line).toMatch(new RegExp(wanted.join('\\s+')));
  }
});

test('the partitions after all raises are those of the last line', () => {
  expect(golden('recommend-table.txt')).toContain(
    `partitions ${cluster.totals.partitions} → ${partitionsAfter(cluster)}`,
  );
});

test('a topic without an answer tells what kept it from one', () => {
  const failed: Topic = {
    ...topic('stock'),
    failures: [
      { partition: null, step: 'configuration', kind: 'unauthorized', message: 'no right' },
      { partition: 1, step: 'read', kind: 'unavailable', message: 'no leader' },
    ],
  };
  expect(whyText(failed)).toBe('no leader');
  expect(whyText({ ...failed, failures: [], warnings: ['odd'] })).toBe('odd');
});

test('a peak is lopsided at twice an even share, if the partition is hot', () => {
  const hot: Topic = {
    ...topic('payments'),
    partitions: 8,
    hottest_partition: 3,
    hot_partition_egress: 'yes',
    hottest_partition_share: 0.25,
  };
  expect(hasLopsidedPeak(hot)).toBe(true);
  expect(markOf(hot).words).toBe('raise, hot');
  expect(hasLopsidedPeak({ ...hot, hottest_partition_share: 0.24 })).toBe(false);
  expect(hasLopsidedPeak({ ...hot, hot_partition_egress: 'no', hot_partition_ingress: 'no' })).toBe(
    false,
  );
});
