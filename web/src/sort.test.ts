import { expect, test } from 'vitest';

import { matches, sorted } from './sort';

test('what is not known comes last in both directions', () => {
  const rows = [{ n: 2 }, { n: null }, { n: 10 }, { n: 1 }];
  expect(sorted(rows, (row) => row.n, 'ascending').map((row) => row.n)).toEqual([1, 2, 10, null]);
  expect(sorted(rows, (row) => row.n, 'descending').map((row) => row.n)).toEqual([10, 2, 1, null]);
});

test('names are sorted in any case, and equals stay as they were', () => {
  const rows = ['b', 'A', 'a', 'C'];
  expect(sorted(rows, (row) => row, 'ascending')).toEqual(['A', 'a', 'b', 'C']);
  expect(sorted(rows, (row) => row, 'descending')).toEqual(['C', 'b', 'A', 'a']);
  expect(rows).toEqual(['b', 'A', 'a', 'C']);
});

test('a filter is words, all of which must be there', () => {
  expect(matches('logs.Access raise', 'RAISE log')).toBe(true);
  expect(matches('logs.access enough', 'raise log')).toBe(false);
  expect(matches('anything', '  ')).toBe(true);
});
