import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { readReport } from './report';

// Written by the program's own tests: the contract between the two.
const golden = readFileSync(new URL('../../test/golden/recommend.json', import.meta.url), 'utf8');

test('a report is read by its schema', () => {
  const read = readReport(golden);
  expect(read.kind).toBe('recommend');
  if (read.kind === 'recommend') {
    expect(read.report.clusters[0]?.topics.map((topic) => topic.name)).toContain('payments');
  }
  expect(readReport('{"schema":"partwise.keys/1"}').kind).toBe('keys');
});

test('what cannot be shown is told, with its kind', () => {
  expect(readReport('{"schema":"partwise.keys/9"}')).toEqual({
    kind: 'unreadable',
    why: 'This page cannot show a report of the kind partwise.keys/9.',
  });
  expect(readReport('[1').kind).toBe('unreadable');
  expect(readReport('null').kind).toBe('unreadable');
});
